"""填报协助 as it is stored: one row of a form asked of the office that owns the figure."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from wenxiao.records.models import StoredFile
from wenxiao.store.fields import SealedTextField
from wenxiao.store.moves import Versioned
from wenxiao.targets.models import Indicator


class Assistance(Versioned):
    """填报协助: one row of a form asked of the office that owns the figure, answered without an account
    or by workbook.

    The answer is a proposal: it counts for nothing until the unit's clerk takes it over. Of a link
    only the digest of its token is kept; it opens this one row, until ``expires_at``, once.
    """

    class Road(models.TextChoices):
        LINK = "link", "链接或二维码"
        WORKBOOK = "workbook", "一行表"

    class State(models.TextChoices):
        WAITING = "waiting", "等答复"
        ANSWERED = "answered", "已答复"
        TAKEN = "taken", "已采用"
        DECLINED = "declined", "未采用"
        WITHDRAWN = "withdrawn", "已撤回"

    review = models.ForeignKey("reviews.Review", models.CASCADE, "assistances", verbose_name="评审")
    indicator = models.ForeignKey(Indicator, models.CASCADE, "assistances", verbose_name="指标")
    road = models.CharField("方式", max_length=8, choices=Road.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    asked_of = models.CharField("请谁填", max_length=60)
    question = models.CharField("要填什么", max_length=300, blank=True)
    digest = models.CharField("链接摘要", max_length=64, blank=True)
    expires_at = models.DateTimeField("有效期至")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="请求人"
    )
    asked_at = models.DateTimeField("请求时间", auto_now_add=True)
    value = models.CharField("完成值", max_length=500, blank=True)
    note = models.CharField("说明", max_length=500, blank=True)
    answered_by = models.CharField("填写人", max_length=60, blank=True)
    phone = SealedTextField("联系电话", blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, "+", null=True, verbose_name="佐证照片")
    answered_at = models.DateTimeField("答复时间", null=True)
    why = models.CharField("理由", max_length=300, blank=True)
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "填报协助"
        constraints = [
            models.UniqueConstraint(
                fields=["review", "indicator"],
                condition=models.Q(state="waiting"),
                name="one_assistance_waits_a_row",
            ),
            models.UniqueConstraint(
                fields=["digest"], condition=~models.Q(digest=""), name="assistance_digest_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review}：{self.indicator.name}"
