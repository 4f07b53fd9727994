"""留痕: what stays. Entries in a hash chain, files as received, batches that
can be undone, papers, to-dos.
"""

from __future__ import annotations

from typing import TypeVar

from django.conf import settings
from django.db import models

_Row = TypeVar("_Row", bound=models.Model)


class Entry(models.Model):
    """One act of one person, in the same transaction as what it did. Never updated, never deleted.

    ``hash`` covers every field and ``previous``, so the chain of a division's day can be verified
    by itself.
    """

    division = models.ForeignKey("orgs.Division", models.PROTECT, verbose_name="财政区划")
    day = models.DateField("日期")
    number = models.PositiveIntegerField("当日序号")
    at = models.DateTimeField("时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="经办人"
    )
    by_name = models.CharField("经办人姓名", max_length=60)
    act = models.CharField("事项", max_length=60)
    target_type = models.CharField("对象类型", max_length=40, blank=True)
    target_id = models.BigIntegerField("对象编号", null=True)
    label = models.CharField("对象", max_length=300, blank=True)
    why = models.TextField("理由", blank=True)
    data = models.JSONField("改动内容", default=dict)
    previous = models.CharField("上一条校验值", max_length=64)
    hash = models.CharField("校验值", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "留痕"
        constraints = [
            models.UniqueConstraint(
                fields=["division", "day", "number"], name="entry_number_once_a_day"
            )
        ]
        indexes = [models.Index(fields=["target_type", "target_id"], name="entry_target")]


class ChainHead(models.Model):
    """The last hash of a division's chain on one day; locked last by whoever appends."""

    division = models.ForeignKey("orgs.Division", models.PROTECT, verbose_name="财政区划")
    day = models.DateField("日期")
    number = models.PositiveIntegerField("末条序号", default=0)
    hash = models.CharField("末条校验值", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "留痕链头"
        constraints = [models.UniqueConstraint(fields=["division", "day"], name="one_head_a_day")]


class StoredFile(models.Model):
    """A file as received, byte for byte, found by its digest."""

    division = models.ForeignKey("orgs.Division", models.PROTECT, verbose_name="财政区划")
    name = models.CharField("文件名", max_length=255)
    sha256 = models.CharField("摘要", max_length=64)
    size = models.BigIntegerField("字节数")
    path = models.CharField("存放位置", max_length=255)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="提交人"
    )
    at = models.DateTimeField("收到时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "原始文件"
        indexes = [models.Index(fields=["division", "sha256"], name="file_digest")]

    def __str__(self) -> str:
        return self.name


class Intake(models.Model):
    """Files handed over at once (an upload of many files, or one zip): what came, what of it could
    not even be read.

    ``files`` lists them in the order received: stored file, name, modified (ISO, from the zip or
    the browser), problems. ``token`` is the upload form's own, so that sending it twice makes one
    intake. ``for_units``: what passes the checks is handed in for its unit while it is imported.
    """

    class State(models.TextChoices):
        READING = "reading", "正在读取"
        READY = "ready", "已读取"
        APPLYING = "applying", "正在导入"

    division = models.ForeignKey("orgs.Division", models.PROTECT, verbose_name="财政区划")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="经办人"
    )
    at = models.DateTimeField("收到时间", auto_now_add=True)
    note = models.CharField("说明", max_length=200, blank=True)
    kind = models.CharField("类别", max_length=30, default="forms")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.READING)
    files = models.JSONField("收到的文件", default=list)
    read = models.PositiveIntegerField("已读取", default=0)
    beat = models.DateTimeField("最近进展", null=True)
    token = models.CharField("表单编号", max_length=40, blank=True)
    for_units = models.BooleanField("代单位报送", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "收件"
        constraints = [
            models.UniqueConstraint(
                fields=["by", "token"], condition=~models.Q(token=""), name="intake_token_once"
            )
        ]

    def __str__(self) -> str:
        return f"收件 {self.pk}"


class Upload(models.Model):
    """Files handed in with an act: set aside as they came, looked at, and only then is the act done
    or refused.

    ``act`` and ``values`` say what the person asked for, ``files`` what came (name, size), in the
    order received; ``back`` and ``typed`` serve the page that tells the outcome. The bytes wait
    outside the database until they are looked at and go with the outcome.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "等待读取"
        READING = "reading", "正在读取"
        DONE = "done", "已办"
        REFUSED = "refused", "未收下"
        CANCELLED = "cancelled", "已取消"

    division = models.ForeignKey("orgs.Division", models.PROTECT, verbose_name="财政区划")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="经办人")
    at = models.DateTimeField("收到时间", auto_now_add=True)
    act = models.CharField("事项", max_length=30)
    target_id = models.BigIntegerField("对象编号", null=True)
    values = models.JSONField("填写内容", default=dict)
    files = models.JSONField("收到的文件", default=list)
    typed = models.JSONField("页面所填", default=list)
    back = models.CharField("返回页面", max_length=300, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    read = models.PositiveIntegerField("已读取", default=0)
    beat = models.DateTimeField("最近进展", null=True)
    text = models.TextField("结果", blank=True)
    seen = models.BooleanField("已查看", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "上传"
        indexes = [models.Index(fields=["by", "state"], name="upload_open")]

    def __str__(self) -> str:
        return f"上传 {self.pk}"


class ImportBatch(models.Model):
    """One import: what came in, what was wrong, what it wrote, and how to take it back.

    While one is being written part by part, ``written`` says what goes if its process ends before
    the last part. One that wrote very much is taken back by the worker: it waits for that, and then
    its rows no longer count while they go.
    """

    class State(models.TextChoices):
        PREVIEWED = "previewed", "待确认"
        WRITING = "writing", "写入中"
        APPLIED = "applied", "已导入"
        UNDO_WAITING = "undo_waiting", "待撤销"
        UNDOING = "undoing", "撤销中"
        UNDONE = "undone", "已撤销"
        REFUSED = "refused", "未通过"

    division = models.ForeignKey("orgs.Division", models.PROTECT, verbose_name="财政区划")
    intake = models.ForeignKey(
        Intake, models.PROTECT, null=True, related_name="batches", verbose_name="收件"
    )
    kind = models.CharField("类别", max_length=30)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, verbose_name="原始文件")
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.PREVIEWED)
    source_rows = models.PositiveIntegerField("来源行数", default=0)
    accepted = models.PositiveIntegerField("导入行数", default=0)
    problems = models.JSONField("问题", default=list)
    reading = models.JSONField("读数", default=dict)
    choices = models.JSONField("匹配结果", default=dict)
    summary = models.JSONField("概要", default=dict)
    written = models.JSONField("写入与原值", default=list)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="经办人"
    )
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"

    def __str__(self) -> str:
        return f"导入批次 {self.pk}"


HIDDEN = (ImportBatch.State.WRITING, ImportBatch.State.UNDOING)
"""Rows of such a batch do not count: not all of them are there."""


class Entered(models.Manager[_Row]):
    """Rows that count: not those of an import which is being written, or taken back, part by part
    (or was killed over it).

    For a model whose ``batch`` is the import that brought the row.
    """

    def get_queryset(self) -> models.QuerySet[_Row]:
        """All rows but those of such a batch; the batches are looked up once a query."""
        hidden = ImportBatch.objects.filter(state__in=HIDDEN).values("pk")
        return super().get_queryset().exclude(batch__in=hidden)


class Document(models.Model):
    """A policy document or notice of the document library (制度库): what rules and rounds cite."""

    class Kind(models.TextChoices):
        LAW = "law", "法律法规"
        MEASURES = "measures", "制度办法"
        NOTICE = "notice", "通知"
        OPINION = "opinion", "实施意见"
        PLAN = "plan", "工作方案"
        APPROVAL = "approval", "批复"
        OTHER = "other", "其他"

    division = models.ForeignKey("orgs.Division", models.PROTECT, verbose_name="财政区划")
    kind = models.CharField("类别", max_length=12, choices=Kind.choices)
    title = models.CharField("名称", max_length=200)
    number = models.CharField("文号", max_length=60, blank=True)
    issuer = models.CharField("发文单位", max_length=100, blank=True)
    issued_on = models.DateField("发文日期", null=True)
    in_force_from = models.DateField("施行日期", null=True)
    note = models.TextField("说明", blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, verbose_name="原文")

    class Meta:
        verbose_name = verbose_name_plural = "文件"

    def __str__(self) -> str:
        return f"《{self.title}》"


class Article(models.Model):
    """One 条 of a document, in the words the bureau took in: what rules cite
    can be opened and compared by digest.
    """

    document = models.ForeignKey(
        Document, models.CASCADE, related_name="articles", verbose_name="文件"
    )
    order = models.PositiveIntegerField("序号")
    label = models.CharField("条", max_length=20)
    words = models.TextField("条文")
    sha256 = models.CharField("摘要值", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "条文"
        ordering = ["document", "order"]
        constraints = [
            models.UniqueConstraint(fields=["document", "label"], name="article_label_once")
        ]

    def __str__(self) -> str:
        return f"{self.document}{self.label}"


class Todo(models.Model):
    """Something waiting for a person or for whoever acts for a unit."""

    class State(models.TextChoices):
        OPEN = "open", "待办"
        DONE = "done", "已办"
        VOID = "void", "已取消"

    division = models.ForeignKey("orgs.Division", models.PROTECT, verbose_name="财政区划")
    kind = models.CharField("事项", max_length=20)
    title = models.CharField("标题", max_length=200)
    role = models.CharField("办理角色", max_length=30, blank=True)
    unit = models.ForeignKey("orgs.Unit", models.PROTECT, null=True, verbose_name="办理单位")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="办理人"
    )
    target_type = models.CharField("对象类型", max_length=40, blank=True)
    target_id = models.BigIntegerField("对象编号", null=True)
    due_on = models.DateField("期限", null=True)
    state = models.CharField("状态", max_length=6, choices=State.choices, default=State.OPEN)
    reminded = models.PositiveIntegerField("已催次数", default=0)
    made_at = models.DateTimeField("产生时间", auto_now_add=True)
    done_at = models.DateTimeField("办结时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "待办"
        indexes = [
            models.Index(fields=["division", "state", "due_on"], name="todo_due"),
            models.Index(fields=["target_type", "target_id"], name="todo_target"),
        ]


class Notice(models.Model):
    """A paper sent to a unit: feedback notice (反馈函), reminder (催办函), 评价通知书,
    with its receipt (签收).
    """

    class Kind(models.TextChoices):
        FEEDBACK = "feedback", "反馈函"
        REMINDER = "reminder", "催办函"
        EVALUATION = "evaluation", "评价通知书"

    division = models.ForeignKey("orgs.Division", models.PROTECT, verbose_name="财政区划")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    number = models.CharField("编号", max_length=60, blank=True)
    unit = models.ForeignKey("orgs.Unit", models.PROTECT, verbose_name="送达单位")
    target_type = models.CharField("对象类型", max_length=40, blank=True)
    target_id = models.BigIntegerField("对象编号", null=True)
    text = models.TextField("正文", blank=True)
    issued_on = models.DateField("发出日期")
    due_on = models.DateField("回复期限", null=True)
    received_on = models.DateField("签收日期", null=True)
    received_by = models.CharField("签收人", max_length=60, blank=True)
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "函件"
        indexes = [models.Index(fields=["target_type", "target_id"], name="notice_target")]


class Instruction(models.Model):
    """A leader's written instruction (领导批示) on a paper, assigned and followed to completion."""

    division = models.ForeignKey("orgs.Division", models.PROTECT, verbose_name="财政区划")
    leader = models.CharField("批示领导", max_length=60)
    text = models.TextField("批示内容")
    given_on = models.DateField("批示日期")
    about_type = models.CharField("所批文件类型", max_length=40, blank=True)
    about_id = models.BigIntegerField("所批文件编号", null=True)
    assigned_to = models.CharField("承办", max_length=100, blank=True)
    due_on = models.DateField("办结期限", null=True)
    outcome = models.TextField("办理结果", blank=True)
    closed_on = models.DateField("办结日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "领导批示"


class BackupRun(models.Model):
    """备份记录: one backup or one drill as it ended; of a store that is written
    to again and again, the latest.
    """

    class Kind(models.TextChoices):
        FULL = "full", "备份"
        REPEATED = "repeated", "连续备份"
        DRILL = "drill", "恢复演练"

    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    at = models.DateTimeField("时间", auto_now=True)
    place = models.CharField("备份位置", max_length=300)
    made_at = models.DateTimeField("备份所取时刻", null=True)
    seconds = models.DecimalField("用时（秒）", max_digits=9, decimal_places=1)
    rows = models.BigIntegerField("行数", default=0)
    files = models.PositiveIntegerField("文件数", default=0)
    new_bytes = models.BigIntegerField("新写字节数", null=True)
    faults = models.JSONField("不符", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "备份记录"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.place}"
