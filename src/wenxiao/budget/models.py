"""预算与执行: subjects and their dossiers, money by fund, spending by month,
audited amounts, and the year's rounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from wenxiao.orgs.models import Division, Unit
from wenxiao.records.models import Document, Entered, ImportBatch
from wenxiao.store.fields import MoneyField
from wenxiao.store.moves import Versioned

if TYPE_CHECKING:
    from datetime import date


def period_of(from_month: int | None, through_month: int | None) -> str:
    """监控期间, "1-7月"; empty for rounds without months."""
    return f"{from_month}-{through_month}月" if through_month else ""


class Subject(models.Model):
    """An object of performance management over the years: a project, a department as a whole, a
    policy …

    ``term_years`` is for how many years it was set up, ``expires_on`` the day that ends (to be
    renewed or ended), and ``midterm_on`` the day its evaluation halfway is due. All three are None
    where no paper says so.
    """

    class Kind(models.TextChoices):
        PROJECT = "project", "项目支出"
        DEPARTMENT = "department_overall", "部门整体支出"
        POLICY = "policy", "政策"
        TRANSFER = "transfer", "转移支付"
        BOND = "special_bond", "专项债券项目"
        PPP = "ppp", "PPP项目"
        SERVICES = "purchase_of_services", "政府购买服务"
        PROCUREMENT = "procurement", "政府采购"
        INVESTMENT_FUND = "investment_fund", "政府投资基金"

    class Nature(models.TextChoices):
        STAFF = "staff", "人员类"
        OPERATION = "operation", "运转类"
        SPECIFIC = "specific", "特定目标类"

    class Restriction(models.TextChoices):
        OPEN = "open", "可公开"
        INTERNAL = "internal", "不予公开"
        RESTRICTED = "restricted", "限制知悉"

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="实施单位")
    code = models.CharField("项目代码", max_length=21)
    name = models.CharField("名称", max_length=200)
    kind = models.CharField("类型", max_length=24, choices=Kind.choices, default=Kind.PROJECT)
    nature = models.CharField("项目类别", max_length=12, choices=Nature.choices, blank=True)
    recurring = models.BooleanField("经常性", null=True)
    restriction = models.CharField(
        "公开属性", max_length=12, choices=Restriction.choices, default=Restriction.OPEN
    )
    tags = models.JSONField("领域标签", default=list)
    starts_on = models.DateField("开始日期", null=True)
    ends_on = models.DateField("结束日期", null=True)
    manager = models.CharField("项目负责人", max_length=60, blank=True)
    term_years = models.PositiveSmallIntegerField("设立年限", null=True)
    expires_on = models.DateField("到期日期", null=True)
    midterm_on = models.DateField("中期评估日期", null=True)
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "对象"
        constraints = [
            models.UniqueConstraint(fields=["division", "code"], name="subject_code_once")
        ]
        indexes = [models.Index(fields=["division", "name"], name="subject_name")]

    def __str__(self) -> str:
        return self.name


class Dossier(Versioned):
    """One subject in one fiscal year (一项一档): everything of the cycle hangs on it.

    ``unit`` is the unit responsible in that year: mergers move the subject on and leave history
    where it was.
    """

    subject = models.ForeignKey(
        Subject, models.PROTECT, related_name="dossiers", verbose_name="对象"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="实施单位")
    fiscal_year = models.PositiveSmallIntegerField("预算年度")
    batch = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, verbose_name="导入批次")

    class Meta:
        verbose_name = verbose_name_plural = "档案"
        constraints = [
            models.UniqueConstraint(fields=["subject", "fiscal_year"], name="one_dossier_a_year")
        ]
        indexes = [models.Index(fields=["fiscal_year", "unit"], name="dossier_year_unit")]

    def __str__(self) -> str:
        return f"{self.subject.name}（{self.fiscal_year}）"


class Fund(models.TextChoices):
    """Where the money comes from; TOTAL is a form's own total row when its parts are not given."""

    TOTAL = "total", "年度资金总额"
    GENERAL = "general", "一般公共预算"
    GOVERNMENT = "government_fund", "政府性基金预算"
    STATE_CAPITAL = "state_capital", "国有资本经营预算"
    SOCIAL = "social_insurance", "社会保险基金预算"
    CARRIED = "carried", "上年结转资金"
    OTHER = "other", "其他资金"


class Level(models.TextChoices):
    """Whose money it is."""

    CENTRAL = "central", "中央"
    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    DISTRICT = "district", "区级"


class Appropriation(Versioned):
    """Money arranged for a dossier from one fund.
    ``adjusted`` is the full-year budget (全年预算数) after changes.
    """

    dossier = models.ForeignKey(
        Dossier, models.CASCADE, related_name="appropriations", verbose_name="档案"
    )
    fund = models.CharField("资金来源", max_length=20, choices=Fund.choices, default=Fund.TOTAL)
    level = models.CharField("级次", max_length=10, choices=Level.choices, default=Level.DISTRICT)
    opening = MoneyField("年初预算", null=True)
    added = MoneyField("追加", null=True)
    cut_back = MoneyField("收回", null=True)
    cut_back_on = models.DateField("收回日期", null=True)
    adjusted = MoneyField("全年预算", null=True)
    arrived = MoneyField("到位", null=True)
    arrived_on = models.DateField("到位日期", null=True)
    synthetic = models.BooleanField("合成", default=False)
    batch = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, verbose_name="导入批次")

    objects = Entered["Appropriation"]()

    class Meta:
        verbose_name = verbose_name_plural = "预算安排"
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "fund", "level"], name="one_appropriation_a_fund"
            )
        ]


class Request(models.Model):
    """下年度申报: what a unit asked for a subject in the budget of
    ``fiscal_year``, in one of the two passes (一上/二上).
    """

    class Stage(models.TextChoices):
        FIRST = "first", "一上"
        SECOND = "second", "二上"

    subject = models.ForeignKey(
        Subject, models.CASCADE, related_name="requests", verbose_name="对象"
    )
    fiscal_year = models.PositiveSmallIntegerField("预算年度")
    stage = models.CharField("申报阶段", max_length=8, choices=Stage.choices)
    asked = MoneyField("申报数")
    synthetic = models.BooleanField("合成", default=False)
    batch = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, verbose_name="导入批次")

    objects = Entered["Request"]()

    class Meta:
        verbose_name = verbose_name_plural = "下年度申报"
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "fiscal_year", "stage"], name="request_once_a_stage"
            )
        ]
        indexes = [models.Index(fields=["fiscal_year", "subject"], name="request_year")]


class BudgetApproval(models.Model):
    """预算批准: from that day the division's budget of a year stands, and no
    request or decision enters it any more.
    """

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    fiscal_year = models.PositiveSmallIntegerField("预算年度")
    approved_on = models.DateField("批准日期")
    paper = models.CharField("批准文件", max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="登记人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "预算批准"
        constraints = [
            models.UniqueConstraint(fields=["division", "fiscal_year"], name="budget_approved_once")
        ]


class Spending(models.Model):
    """Money out of a dossier in one month from one fund: paid by the treasury, or spent by the
    unit's accounts.

    ``month`` 12 with ``whole_year`` set is a full-year figure read from a form that has no months.
    ``line`` is the voucher or line key of the source, so that the same line never counts twice.
    A row of ``Source.PLAN`` is no spending: it says what a month is to take (分月用款计划), and
    nothing that adds up spending reads it (:data:`COUNTED_SOURCES`).
    """

    class Source(models.TextChoices):
        TREASURY = "treasury", "国库支付"
        ACCOUNTING = "accounting", "单位核算"
        FORM = "form", "报表填报"
        PLAN = "plan", "分月用款计划"

    dossier = models.ForeignKey(
        Dossier, models.CASCADE, related_name="spendings", verbose_name="档案"
    )
    fund = models.CharField("资金来源", max_length=20, choices=Fund.choices, default=Fund.TOTAL)
    source = models.CharField(
        "数据来源", max_length=12, choices=Source.choices, default=Source.TREASURY
    )
    month = models.PositiveSmallIntegerField("月份")
    cumulative = models.BooleanField("累计数", default=False)
    amount = MoneyField("支出")
    paid_on = models.DateField("支付日期", null=True)
    line = models.CharField("凭证号", max_length=60, blank=True)
    synthetic = models.BooleanField("合成", default=False)
    batch = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, verbose_name="导入批次")

    objects = Entered["Spending"]()

    class Meta:
        verbose_name = verbose_name_plural = "支出"
        indexes = [models.Index(fields=["dossier", "month"], name="spending_month")]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "fund", "source", "line"],
                condition=~models.Q(line=""),
                name="spending_line_once",
            )
        ]


COUNTED_SOURCES = (Spending.Source.TREASURY, Spending.Source.ACCOUNTING, Spending.Source.FORM)
"""Which record of spending counts where several exist: the treasury's payments, the unit's
accounts, then a form's.
"""


class AuditedAmount(models.Model):
    """What an evaluation found was really arranged and used (经审查), beside what was reported.

    ``funds`` are the parts by fund (fund, arranged, used; 元 as text), which add up to the two.
    """

    dossier = models.ForeignKey(
        Dossier, models.CASCADE, related_name="audited", verbose_name="档案"
    )
    arranged = MoneyField("经审查实际安排资金", null=True)
    used = MoneyField("经审查实际使用资金", null=True)
    differences = models.JSONField("差异说明", default=list)
    funds = models.JSONField("分资金审定", default=list)
    synthetic = models.BooleanField("合成", default=False)
    batch = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, verbose_name="导入批次")

    class Meta:
        verbose_name = verbose_name_plural = "审定金额"


class DepartmentFigure(models.Model):
    """部门决算数据: one cell of a unit's final accounts in a year: item × column, as it stood in the
    bureau's own table.

    ``stage`` is 年初, 调整 or 决算, or the count of an item that counts people; ``amount`` or
    ``people`` is set, never both. ``cell`` is the sheet and address it was read from.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位")
    fiscal_year = models.PositiveSmallIntegerField("预算年度")
    item = models.CharField("决算项目", max_length=40)
    stage = models.CharField("决算列", max_length=20)
    amount = MoneyField("金额", null=True)
    people = models.PositiveIntegerField("人数", null=True)
    cell = models.CharField("来源单元格", max_length=80, blank=True)
    synthetic = models.BooleanField("合成", default=False)
    batch = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, verbose_name="导入批次")

    objects = Entered["DepartmentFigure"]()

    class Meta:
        verbose_name = verbose_name_plural = "部门决算数据"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "fiscal_year", "item", "stage"], name="department_figure_once"
            )
        ]
        indexes = [models.Index(fields=["fiscal_year", "unit"], name="department_figure_year")]


class Round(Versioned):
    """A round of work (任务) the bureau opens: its kind, both years, whom it
    concerns, until when, by which paper.
    """

    class Kind(models.TextChoices):
        EX_ANTE = "ex_ante", "事前评估"
        TARGET = "target_review", "目标申报"
        MONITORING = "monitoring", "绩效监控"
        SELFEVAL = "selfeval", "单位自评"
        RECHECK = "recheck", "自评复核"
        DEPARTMENT = "department_evaluation", "部门评价"
        FINANCE = "finance_evaluation", "财政评价"

    class State(models.TextChoices):
        DRAFT = "draft", "未下达"
        OPEN = "open", "进行中"
        CLOSED = "closed", "已结束"

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    kind = models.CharField("类别", max_length=24, choices=Kind.choices)
    name = models.CharField("名称", max_length=100)
    work_year = models.PositiveSmallIntegerField("工作年度")
    fiscal_year = models.PositiveSmallIntegerField("预算年度")
    key = models.BooleanField("财政重点", default=False)
    from_month = models.PositiveSmallIntegerField("起始月", null=True)
    through_month = models.PositiveSmallIntegerField("截止月", null=True)
    scope = models.JSONField("范围", default=dict)
    opens_on = models.DateField("下达日期", null=True)
    deadline = models.DateField("报送期限", null=True)
    basis = models.ForeignKey(Document, models.PROTECT, null=True, verbose_name="通知")
    route = models.JSONField("审核流程", default=list)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.DRAFT)
    past = models.BooleanField("补录", default=False)
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "任务"
        indexes = [models.Index(fields=["division", "work_year", "kind"], name="round_year")]

    def __str__(self) -> str:
        return self.name

    @property
    def period(self) -> str:
        """As :func:`period_of` its months."""
        return period_of(self.from_month, self.through_month)

    def chases(self, on: date) -> bool:
        """Whether what is missing on a day is late: the round runs and its day has passed. 补录 of
        work that was done asked nobody and chases nobody.
        """
        running = self.state == self.State.OPEN and not self.past
        return running and self.deadline is not None and self.deadline < on


class OwnFiling(models.Model):
    """申报范围: subjects of this kind file their targets of this budget year here.
    Without a row they are approved elsewhere (预算管理一体化) and imported.
    """

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    fiscal_year = models.PositiveSmallIntegerField("预算年度")
    kind = models.CharField("类型", max_length=24, choices=Subject.Kind.choices)

    class Meta:
        verbose_name = verbose_name_plural = "申报范围"
        constraints = [
            models.UniqueConstraint(
                fields=["division", "fiscal_year", "kind"], name="own_filing_once"
            )
        ]


class Exemption(models.Model):
    """本次免报: a dossier excused from a round, with a listed reason, counted openly."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="exemptions", verbose_name="任务")
    dossier = models.ForeignKey(Dossier, models.CASCADE, verbose_name="档案")
    reason = models.CharField("理由", max_length=40)
    note = models.CharField("说明", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="经办人")
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "本次免报"
        constraints = [models.UniqueConstraint(fields=["round", "dossier"], name="exempt_once")]


class Source(models.Model):
    """数据来源: a system that ledgers come from (国库集中支付系统 …) and how its
    columns were understood the last time.
    """

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    name = models.CharField("名称", max_length=40)
    kind = models.CharField("台账类别", max_length=10, blank=True)
    headings = models.JSONField("表头", default=list)
    columns = models.JSONField("列的含义", default=dict)
    money_unit = models.CharField("金额单位", max_length=4, blank=True)
    used_at = models.DateTimeField("最近使用", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "数据来源"
        constraints = [
            models.UniqueConstraint(fields=["division", "name"], name="source_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Milestone(Versioned):
    """A step of a dossier's own plan (招标, 开工, 验收 …) with the day it is due and the day it was done.

    Where there are any, money is judged by them and not by months: a works project isn't red for
    being lawful.
    """

    dossier = models.ForeignKey(
        Dossier, models.CASCADE, related_name="milestones", verbose_name="档案"
    )
    order = models.PositiveSmallIntegerField("序号", default=0)
    name = models.CharField("节点", max_length=60)
    due = models.DateField("应完成日期")
    done = models.DateField("完成日期", null=True)
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "计划节点"
        ordering = ["due", "order"]
        constraints = [models.UniqueConstraint(fields=["dossier", "name"], name="milestone_once")]

    def __str__(self) -> str:
        return self.name


class KindFact(models.Model):
    """类型事项: one fact a dossier has because of its subject's kind or the budget its money is from
    (the bond's quota, the contract …), by the name the division's list gives it.

    ``value`` is exact text: 元, plain numbers, ISO days.
    """

    dossier = models.ForeignKey(
        Dossier, models.CASCADE, related_name="kind_facts", verbose_name="档案"
    )
    name = models.CharField("事项", max_length=40)
    value = models.CharField("内容", max_length=200)
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "类型事项"
        constraints = [models.UniqueConstraint(fields=["dossier", "name"], name="kind_fact_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
