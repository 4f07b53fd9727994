"""委托合同 as it is stored: what an agency was engaged for, at what price, and how it was accepted."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from wenxiao.store.fields import MoneyField
from wenxiao.store.moves import Versioned


class AgencyContract(Versioned):
    """委托合同 of a third-party evaluator: its work, price in 元 and days; accepted by another person
    than who entered it.
    """

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", "验收合格"
        MENDED = "mended", "整改后合格"
        REFUSED = "refused", "验收不合格"

    agency = models.ForeignKey(
        "orgs.Agency", models.PROTECT, related_name="contracts", verbose_name="第三方机构"
    )
    round = models.ForeignKey(
        "budget.Round", models.PROTECT, null=True, related_name="contracts", verbose_name="任务"
    )
    number = models.CharField("合同编号", max_length=60)
    work = models.TextField("服务内容")
    price = MoneyField("合同价")
    signed_on = models.DateField("签订日期")
    due_on = models.DateField("完成期限")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    verdict = models.CharField("验收结论", max_length=8, choices=Verdict.choices, blank=True)
    acceptance = models.TextField("验收意见", blank=True)
    paid = MoneyField("验收支付额", null=True)
    accepted_on = models.DateField("验收日期", null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="验收人"
    )
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "委托合同"
        ordering = ["-signed_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "number"], name="contract_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.agency}合同{self.number}"
