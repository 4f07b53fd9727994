"""绩效目标: what was promised. Indicator rows are approved once and filled further by every later stage."""

from __future__ import annotations

from django.db import models

from wenxiao.budget.models import Dossier
from wenxiao.orgs.models import Division
from wenxiao.records.models import Document, ImportBatch
from wenxiao.store.fields import PointsField
from wenxiao.store.moves import Versioned


class LibraryRow(models.Model):
    """A row of the indicator library (指标库)."""

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    level1 = models.CharField("一级指标", max_length=30)
    level2 = models.CharField("二级指标", max_length=40)
    name = models.CharField("三级指标", max_length=200)
    explanation = models.TextField("指标解释", blank=True)
    unit = models.CharField("计量单位", max_length=30, blank=True)
    proof = models.CharField("佐证要求", max_length=200, blank=True)
    field = models.CharField("适用领域", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "指标库"


class Target(Versioned):
    """A dossier's target in one version; the approved one is what later stages are held against.

    ``origin`` says how it came. What only came along with a monitoring or self-evaluation sheet was never approved:
    it serves until an approved target arrives and is counted nowhere as one.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "填报中"
        SUBMITTED = "submitted", "待审核"
        RETURNED = "returned", "已退回"
        APPROVED = "approved", "已批复"
        REPLACED = "replaced", "已调整"
        UNAPPROVED = "unapproved", "未批复"

    class Origin(models.TextChoices):
        FILED = "filed", "申报"
        APPROVAL = "approval", "批复导入"
        SHEET = "sheet", "随表带入"

    dossier = models.ForeignKey(
        Dossier, models.CASCADE, related_name="targets", verbose_name="档案"
    )
    number = models.PositiveSmallIntegerField("版次", default=1)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    origin = models.CharField("来源", max_length=10, choices=Origin.choices, default=Origin.FILED)
    text = models.TextField("年度总体目标", blank=True)
    approval = models.ForeignKey(Document, models.PROTECT, null=True, verbose_name="批复文件")
    why = models.TextField("调整原因", blank=True)
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


class Indicator(Versioned):
    """One indicator row: the same row serves 目标, 监控, 自评 and 自评复核."""

    target = models.ForeignKey(
        Target, models.CASCADE, related_name="indicators", verbose_name="绩效目标"
    )
    order = models.PositiveSmallIntegerField("序号")
    level1 = models.CharField("一级指标", max_length=60, blank=True)
    level2 = models.CharField("二级指标", max_length=60, blank=True)
    name = models.CharField("三级指标", max_length=300, blank=True)
    expression = models.CharField("年度指标值", max_length=500, blank=True)
    unit = models.CharField("计量单位", max_length=60, blank=True)
    weight = PointsField("分值", null=True)
    rule = models.CharField("计分规则", max_length=40, blank=True)
    source = models.CharField("取值来源", max_length=200, blank=True)
    proof = models.CharField("佐证要求", max_length=300, blank=True)
    hidden = models.BooleanField("原表隐藏行", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "绩效指标"
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["target", "order"], name="indicator_order_once")
        ]

    def __str__(self) -> str:
        return self.name
