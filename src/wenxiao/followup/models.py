"""后续: what follows a judgement.
Problems found, their mending, the use of results, who answered, what is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce

from wenxiao.budget.models import Dossier, Request, Round
from wenxiao.followup.assessment import UnitAssessment  # noqa: F401 - Django finds models here
from wenxiao.followup.rule_proposals import RuleProposal  # noqa: F401 - Django finds models here
from wenxiao.orgs.models import Division, Unit
from wenxiao.records.models import ImportBatch, Notice, StoredFile
from wenxiao.reviews.models import Criterion, Review
from wenxiao.store.fields import MoneyField, SealedTextField
from wenxiao.store.moves import Versioned

if TYPE_CHECKING:
    from datetime import date


class CatalogueItem(models.Model):
    """A coded problem of the problem catalogue (问题目录): findings are coded
    once, where they are found.
    """

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    code = models.CharField("编码", max_length=20)
    text = models.CharField("问题", max_length=200)
    category = models.CharField("类别", max_length=30, blank=True)
    order = models.PositiveSmallIntegerField("次序", default=0)
    rule = models.CharField("提示规则", max_length=20, blank=True)
    active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "问题目录"
        ordering = ["order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["division", "code"], name="catalogue_code_once")
        ]

    def __str__(self) -> str:
        return self.text


class CommonProblem(models.Model):
    """A printed line of common problems (共性问题) of a work year; it may group
    several catalogue items.
    """

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    work_year = models.PositiveSmallIntegerField("工作年度")
    order = models.PositiveSmallIntegerField("次序")
    text = models.CharField("表述", max_length=200)
    items = models.ManyToManyField(CatalogueItem, verbose_name="所含问题")

    class Meta:
        verbose_name = verbose_name_plural = "共性问题"
        ordering = ["order"]


class Finding(Versioned):
    """A problem of one dossier.
    A rule proposes a candidate; only what a person confirmed is counted and printed.
    """

    class State(models.TextChoices):
        CANDIDATE = "candidate", "待确认"
        CONFIRMED = "confirmed", "已确认"
        DISMISSED = "dismissed", "不成立"

    class Severity(models.TextChoices):
        MINOR = "minor", "一般"
        MAJOR = "major", "较重"
        SERIOUS = "serious", "严重"

    dossier = models.ForeignKey(
        Dossier, models.PROTECT, related_name="findings", verbose_name="档案"
    )
    review = models.ForeignKey(
        Review, models.PROTECT, null=True, related_name="findings", verbose_name="评审"
    )
    item = models.ForeignKey(
        CatalogueItem, models.PROTECT, null=True, related_name="findings", verbose_name="目录问题"
    )
    criterion = models.ForeignKey(
        Criterion, models.SET_NULL, null=True, related_name="findings", verbose_name="评分项"
    )
    amount = MoneyField("涉及金额", null=True)
    text = models.TextField("问题描述")
    severity = models.CharField(
        "程度", max_length=8, choices=Severity.choices, default=Severity.MINOR
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.CANDIDATE)
    rule = models.CharField("提示规则", max_length=20, blank=True)
    evidence = models.TextField("依据的数据", blank=True)
    why = models.TextField("确认或否定的理由", blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="确认人"
    )
    decided_at = models.DateTimeField("确认时间", null=True)
    synthetic = models.BooleanField("合成", default=False)
    batch = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, verbose_name="导入批次")

    class Meta:
        verbose_name = verbose_name_plural = "问题"
        indexes = [models.Index(fields=["state", "item"], name="finding_state")]

    def __str__(self) -> str:
        return self.text


class Rectification(Versioned):
    """The mending (整改) of one confirmed finding, from notice to closure."""

    class State(models.TextChoices):
        ORDERED = "ordered", "待报方案"
        PLANNED = "planned", "整改中"
        REPLIED = "replied", "待核验"
        REFUSED = "refused", "核验未通过"
        CLOSED = "closed", "已销号"

    finding = models.OneToOneField(
        Finding, models.PROTECT, related_name="rectification", verbose_name="问题"
    )
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, verbose_name="反馈函")
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.ORDERED)
    owner = models.CharField("责任人", max_length=60, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="责任单位")
    measure = models.TextField("整改措施", blank=True)
    deadline = models.DateField("整改期限")
    extended_to = models.DateField("延至", null=True)
    extension_why = models.TextField("延期理由", blank=True)
    reply = models.TextField("整改结果", blank=True)
    proof = models.ForeignKey(StoredFile, models.PROTECT, null=True, verbose_name="整改佐证")
    verdict = models.TextField("核验意见", blank=True)
    refusals = models.PositiveSmallIntegerField("退回次数", default=0)
    escalated = models.PositiveSmallIntegerField("督办次数", default=0)
    closed_on = models.DateField("销号日期", null=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="回复人"
    )
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "整改"
        indexes = [models.Index(fields=["state", "deadline"], name="rectification_due")]

    @property
    def falls_due(self) -> date:
        """The deadline in force: an extension counts."""
        return self.extended_to or self.deadline


FALLS_DUE = Coalesce("extended_to", "deadline")
"""Of a rectification: :attr:`Rectification.falls_due` as queries ask it."""


class Use(Versioned):
    """结果应用: what a rule proposes after a result, and what a person decided."""

    class Kind(models.TextChoices):
        STRICT = "strict", "从严审核"
        PRIORITY = "priority", "优先保障"
        HOLD = "hold", "暂缓安排"
        CUT = "cut", "核减预算"
        SUSPEND = "suspend", "暂停支付建议"
        ADJUST = "adjust", "调整绩效目标"

    class State(models.TextChoices):
        PROPOSED = "proposed", "待决定"
        ACCEPTED = "accepted", "采纳"
        DECLINED = "declined", "不采纳"

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="uses", verbose_name="档案")
    review = models.ForeignKey(Review, models.PROTECT, null=True, verbose_name="所据评审")
    kind = models.CharField("建议", max_length=10, choices=Kind.choices)
    rule = models.CharField("规则", max_length=40, blank=True)
    basis = models.TextField("依据", blank=True)
    amount = MoneyField("涉及金额", null=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PROPOSED)
    why = models.TextField("决定理由", blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="决定人"
    )
    decided_on = models.DateField("决定日期", null=True)
    next_year_amount = MoneyField("下年度安排", null=True)
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "结果应用"


class UseList(models.Model):
    """结果应用清单: a department's decisions on next year's requests as one
    leader signed them; frozen from then on.
    """

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="预算部门")
    fiscal_year = models.PositiveSmallIntegerField("预算年度")
    number = models.PositiveSmallIntegerField("第几次")
    lines = models.JSONField("清单", default=list)
    digest = models.CharField("摘要值", max_length=64)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="签字人"
    )
    signed_on = models.DateField("签字日期")

    class Meta:
        verbose_name = verbose_name_plural = "结果应用清单"
        constraints = [
            models.UniqueConstraint(fields=["unit", "fiscal_year", "number"], name="use_list_once")
        ]


class BudgetDecision(Versioned):
    """下年度预算决定: what a rule proposed for one subject's request, and what a person decided; both are
    kept.

    ``cut`` (审减额) is what was asked less what was arranged; ``signed`` the list it stands in.
    """

    class Kind(models.TextChoices):
        STRICT = "strict", "从严审核"
        PRIORITY = "priority", "优先保障"
        CUT = "cut", "压减"
        CANCEL = "cancel", "取消"
        MERGE = "merge", "整合"
        REDESIGN = "redesign", "重新设计"
        PLAIN = "plain", "照常安排"

    request = models.OneToOneField(
        Request, models.PROTECT, related_name="decision", verbose_name="下年度申报"
    )
    proposed = models.CharField("建议", max_length=10, choices=Kind.choices)
    proposed_amount = MoneyField("建议安排", null=True)
    basis = models.TextField("建议的依据")
    kind = models.CharField("决定", max_length=10, choices=Kind.choices)
    asked = MoneyField("申报数")
    amount = MoneyField("安排数")
    cut = MoneyField("审减额")
    why = models.TextField("决定理由", blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="决定人"
    )
    decided_on = models.DateField("决定日期")
    signed = models.ForeignKey(
        UseList, models.PROTECT, null=True, related_name="decisions", verbose_name="结果应用清单"
    )
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "下年度预算决定"


class Accountability(models.Model):
    """问责事项: who answered for what, with what consequence.
    处理处分 is only registered, with the body that decided it.
    """

    class Kind(models.TextChoices):
        TALK = "talk", "约谈"
        CIRCULAR = "circular", "通报"
        SUPERVISE = "supervise", "整改督办"
        ADVICE = "advice", "建议"
        HANDOVER = "handover", "移送"
        PENALTY = "penalty", "处理处分"

    kind = models.CharField("方式", max_length=10, choices=Kind.choices, default=Kind.TALK)
    decided_body = models.CharField("作出决定的机关", max_length=100, blank=True)
    paper = models.CharField("决定文号", max_length=100, blank=True)
    rectification = models.ForeignKey(
        Rectification, models.PROTECT, null=True, verbose_name="整改事项"
    )
    dossier = models.ForeignKey(Dossier, models.PROTECT, verbose_name="档案")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="责任单位")
    person = models.CharField("责任人", max_length=60, blank=True)
    matter = models.TextField("事由")
    consequence = models.TextField("处理结果", blank=True)
    handed_to = models.CharField("移送", max_length=60, blank=True)
    decided_on = models.DateField("日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "问责事项"


class Disclosure(Versioned):
    """公开: one issued result on its way to the public.
    Three persons: who proposes, who reviews, who signs.

    ``scan`` keeps what the marking and personal-data scan found in the texts, as the reviewer saw
    it.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "待审查"
        APPROVED = "approved", "待签发"
        PUBLISHED = "published", "已公开"
        DECLINED = "declined", "不公开"
        WITHDRAWN = "withdrawn", "已撤下"

    review = models.OneToOneField(
        Review, models.PROTECT, related_name="disclosure", verbose_name="评审"
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PROPOSED)
    sentence = models.CharField("一句话说明", max_length=300)
    what = models.JSONField("公开内容", default=list)
    scan = models.JSONField("扫描结果", default=list)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提出人"
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审查人"
    )
    reviewed_on = models.DateField("审查日期", null=True)
    opinion = models.TextField("审查意见", blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="签发人"
    )
    published_on = models.DateField("公开日期", null=True)
    withdrawn_why = models.TextField("撤下理由", blank=True)
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "公开"
        indexes = [models.Index(fields=["state", "published_on"], name="disclosure_state")]

    def __str__(self) -> str:
        return str(self.review)


class Comment(Versioned):
    """公众意见: what somebody outside said about a published result.
    Nothing is shown before a person let it through.

    ``sender`` is a keyed digest of the address it came from, kept for the limit per sender; the
    address is not kept.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待处理"
        SHOWN = "shown", "已回应并公开"
        KEPT = "kept", "留存不公开"

    disclosure = models.ForeignKey(
        Disclosure, models.PROTECT, related_name="comments", verbose_name="公开"
    )
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.WAITING)
    text = models.CharField("意见", max_length=500)
    name = models.CharField("称呼", max_length=30, blank=True)
    contact = SealedTextField("联系方式", blank=True)
    sender = models.CharField("来源摘要", max_length=64)
    received_at = models.DateTimeField("收到时间", auto_now_add=True)
    answer = models.CharField("回应", max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="处理人"
    )
    answered_on = models.DateField("处理日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "公众意见"
        indexes = [
            models.Index(fields=["sender", "received_at"], name="comment_sender"),
            models.Index(fields=["disclosure", "state"], name="comment_state"),
        ]


class WatchWindow(models.Model):
    """A monitoring round whose lines are kept (监控台账): on what they stand, and when all of them were
    last right.

    ``digest`` is of everything but rows: scope, rules, arithmetic. ``asked_at``: since when the
    worker is asked to work off more than a page can.
    """

    round = models.OneToOneField(Round, models.CASCADE, related_name="+", verbose_name="任务")
    digest = models.CharField("依据摘要", max_length=64, blank=True)
    kept_at = models.DateTimeField("数字截至", null=True)
    asked_at = models.DateTimeField("请求重算", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "监控台账"


class WatchLine(models.Model):
    """One dossier in one monitoring round as last worked out: money, goals, compliance, lights, its
    place by urgency.

    Nothing here is a source: :func:`~wenxiao.followup.watch.table.lit` gives the same from the
    rows. Money in 分; ``behind`` orders by the index, without one last.
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="+", verbose_name="任务")
    dossier = models.ForeignKey(
        Dossier, models.DO_NOTHING, related_name="+", db_constraint=False, verbose_name="档案"
    )
    unit = models.BigIntegerField("实施单位")
    review = models.BigIntegerField("评审", null=True)
    state = models.CharField("状态", max_length=10, null=True)
    budget = MoneyField("预算", null=True)
    executed = MoneyField("支出", null=True)
    source = models.CharField("数据来源", max_length=12, blank=True)
    paid = MoneyField("官方支出", null=True)
    filed = MoneyField("单位填报支出", null=True)
    arrived = models.PositiveSmallIntegerField("到位月", null=True)
    cut_back = MoneyField("收回", null=True)
    due = models.IntegerField("到期节点")
    done = models.IntegerField("完成节点")
    planned = models.IntegerField("有节点")
    rate_h = models.BigIntegerField("执行率", null=True)
    elapsed_h = models.BigIntegerField("时间进度", null=True)
    index_t = models.BigIntegerField("进度指数", null=True)
    light = models.CharField("资金灯", max_length=6)
    above = models.BooleanField("超进度")
    goals = models.IntegerField("目标数")
    reported = models.IntegerField("填报数")
    g_red = models.IntegerField("难完成")
    g_yellow = models.IntegerField("滞后")
    g_green = models.IntegerField("正常")
    confirmed = models.IntegerField("已确认问题")
    candidates = models.IntegerField("待确认问题")
    goal = models.CharField("目标灯", max_length=6)
    last_month = models.PositiveSmallIntegerField("最近支付月", null=True)
    worse = models.SmallIntegerField("较重的灯")
    money = models.SmallIntegerField("资金灯次序")
    behind = models.BigIntegerField("指数次序")

    class Meta:
        verbose_name = verbose_name_plural = "监控一览行"
        constraints = [models.UniqueConstraint(fields=["round", "dossier"], name="watch_line_once")]
        indexes = [
            models.Index(
                fields=["round", "worse", "money", "behind", "-confirmed", "dossier"],
                name="watch_line_urgency",
            ),
            # Sums by unit and the comparison with another window are answered from these two alone.
            models.Index(
                fields=[
                    "round",
                    "unit",
                    "light",
                    "goal",
                    "budget",
                    "executed",
                    "above",
                    "confirmed",
                    "candidates",
                    "dossier",
                ],
                name="watch_line_sums",
            ),
            models.Index(
                fields=["round", "dossier", "index_t", "light", "goal"], name="watch_line_compared"
            ),
        ]


class WatchMark(models.Model):
    """重算标记: a dossier whose inputs changed, set by the database itself; with a round, still to be
    done there.

    Without foreign keys: what was deleted is marked as well.
    """

    round = models.ForeignKey(
        Round, models.CASCADE, null=True, related_name="+", verbose_name="任务"
    )
    dossier = models.BigIntegerField("档案")

    class Meta:
        verbose_name = verbose_name_plural = "重算标记"
        indexes = [
            models.Index(
                fields=["dossier"], condition=models.Q(round=None), name="watch_mark_open"
            ),
            models.Index(fields=["round", "dossier"], name="watch_mark_round"),
        ]
