"""绩效目标: what was promised.
Indicator rows are approved once and filled further by every later stage.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from wenxiao.budget.models import Dossier, Level
from wenxiao.orgs.models import Division
from wenxiao.records.models import Document, ImportBatch, StoredFile
from wenxiao.store.fields import MoneyField, PointsField
from wenxiao.store.moves import Versioned


class LibraryRow(Versioned):
    """A row of the indicator library (指标库): proposed, confirmed by a department, published by the
    bureau, one version each.

    ``words`` is what a search finds it by. ``boilerplate``: common speech, never a sign of copying
    (串稿).
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "待确认"
        CONFIRMED = "confirmed", "待发布"
        PUBLISHED = "published", "已发布"
        DECLINED = "declined", "不采用"
        RETIRED = "retired", "已停用"

    class Origin(models.TextChoices):
        APPROVED = "approved", "本级批复的目标"
        FILE = "file", "导入"
        PROPOSED = "proposed", "建议"

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    number = models.PositiveSmallIntegerField("版次", default=1)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PROPOSED)
    origin = models.CharField(
        "来源", max_length=10, choices=Origin.choices, default=Origin.PROPOSED
    )
    source = models.CharField("出处", max_length=200, blank=True)
    level1 = models.CharField("一级指标", max_length=60)
    level2 = models.CharField("二级指标", max_length=60)
    name = models.CharField("三级指标", max_length=300)
    explanation = models.TextField("指标解释", blank=True)
    formula = models.CharField("计算公式", max_length=300, blank=True)
    unit = models.CharField("计量单位", max_length=60, blank=True)
    nature = models.CharField("指标性质", max_length=20, blank=True)
    direction = models.CharField("指标方向", max_length=20, blank=True)
    proof = models.CharField("佐证要求", max_length=300, blank=True)
    field = models.CharField("适用领域", max_length=60, blank=True)
    standing = models.CharField("核对情况", max_length=4, default="未核")
    boilerplate = models.BooleanField("通用套话", default=False)
    words = models.TextField("检索词", blank=True)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name="前一版"
    )
    why = models.TextField("说明", blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="建议人"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="确认人"
    )
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "指标库"
        indexes = [models.Index(fields=["division", "state", "name"], name="library_name")]

    def __str__(self) -> str:
        return self.name


class Target(Versioned):
    """A dossier's target in one version; the approved one is what later stages are held against.

    ``origin`` says how it came. What only came along with a monitoring or self-evaluation sheet was
    never approved: it serves until an approved target arrives and is counted nowhere as one.
    ``filing``: drawn up here and not approved yet; nothing is held against it. ``budget_change``
    and ``change_proof`` are what an adjustment rests on; ``budget_answered`` is the budget at which
    somebody said that the target stays as it is. ``hand`` is who handed it in for the unit, with
    its ``signed`` paper. ``explained``: why what a check names stays as it is, each ``{"code",
    "text", "why"}`` of one problem as it was worded.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "填报中"
        SUBMITTED = "submitted", "待审核"
        CHECKED = "checked", "审核通过"
        RETURNED = "returned", "已退回"
        APPROVED = "approved", "已批复"
        REPLACED = "replaced", "已调整"
        UNAPPROVED = "unapproved", "未批复"

    class Origin(models.TextChoices):
        FILED = "filed", "申报"
        APPROVAL = "approval", "批复导入"
        SHEET = "sheet", "随表带入"

    class Scope(models.TextChoices):
        PROJECT = "project", "项目支出"
        DEPARTMENT = "department", "部门整体支出"
        TRANSFER = "transfer", "转移支付"

    dossier = models.ForeignKey(
        Dossier, models.CASCADE, related_name="targets", verbose_name="档案"
    )
    number = models.PositiveSmallIntegerField("版次", default=1)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    origin = models.CharField("来源", max_length=10, choices=Origin.choices, default=Origin.FILED)
    scope = models.CharField("范围", max_length=12, choices=Scope.choices, default=Scope.PROJECT)
    level = models.CharField("级次", max_length=10, choices=Level.choices, blank=True)
    text = models.TextField("年度总体目标", blank=True)
    long_text = models.TextField("中长期目标", blank=True)
    content = models.TextField("项目概况", blank=True)
    manager = models.CharField("项目负责人", max_length=60, blank=True)
    starts = models.CharField("开始时间", max_length=10, blank=True)
    ends = models.CharField("结束时间", max_length=10, blank=True)
    plan = models.JSONField("实施进度计划", default=list)
    opinions = models.JSONField("审核意见", default=list)
    asks_source = models.BooleanField("表上有数据来源栏", default=False)
    approval = models.ForeignKey(Document, models.PROTECT, null=True, verbose_name="批复文件")
    why = models.TextField("调整原因", blank=True)
    budget_change = MoneyField("预算变动", null=True)
    change_proof = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="调整依据"
    )
    budget_answered = MoneyField("已答复的预算", null=True)
    filing = models.BooleanField("申报中", default=False)
    marks = models.JSONField("退回标注", default=list)
    explained = models.JSONField("检查说明", default=list)
    returned_rows = models.JSONField("退回时的各行", default=list)
    rubric = models.JSONField("审核评分", default=dict)
    rubric_points = PointsField("审核得分", null=True)
    rubric_grade = models.CharField("审核等级", max_length=4, blank=True)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="报送人"
    )
    hand = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="代报人"
    )
    signed = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="单位签章件"
    )
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审核人"
    )
    synthetic = models.BooleanField("合成", default=False)
    batch = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, verbose_name="导入批次")

    class Meta:
        verbose_name = verbose_name_plural = "绩效目标"
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number"], name="target_version_once"),
            models.CheckConstraint(
                condition=~models.Q(origin="sheet", state="approved"),
                name="sheet_target_not_approved",
            ),
        ]


class PromisedRow(Versioned):
    """What one indicator row of a target table says, whether of the year or of the whole term."""

    order = models.PositiveSmallIntegerField("序号")
    level1 = models.CharField("一级指标", max_length=60, blank=True)
    level2 = models.CharField("二级指标", max_length=60, blank=True)
    name = models.CharField("三级指标", max_length=300, blank=True)
    expression = models.CharField("年度指标值", max_length=500, blank=True)
    unit = models.CharField("计量单位", max_length=60, blank=True)
    nature = models.CharField("指标性质", max_length=20, blank=True)
    weight = PointsField("分值", null=True)
    rule = models.CharField("计分规则", max_length=40, blank=True)
    source = models.CharField("取值来源", max_length=200, blank=True)
    proof = models.CharField("佐证要求", max_length=300, blank=True)
    last_actual = models.CharField("上年实际", max_length=200, blank=True)
    note = models.TextField("指标说明", blank=True)
    hidden = models.BooleanField("原表隐藏行", default=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Indicator(PromisedRow):
    """One indicator row: the same row serves 目标, 监控, 自评 and 自评复核."""

    target = models.ForeignKey(
        Target, models.CASCADE, related_name="indicators", verbose_name="绩效目标"
    )
    came_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", verbose_name="调整前的行"
    )

    class Meta:
        verbose_name = verbose_name_plural = "绩效指标"
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["target", "order"], name="indicator_order_once")
        ]


class LongIndicator(PromisedRow):
    """A row of the mid-term or long-term block: no promise of the year, so
    no later stage fills it.
    """

    target = models.ForeignKey(
        Target, models.CASCADE, related_name="long_indicators", verbose_name="绩效目标"
    )

    class Meta:
        verbose_name = verbose_name_plural = "中长期指标"
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["target", "order"], name="long_indicator_order_once")
        ]


class TargetAmount(models.Model):
    """Money a target table asks for: a source of funds, or a main task of a department."""

    class Kind(models.TextChoices):
        FUND = "fund", "资金来源"
        TASK = "task", "主要任务"

    target = models.ForeignKey(
        Target, models.CASCADE, related_name="amounts", verbose_name="绩效目标"
    )
    kind = models.CharField("类别", max_length=4, choices=Kind.choices, default=Kind.FUND)
    order = models.PositiveSmallIntegerField("序号")
    name = models.CharField("名称", max_length=200)
    content = models.TextField("主要内容", blank=True)
    amount = MoneyField("金额", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "目标资金"
        ordering = ["kind", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "kind", "order"], name="target_amount_order_once"
            )
        ]


class Layout(models.Model):
    """How the division's own 一体化 system lays out its list of targets: its table, and what each
    column holds.

    A changed mapping is a new version; the old one stays with the imports that used it. ``columns``
    are ``{"key", "column" (from 1), "heading"}``; ``codes`` say what a code of a column stands for,
    by key.
    """

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    name = models.CharField("名称", max_length=60)
    number = models.PositiveSmallIntegerField("版次", default=1)
    file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="原始文件")
    sheet = models.CharField("工作表", max_length=100)
    heading_row = models.PositiveSmallIntegerField("表头行")
    columns = models.JSONField("各列", default=list)
    codes = models.JSONField("代码表", default=dict)
    money_unit = models.CharField("金额单位", max_length=4, default="元")
    retired = models.BooleanField("停用", default=False)
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "一体化表样"
        constraints = [
            models.UniqueConstraint(
                fields=["division", "name", "number"], name="layout_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}（第{self.number}版）"
