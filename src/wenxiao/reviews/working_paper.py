"""工作底稿 as it is stored: what was found where, confirmed by the unit's signature."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from wenxiao.store.moves import Versioned


class WorkingPaper(Versioned):
    """工作底稿: one 取证单, interview or field-visit sheet of an evaluation, numbered, confirmed by the
    unit's signature; or the 评分底稿 of one criterion, written on while points are open.
    """

    class Kind(models.TextChoices):
        FACTS = "facts", "取证单"
        INTERVIEW = "interview", "访谈记录"
        VISIT = "visit", "现场勘查记录"
        CRITERION = "criterion", "评分底稿"

    review = models.ForeignKey(
        "reviews.Review", models.CASCADE, related_name="working_papers", verbose_name="评审"
    )
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    number = models.PositiveSmallIntegerField("编号")
    criterion = models.ForeignKey(
        "reviews.Criterion", models.SET_NULL, null=True, related_name="+", verbose_name="评分项"
    )
    facts = models.TextField("事实")
    source = models.CharField("来源", max_length=300)
    method = models.CharField("核对方法", max_length=300, blank=True)
    people = models.CharField("访谈或在场人员", max_length=200, blank=True)
    done_on = models.DateField("日期")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="取证人"
    )
    signed_on = models.DateField("单位确认日期", null=True)
    signed_by = models.CharField("确认人", max_length=60, blank=True)
    opinion = models.TextField("单位意见", blank=True)
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "工作底稿"
        ordering = ["kind", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "kind", "number"], name="working_paper_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}{self.number}号"
