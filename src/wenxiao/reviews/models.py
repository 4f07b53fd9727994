"""评审: facts set against a frame of criteria, by assigned people, in a round.
One engine for seven kinds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from wenxiao.budget.models import AuditedAmount, Dossier, Round
from wenxiao.orgs.models import Agency, Expert
from wenxiao.records.models import ImportBatch, StoredFile
from wenxiao.reviews.assistance import Assistance  # noqa: F401 - Django finds models here
from wenxiao.reviews.contract import AgencyContract  # noqa: F401 - Django finds models here
from wenxiao.reviews.survey import Survey, SurveyAnswer  # noqa: F401 - Django finds models here
from wenxiao.reviews.tallies import TallyMark  # noqa: F401 - Django finds models here
from wenxiao.reviews.working_paper import WorkingPaper  # noqa: F401 - Django finds models here
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.store.fields import MoneyField, PointsField, SealedTextField
from wenxiao.store.moves import Versioned
from wenxiao.targets.models import Indicator, Target

if TYPE_CHECKING:
    from decimal import Decimal


class Review(Versioned):
    """One dossier judged in one round.
    Its kind is its round's; its results never mix with another review's.

    ``points`` is what this system computes or a person's marks add up to; ``published_points`` what
    the paper says. ``authors`` gave or changed a value, points or money: they neither check nor
    confirm. ``grade_changes`` are the changes after hand-in that crossed a line between grades,
    each with its reason and with who confirmed it. ``frame`` names the framework an evaluation was
    begun with on line; its rows take points once another person has fixed it (``frame_set_on``).
    ``received_on`` and its fellows say that the unit's form arrived, ``submitted_at`` that it
    passed the checks; ``hand`` is who handed it in for the unit, on the strength of the ``signed``
    paper where there is one.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待填报"
        FILLING = "filling", "填报中"
        SUBMITTED = "submitted", "待审核"
        RETURNED = "returned", "已退回"
        CHECKED = "checked", "已审核"
        CONFIRMED = "confirmed", "已确认"
        ISSUED = "issued", "已出具"

    class Road(models.TextChoices):
        FILE = "file", "交来的电子表"
        PAPER = "paper", "交来的纸质表"
        ONLINE = "online", "在系统内报送"

    dossier = models.ForeignKey(
        Dossier, models.PROTECT, related_name="reviews", verbose_name="档案"
    )
    round = models.ForeignKey(Round, models.PROTECT, related_name="reviews", verbose_name="任务")
    kind = models.CharField("类别", max_length=24, choices=Round.Kind.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    step = models.PositiveSmallIntegerField("审核环节", default=0)
    target = models.ForeignKey(Target, models.PROTECT, null=True, verbose_name="所依目标")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, verbose_name="第三方机构")
    audited = models.ForeignKey(AuditedAmount, models.SET_NULL, null=True, verbose_name="审定金额")
    budget = MoneyField("本次预算数", null=True)
    executed = MoneyField("本次执行数", null=True)
    expected = MoneyField("全年预计执行数", null=True)
    execution_weight = PointsField("执行率分值", null=True)
    execution_points = PointsField("执行率得分", null=True)
    published_execution_points = PointsField("原表执行率得分", null=True)
    points = PointsField("得分", null=True)
    published_points = PointsField("原表得分", null=True)
    grade = models.CharField("等级", max_length=4, blank=True)
    published_grade = models.CharField("原表等级", max_length=10, blank=True)
    complete = models.BooleanField("评分完整", default=False)
    proved = PointsField("有已核佐证的分值", null=True)
    conclusion = models.TextField("结论", blank=True)
    goal_done = models.TextField("年度总体目标完成情况", blank=True)
    remarks = models.TextField("整表说明", blank=True)
    filler = models.CharField("填报人", max_length=60, blank=True)
    filler_phone = SealedTextField("填报人电话", blank=True)
    funds = models.JSONField("分来源资金", default=dict)
    field_notes = models.TextField("现场情况", blank=True)
    issued_on = models.DateField("出具日期", null=True)
    paper_number = models.CharField("报告编号", max_length=60, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提交人"
    )
    submitted_at = models.DateTimeField("提交时间", null=True)
    received_on = models.DateField("收到日期", null=True)
    received_from = models.CharField("交表人", max_length=60, blank=True)
    received_road = models.CharField("收到方式", max_length=8, choices=Road.choices, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="收表人"
    )
    hand = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="代报人"
    )
    signed = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="单位签章件"
    )
    authors = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name="经手评分的人"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="确认人"
    )
    confirmed_note = models.CharField("确认说明", max_length=300, blank=True)
    grade_changes = models.JSONField("等级变动", default=list)
    frame = models.CharField("指标体系", max_length=40, blank=True)
    frame_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="定权重的人",
    )
    frame_set_on = models.DateField("指标体系定稿日期", null=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, verbose_name="原始表")
    problems = models.JSONField("核对差异", default=list)
    panel = models.JSONField("专家评分汇总", default=dict)
    synthetic = models.BooleanField("合成", default=False)
    batch = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, verbose_name="导入批次")

    class Meta:
        verbose_name = verbose_name_plural = "评审"
        constraints = [
            models.UniqueConstraint(fields=["dossier", "round"], name="one_review_a_round")
        ]
        indexes = [models.Index(fields=["round", "state"], name="review_state")]

    def __str__(self) -> str:
        return f"{self.dossier.subject.name}{self.get_kind_display()}"

    @property
    def proved_share(self) -> Decimal | None:
        """The percent of the points that rest on verified proof; None where
        there are no points to share.
        """
        if self.points is None or self.proved is None:
            return None
        return rate_percent(self.proved, self.points)


class ExAnte(Versioned):
    """事前评估: what a unit asks for before there is any money, and what the evaluation of it
    concluded.

    ``review`` is None until somebody begins to evaluate. ``supported`` is the money the conclusion
    supports, in 元.
    """

    class Conclusion(models.TextChoices):
        SUPPORTED = "supported", "予以支持"
        PARTLY = "partly", "部分支持"
        REFUSED = "refused", "不予支持"

    dossier = models.ForeignKey(
        Dossier, models.PROTECT, related_name="ex_ante", verbose_name="档案"
    )
    round = models.ForeignKey(Round, models.PROTECT, related_name="ex_ante", verbose_name="任务")
    review = models.OneToOneField(
        Review, models.PROTECT, null=True, related_name="ex_ante", verbose_name="评审"
    )
    requested = MoneyField("申请金额")
    term_years = models.PositiveSmallIntegerField("申请设立年限", null=True)
    why = models.TextField("立项理由")
    basis = models.TextField("立项依据", blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="申请人"
    )
    requested_on = models.DateField("申请日期")
    meetings = models.JSONField("评估会", default=list)
    conclusion = models.CharField("结论", max_length=10, choices=Conclusion.choices, blank=True)
    supported = MoneyField("支持金额", null=True)
    opinion = models.TextField("评估意见", blank=True)
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "事前评估"
        constraints = [
            models.UniqueConstraint(fields=["dossier", "round"], name="ex_ante_once_a_round")
        ]

    def __str__(self) -> str:
        return f"{self.dossier.subject.name}事前评估"


class PaperSignature(models.Model):
    """纸质签字件: a scan that shall count as a check of the unit's own side, once somebody else
    confirmed it.

    ``version`` is the review's when it was handed in: a form changed since then needs a new
    signature.
    """

    review = models.ForeignKey(Review, models.CASCADE, related_name="papers", verbose_name="评审")
    role = models.CharField("签字环节", max_length=12)
    version = models.PositiveIntegerField("评审版本")
    file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="扫描件")
    handed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提交人"
    )
    handed_at = models.DateTimeField("提交时间", auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="核对人"
    )
    accepted = models.BooleanField("是否采用", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "纸质签字件"
        constraints = [
            models.UniqueConstraint(
                fields=["review"], condition=models.Q(accepted=None), name="one_open_paper"
            ),
            models.CheckConstraint(
                condition=models.Q(handed_by=None)
                | models.Q(decided_by=None)
                | ~models.Q(handed_by=models.F("decided_by")),
                name="paper_two_people",
            ),
        ]

    def __str__(self) -> str:
        return self.file.name


class Criterion(models.Model):
    """One row of a review's own score sheet.
    It may point to indicator rows for their facts, never for their points.
    """

    review = models.ForeignKey(Review, models.CASCADE, related_name="criteria", verbose_name="评审")
    order = models.PositiveSmallIntegerField("序号")
    code = models.CharField("编码", max_length=20, blank=True)
    level1 = models.CharField("一级指标", max_length=60)
    level2 = models.CharField("二级指标", max_length=60, blank=True)
    name = models.CharField("三级指标", max_length=200)
    weight = PointsField("分值", null=True)
    explanation = models.TextField("指标解释", blank=True)
    standard = models.TextField("评分标准", blank=True)
    indicators = models.ManyToManyField(Indicator, blank=True, verbose_name="关联指标")

    class Meta:
        verbose_name = verbose_name_plural = "评分项"
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["review", "order"], name="criterion_order_once")
        ]


class Mark(Versioned):
    """Points given to one row: a criterion of a score sheet, or an indicator in self-evaluation and
    its re-check.

    ``explanation`` opens the points: formula, inputs, rule, its version and basis, as the rulebook
    returned them.
    """

    review = models.ForeignKey(Review, models.CASCADE, related_name="marks", verbose_name="评审")
    criterion = models.ForeignKey(
        Criterion, models.CASCADE, null=True, related_name="marks", verbose_name="评分项"
    )
    indicator = models.ForeignKey(
        Indicator, models.CASCADE, null=True, related_name="marks", verbose_name="指标"
    )
    expert = models.ForeignKey(Expert, models.PROTECT, null=True, verbose_name="专家")
    seat = models.CharField("评分人", max_length=30, blank=True)
    status = models.CharField("状态", max_length=16, default="scored")
    points = PointsField("得分", null=True)
    published_points = PointsField("原表得分", null=True)
    tier = models.CharField("评定档次", max_length=20, blank=True)
    reason_code = models.CharField("扣分原因码", max_length=20, blank=True)
    note = models.TextField("扣分原因", blank=True)
    explanation = models.JSONField("算式与依据", default=dict)
    cell = models.CharField("原表位置", max_length=60, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="评分人账号"
    )
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "评分"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(criterion=None, indicator__isnull=False)
                | models.Q(criterion__isnull=False, indicator=None),
                name="mark_on_one_row",
            ),
            models.UniqueConstraint(
                fields=["review", "criterion", "seat"],
                condition=models.Q(indicator=None),
                name="mark_once_a_seat",
            ),
            models.UniqueConstraint(
                fields=["review", "indicator", "seat"],
                condition=models.Q(criterion=None),
                name="mark_once_an_indicator",
            ),
        ]


class Suggestion(models.Model):
    """A numbered piece of advice (意见建议) of a review."""

    review = models.ForeignKey(
        Review, models.CASCADE, related_name="suggestions", verbose_name="评审"
    )
    number = models.PositiveSmallIntegerField("序号")
    text = models.TextField("内容")
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "意见建议"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["review", "number"], name="suggestion_number_once")
        ]


class Assignment(models.Model):
    """Who works on a review (主评人, 专家, 科室); assigning writes the Grant that lets them in.

    ``scores_in_at`` is when an expert handed the own scores in: locked from then on, seen by others
    once all are in.
    """

    review = models.ForeignKey(
        Review, models.CASCADE, related_name="assignments", verbose_name="评审"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="人员")
    duty = models.CharField("分工", max_length=30)
    grant = models.ForeignKey("orgs.Grant", models.CASCADE, null=True, verbose_name="授权")
    scores_in_at = models.DateTimeField("交分时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "分派"
        constraints = [
            models.UniqueConstraint(fields=["review", "user", "duty"], name="assigned_once")
        ]


class RecheckSample(models.Model):
    """自评复核抽取: which self-evaluations of a round are re-checked, with everything needed to draw them
    again.

    ``department`` draws among its subordinates; None: the bureau draws among all. ``lines`` are the
    drawn ones by rank: {review, rank, drawn, reasons [{code, title, text}], not_asked}. A drawing
    is never changed; another one says why.
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="samples", verbose_name="任务")
    department = models.ForeignKey(
        "orgs.Unit", models.PROTECT, null=True, related_name="+", verbose_name="主管部门"
    )
    share = PointsField("随机比例")
    seed = models.PositiveBigIntegerField("种子")
    most = PointsField("按理由抽取上限", null=True)
    total = models.PositiveIntegerField("已报送")
    lines = models.JSONField("抽中", default=list)
    why = models.CharField("说明", max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="抽取人"
    )
    at = models.DateTimeField("抽取时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "自评复核抽取"

    def __str__(self) -> str:
        return f"{self.round}复核抽取"


class EvaluationPlan(Versioned):
    """年度评价计划: the objects chosen for the year's evaluation, by which criteria and why, and who
    approved them.

    ``criteria`` are the conditions the list was narrowed by, word → value; ``dossiers`` the chosen
    objects by id; ``amount`` their opening budgets in 元, ``unknown`` of how many that is not known.
    ``round`` is the task it was issued as; until then the plan may be redrawn or dropped.
    """

    division = models.ForeignKey("orgs.Division", models.PROTECT, verbose_name="财政区划")
    kind = models.CharField("类别", max_length=24, choices=Round.Kind.choices)
    name = models.CharField("名称", max_length=100)
    work_year = models.PositiveSmallIntegerField("工作年度")
    fiscal_year = models.PositiveSmallIntegerField("预算年度")
    criteria = models.JSONField("选取条件", default=dict)
    dossiers = models.JSONField("对象", default=list)
    amount = MoneyField("年初预算合计", null=True)
    unknown = models.PositiveIntegerField("预算未知", default=0)
    reason = models.TextField("选取理由")
    approval = models.CharField("批准文件", max_length=120, blank=True)
    approved_on = models.DateField("批准日期", null=True)
    round = models.OneToOneField(
        Round, models.PROTECT, null=True, related_name="plan", verbose_name="任务"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="拟定人"
    )
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "评价计划"

    def __str__(self) -> str:
        return self.name


class Exchange(Versioned):
    """交换意见: an evaluation's preliminary conclusion told to its unit, and what became of the
    objections.

    ``points``, ``grade`` and ``rows`` (criterion id → points) are as told; ``answered_on`` is when
    the unit had no more to say, ``closed_on`` when a second person settled what was decided,
    ``signed_on`` when the unit signed for that.
    """

    review = models.OneToOneField(
        Review, models.CASCADE, related_name="exchange", verbose_name="评审"
    )
    text = models.TextField("初步结论")
    points = PointsField("初步得分", null=True)
    grade = models.CharField("初步等级", max_length=4, blank=True)
    rows = models.JSONField("初步分项得分", default=dict)
    sent_on = models.DateField("送达日期")
    due_on = models.DateField("意见期限")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="送达人"
    )
    answered_on = models.DateField("意见提完日期", null=True)
    answered_by = models.CharField("提意见的人", max_length=60, blank=True)
    closed_on = models.DateField("处理定稿日期", null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="定稿人"
    )
    signed_on = models.DateField("单位签字日期", null=True)
    signed_by = models.CharField("签字人", max_length=60, blank=True)
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "交换意见"

    def __str__(self) -> str:
        return f"{self.review}交换意见"


class Objection(Versioned):
    """One objection of the unit to a criterion (None: to money or the
    whole), with its proof and how it was decided.
    """

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", "采纳"
        PARTLY = "partly", "部分采纳"
        REFUSED = "refused", "不采纳"

    exchange = models.ForeignKey(
        Exchange, models.CASCADE, related_name="objections", verbose_name="交换意见"
    )
    number = models.PositiveSmallIntegerField("序号")
    criterion = models.ForeignKey(
        Criterion, models.CASCADE, null=True, related_name="+", verbose_name="评分项"
    )
    text = models.TextField("意见")
    proof = models.CharField("佐证", max_length=300, blank=True)
    material = models.ForeignKey(
        "evidence.Material", models.PROTECT, null=True, related_name="+", verbose_name="佐证材料"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提出人"
    )
    verdict = models.CharField("处理", max_length=8, choices=Verdict.choices, blank=True)
    reason = models.TextField("处理理由", blank=True)
    points = PointsField("拟改得分", null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="处理人"
    )
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "单位意见"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "number"], name="objection_number_once")
        ]

    def __str__(self) -> str:
        return self.text[:60]
