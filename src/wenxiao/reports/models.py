"""报告: drafts with bound figures, and what was signed, frozen."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from wenxiao.orgs.models import Division
from wenxiao.records.models import StoredFile
from wenxiao.store.fields import SealedTextField
from wenxiao.store.moves import NotAllowed, Versioned


class Draft(Versioned):
    """The annual work report of a division and work year while it is written.

    ``prose`` holds what the author wrote for a section (missing = the default wording); ``choices``
    the named objects, basis documents, cut-off of the main problems, and optional blocks. Once
    handed in (送签) its words rest until it is signed, sent back or taken back; ``back_why`` is the
    reason of whoever stopped it last.
    """

    class State(models.TextChoices):
        WRITING = "writing", "起草中"
        HANDED = "handed", "已送签"
        RETURNED = "returned", "已退回"

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    work_year = models.PositiveSmallIntegerField("工作年度")
    prose = models.JSONField("正文", default=dict)
    choices = models.JSONField("取舍", default=dict)
    seen = models.JSONField("上次所用数据", default=dict)
    updated_at = models.DateTimeField("更新时间", auto_now=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="编写人"
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WRITING)
    handed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="送签人"
    )
    handed_on = models.DateField("送签日期", null=True)
    back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="退回或撤回的人",
    )
    back_why = models.TextField("退回或撤回的理由", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "报告草稿"
        constraints = [
            models.UniqueConstraint(fields=["division", "work_year"], name="one_draft_a_year")
        ]


class Signed(models.Model):
    """A report as signed (签发): its text, figures and files.
    Never updated; a correction is a new one naming the old.
    """

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    work_year = models.PositiveSmallIntegerField("工作年度")
    issue_number = models.PositiveSmallIntegerField("期号")
    signer = models.CharField("签发人", max_length=60)
    signed_on = models.DateField("签发日期")
    snapshot = models.JSONField("定稿内容")
    digest = models.CharField("定稿摘要", max_length=64)
    document = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="定稿文档"
    )
    table = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="定稿附表"
    )
    corrects = models.ForeignKey("self", models.PROTECT, null=True, verbose_name="更正")
    why = models.TextField("更正原因", blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="经办人"
    )
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "已签发报告"
        constraints = [
            models.UniqueConstraint(
                fields=["division", "work_year", "issue_number"], name="issue_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.work_year}年度工作情况 第{self.issue_number}期"

    def save(self, **options: Any) -> None:
        """Once and never again: what was signed is corrected by a new report, not changed."""
        if self.pk is not None:
            raise NotAllowed("已签发的报告不能改动。需要改正的，请办理更正。")
        super().save(**options)

    def delete(self, *_args: Any, **_options: Any) -> tuple[int, dict[str, int]]:
        """Refused: a signed report stays."""
        raise NotAllowed("已签发的报告不能删除。")


class PublicHolder(models.Model):
    """公开稿收件人: who was handed the public version of a signed report; told
    when it was closed and corrected.
    """

    signed = models.ForeignKey(
        Signed, models.PROTECT, related_name="holders", verbose_name="已签发报告"
    )
    name = models.CharField("收件单位或个人", max_length=100)
    contact = SealedTextField("联系方式", blank=True)
    given_on = models.DateField("送达日期")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    told_on = models.DateField("告知日期", null=True)
    told_how = models.CharField("告知方式", max_length=100, blank=True)
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="告知人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "公开稿收件人"
        constraints = [
            models.UniqueConstraint(fields=["signed", "name"], name="public_holder_once")
        ]

    def __str__(self) -> str:
        return self.name


class ReportRun(models.Model):
    """成批评价报告: the evaluation reports of a round written one after the other by the worker.

    ``reviews`` are the results asked for; ``written`` how many are; ``left`` those of which no
    report could be written, {review, name, why}. The papers themselves wait outside the database
    until somebody takes them: they can be written again at any time.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "等待写出"
        WRITING = "writing", "正在写出"
        DONE = "done", "已写完"
        CANCELLED = "cancelled", "已取消"

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    round = models.ForeignKey("budget.Round", models.PROTECT, verbose_name="任务")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="经办人")
    at = models.DateTimeField("提出时间", auto_now_add=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    reviews = models.JSONField("评审", default=list)
    written = models.PositiveIntegerField("已写出", default=0)
    left = models.JSONField("没有写出的", default=list)
    beat = models.DateTimeField("最近进展", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "成批评价报告"
        constraints = [
            models.UniqueConstraint(
                fields=["round", "by"],
                condition=models.Q(state__in=["waiting", "writing"]),
                name="one_report_run_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.round}评价报告"
