"""实绩与佐证: what came of the promise, and what proves it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from wenxiao.budget.models import Dossier
from wenxiao.records.models import ImportBatch, StoredFile
from wenxiao.store.moves import Versioned
from wenxiao.targets.models import Indicator


class Actual(Versioned):
    """The value of an indicator at one stage.
    ``through_month`` 12 at year end; monitoring rows carry a forecast.
    """

    class Stage(models.TextChoices):
        MONITORING = "monitoring", "监控"
        SELFEVAL = "selfeval", "自评"
        RECHECK = "recheck", "复核"

    indicator = models.ForeignKey(
        Indicator, models.CASCADE, related_name="actuals", verbose_name="指标"
    )
    stage = models.CharField("环节", max_length=12, choices=Stage.choices)
    through_month = models.PositiveSmallIntegerField("截止月", default=12)
    value = models.CharField("完成值", max_length=500, blank=True)
    forecast = models.CharField("全年预计", max_length=500, blank=True)
    causes = models.JSONField("偏差原因类别", default=list)
    possibility = models.CharField("完成可能性", max_length=20, blank=True)
    note = models.TextField("说明", blank=True)
    cell = models.CharField("原表位置", max_length=60, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="填报人"
    )
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="核验人"
    )
    synthetic = models.BooleanField("合成", default=False)
    batch = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, verbose_name="导入批次")

    class Meta:
        verbose_name = verbose_name_plural = "实绩"
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "stage", "through_month"], name="one_actual_a_stage"
            )
        ]


COLUMNS = ("value", "forecast", "note", "causes", "possibility")
"""What a form's row says came of its indicator; a new column of the form is named here too."""


def columns_of(actual: Actual) -> dict[str, Any]:
    """What the row says, column by column."""
    return {name: getattr(actual, name) for name in COLUMNS}


class Material(Versioned):
    """A proof (佐证) of a dossier; it may serve several indicators.
    A new version is a row of its own, the old one stays.

    ``kind`` is a code of the rule 佐证材料; ``stage`` and ``through_month`` name the actual it was
    handed in for (blank: the goal as such); ``personal`` are the kinds of personal data found in
    it, each with how often.
    """

    class State(models.TextChoices):
        UNVERIFIED = "unverified", "未核"
        VERIFIED = "verified", "已采信"
        REFUSED = "refused", "不予采信"
        REPLACED = "replaced", "已换新版"
        WITHDRAWN = "withdrawn", "已撤回"

    class Side(models.TextChoices):
        UNIT = "unit", "单位报送"
        EVALUATOR = "evaluator", "评价取证"

    dossier = models.ForeignKey(
        Dossier, models.CASCADE, related_name="materials", verbose_name="档案"
    )
    indicators = models.ManyToManyField(
        Indicator, blank=True, related_name="materials", verbose_name="证明的指标"
    )
    stage = models.CharField("环节", max_length=12, choices=Actual.Stage.choices, blank=True)
    through_month = models.PositiveSmallIntegerField("截止月", null=True)
    title = models.CharField("名称", max_length=200)
    kind = models.CharField("种类", max_length=30, blank=True)
    dated = models.DateField("材料日期", null=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, verbose_name="文件")
    replaces = models.OneToOneField(
        "self", models.RESTRICT, null=True, related_name="newer", verbose_name="换下的旧版"
    )
    side = models.CharField("来自", max_length=10, choices=Side.choices, default=Side.UNIT)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提交人"
    )
    at = models.DateTimeField("提交时间", auto_now_add=True, null=True)
    personal = models.JSONField("含个人信息", default=list)
    state = models.CharField("核验", max_length=10, choices=State.choices, default=State.UNVERIFIED)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="核验人"
    )
    judged_at = models.DateTimeField("核验时间", null=True)
    verdict = models.CharField("核验意见", max_length=300, blank=True)
    note = models.CharField("证明什么", max_length=300, blank=True)
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "佐证材料"
        indexes = [models.Index(fields=["dossier", "state"], name="material_standing")]

    def __str__(self) -> str:
        return self.title
