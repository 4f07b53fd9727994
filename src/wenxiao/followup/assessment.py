"""工作考核 as it is stored: how a department's own performance-management work was scored."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from wenxiao.orgs.models import Division, Unit
from wenxiao.store.fields import PointsField
from wenxiao.store.moves import Versioned


class UnitAssessment(Versioned):
    """工作考核: how one budget department's performance-management work was scored in a work year.

    ``lines`` holds each item of the division's list as it was then, with the rows counted; ``full``
    is the weight of what applied, None points mean that nothing did. Prepared by one person,
    confirmed by another.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "待确认"
        CONFIRMED = "confirmed", "已确认"

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="预算部门")
    work_year = models.PositiveSmallIntegerField("工作年度")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    lines = models.JSONField("考核内容", default=list)
    points = PointsField("得分", null=True)
    full = PointsField("适用分值", null=True)
    basis = models.TextField("考核依据", blank=True)
    standing = models.CharField("依据核对", max_length=4, blank=True)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="考核人"
    )
    prepared_on = models.DateField("考核日期")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="确认人"
    )
    confirmed_on = models.DateField("确认日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "工作考核"
        constraints = [
            models.UniqueConstraint(fields=["unit", "work_year"], name="unit_assessed_once"),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None)
                | ~models.Q(confirmed_by=models.F("prepared_by")),
                name="assessment_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}{self.work_year}年工作考核"
