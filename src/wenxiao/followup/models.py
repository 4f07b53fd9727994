"""后续: what follows a judgement. Problems found, their mending, the use of results, who answered, what is told."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from wenxiao.budget.models import Dossier
from wenxiao.orgs.models import Division, Unit
from wenxiao.records.models import ImportBatch, Notice, StoredFile
from wenxiao.reviews.models import Review
from wenxiao.store.fields import MoneyField
from wenxiao.store.moves import Versioned


class CatalogueItem(models.Model):
    """A coded problem of the problem catalogue (问题目录): findings are coded once, where they are found."""

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    code = models.CharField("编码", max_length=20)
    text = models.CharField("问题", max_length=200)
    category = models.CharField("类别", max_length=30, blank=True)
    order = models.PositiveSmallIntegerField("次序", default=0)
    rule = models.CharField("提示规则", max_length=20, blank=True)
    active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "问题目录"
        ordering = ["order", "code"]
        constraints = [models.UniqueConstraint(fields=["division", "code"], name="catalogue_code_once")]

    def __str__(self) -> str:
        return self.text


class CommonProblem(models.Model):
    """A printed line of common problems (共性问题) of a work year; it may group several catalogue items."""

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    work_year = models.PositiveSmallIntegerField("工作年度")
    order = models.PositiveSmallIntegerField("次序")
    text = models.CharField("表述", max_length=200)
    items = models.ManyToManyField(CatalogueItem, verbose_name="所含问题")

    class Meta:
        verbose_name = verbose_name_plural = "共性问题"
        ordering = ["order"]


class Finding(Versioned):
    """A problem of one dossier. A rule proposes a candidate; only what a person confirmed is counted and printed."""

    class State(models.TextChoices):
        CANDIDATE = "candidate", "待确认"
        CONFIRMED = "confirmed", "已确认"
        DISMISSED = "dismissed", "不成立"

    class Severity(models.TextChoices):
        MINOR = "minor", "一般"
        MAJOR = "major", "较重"
        SERIOUS = "serious", "严重"

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="findings", verbose_name="档案")
    review = models.ForeignKey(Review, models.PROTECT, null=True, related_name="findings", verbose_name="评审")
    item = models.ForeignKey(CatalogueItem, models.PROTECT, null=True, related_name="findings", verbose_name="目录问题")
    text = models.TextField("问题描述")
    severity = models.CharField("程度", max_length=8, choices=Severity.choices, default=Severity.MINOR)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.CANDIDATE)
    rule = models.CharField("提示规则", max_length=20, blank=True)
    evidence = models.TextField("依据的数据", blank=True)
    why = models.TextField("确认或否定的理由", blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="确认人")
    decided_at = models.DateTimeField("确认时间", null=True)
    synthetic = models.BooleanField("合成", default=False)
    batch = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, verbose_name="导入批次")

    class Meta:
        verbose_name = verbose_name_plural = "问题"
        indexes = [models.Index(fields=["state", "item"], name="finding_state")]

    def __str__(self) -> str:
        return self.text


class Rectification(Versioned):
    """The mending (整改) of one confirmed finding, from notice to closure."""

    class State(models.TextChoices):
        ORDERED = "ordered", "待报方案"
        PLANNED = "planned", "整改中"
        REPLIED = "replied", "待核验"
        REFUSED = "refused", "核验未通过"
        CLOSED = "closed", "已销号"

    finding = models.OneToOneField(Finding, models.PROTECT, related_name="rectification", verbose_name="问题")
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, verbose_name="反馈函")
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.ORDERED)
    owner = models.CharField("责任人", max_length=60, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="责任单位")
    measure = models.TextField("整改措施", blank=True)
    deadline = models.DateField("整改期限")
    extended_to = models.DateField("延至", null=True)
    extension_why = models.TextField("延期理由", blank=True)
    reply = models.TextField("整改结果", blank=True)
    proof = models.ForeignKey(StoredFile, models.PROTECT, null=True, verbose_name="整改佐证")
    verdict = models.TextField("核验意见", blank=True)
    refusals = models.PositiveSmallIntegerField("退回次数", default=0)
    escalated = models.PositiveSmallIntegerField("督办次数", default=0)
    closed_on = models.DateField("销号日期", null=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="回复人",
    )
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "整改"
        indexes = [models.Index(fields=["state", "deadline"], name="rectification_due")]


class Use(Versioned):
    """结果应用: what a rule proposes after a result, and what a person decided."""

    class Kind(models.TextChoices):
        STRICT = "strict", "从严审核"
        PRIORITY = "priority", "优先保障"
        HOLD = "hold", "暂缓安排"
        CUT = "cut", "核减预算"
        SUSPEND = "suspend", "暂停支付建议"
        ADJUST = "adjust", "调整绩效目标"

    class State(models.TextChoices):
        PROPOSED = "proposed", "待决定"
        ACCEPTED = "accepted", "采纳"
        DECLINED = "declined", "不采纳"

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="uses", verbose_name="档案")
    review = models.ForeignKey(Review, models.PROTECT, null=True, verbose_name="所据评审")
    kind = models.CharField("建议", max_length=10, choices=Kind.choices)
    rule = models.CharField("规则", max_length=40, blank=True)
    basis = models.TextField("依据", blank=True)
    amount = MoneyField("涉及金额", null=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PROPOSED)
    why = models.TextField("决定理由", blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="决定人")
    decided_on = models.DateField("决定日期", null=True)
    next_year_amount = MoneyField("下年度安排", null=True)
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "结果应用"


class Accountability(models.Model):
    """问责事项: who answered for what, with what consequence."""

    rectification = models.ForeignKey(Rectification, models.PROTECT, null=True, verbose_name="整改事项")
    dossier = models.ForeignKey(Dossier, models.PROTECT, verbose_name="档案")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="责任单位")
    person = models.CharField("责任人", max_length=60, blank=True)
    matter = models.TextField("事由")
    consequence = models.TextField("处理结果", blank=True)
    handed_to = models.CharField("移送", max_length=60, blank=True)
    decided_on = models.DateField("日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "问责事项"
