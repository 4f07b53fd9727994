"""规则提案: values of rules proposed by one person, tried, and published or thrown away by another."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from wenxiao.orgs.models import Division
from wenxiao.store.moves import Versioned


class RuleProposal(Versioned):
    """规则提案: values of rules one person proposes, with the ledger of what they would move and its
    paper; another person publishes it or throws it away.

    ``changes`` are {rule, from, content}; ``trial`` is the ledger by round as shown then, ``paper``
    every object of it; ``seen`` how many own values the division had. ``words_digest`` stands for
    the clause's words where they were read (原文).
    """

    class State(models.TextChoices):
        OPEN = "open", "等另一人公布"
        PUBLISHED = "published", "已公布"
        DROPPED = "dropped", "未采用"

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    name = models.CharField("名称", max_length=200)
    changes = models.JSONField("改动", default=list)
    document = models.ForeignKey("records.Document", models.PROTECT, verbose_name="依据文件")
    clause = models.CharField("条款", max_length=100)
    standing = models.CharField("核对情况", max_length=10)
    compared_by = models.CharField("核对人", max_length=60, blank=True)
    words_digest = models.CharField("条文摘要", max_length=64, blank=True)
    why = models.TextField("理由")
    seen = models.PositiveIntegerField("提出时本级规则条数", default=0)
    trial = models.JSONField("试算", default=dict)
    tried_on = models.DateField("试算日期")
    paper = models.ForeignKey("records.StoredFile", models.PROTECT, verbose_name="试算清单")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提出人"
    )
    proposed_on = models.DateField("提出日期")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="公布人或不采用人",
    )
    decided_on = models.DateField("公布或不采用日期", null=True)
    decision = models.TextField("公布或不采用的理由", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "规则提案"

    def __str__(self) -> str:
        return self.name
