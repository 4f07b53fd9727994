"""满意度问卷 as it is stored: its questions, and every raw answer as it came in."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from wenxiao.store.moves import Versioned
from wenxiao.targets.models import Indicator


class Survey(Versioned):
    """满意度问卷: asked for one indicator of a form, or one criterion of an evaluation; its result
    becomes the indicator's actual, or the facts of the criterion, when somebody takes it.

    ``questions`` are {kind: likert, yes_no or text, text}; ``population`` is how many there are to
    ask, None not known. ``token`` opens the page without account, empty where the division has not
    opened that door.
    """

    class State(models.TextChoices):
        OPEN = "open", "收集中"
        CLOSED = "closed", "已截止"
        TAKEN = "taken", "已作为完成值"

    review = models.ForeignKey("reviews.Review", models.CASCADE, "surveys", verbose_name="评审")
    indicator = models.ForeignKey(
        Indicator, models.CASCADE, "surveys", null=True, verbose_name="指标"
    )
    criterion = models.ForeignKey(
        "reviews.Criterion", models.CASCADE, "surveys", null=True, verbose_name="评分项"
    )
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.OPEN)
    title = models.CharField("标题", max_length=120)
    audience = models.CharField("调查对象", max_length=120)
    questions = models.JSONField("问题", default=list)
    population = models.PositiveIntegerField("对象总数", null=True)
    token = models.CharField("链接", max_length=64, blank=True)
    until = models.DateField("截止日期")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="发起人"
    )
    at = models.DateTimeField("发起时间", auto_now_add=True)
    result = models.JSONField("结果", default=dict)
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "满意度问卷"
        constraints = [
            models.UniqueConstraint(
                fields=["token"], condition=~models.Q(token=""), name="survey_token_once"
            ),
            models.CheckConstraint(
                condition=models.Q(indicator=None) ^ models.Q(criterion=None),
                name="survey_of_one_row",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SurveyAnswer(models.Model):
    """One answer sheet (答卷), or the counts of several on paper, kept as it came in.

    ``values`` are the chosen words by question, of ``counted`` sheets the counts {option: n}.
    ``mark`` guards against the same answer twice; ``origin`` is a digest that says how many came
    from one place, never from where.
    """

    class Road(models.TextChoices):
        LINK = "link", "链接或二维码"
        PAPER = "paper", "纸质问卷计数"
        FILE = "file", "问卷工具的表"

    survey = models.ForeignKey(Survey, models.CASCADE, "answers", verbose_name="问卷")
    road = models.CharField("方式", max_length=6, choices=Road.choices)
    sheets = models.PositiveIntegerField("份数", default=1)
    counted = models.BooleanField("只有计数", default=False)
    values = models.JSONField("回答", default=list)
    mark = models.CharField("去重标记", max_length=80)
    origin = models.CharField("来源摘要", max_length=64, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="录入人"
    )
    at = models.DateTimeField("收到时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "答卷"
        constraints = [
            models.UniqueConstraint(fields=["survey", "mark"], name="survey_answer_once")
        ]

    def __str__(self) -> str:
        return f"{self.survey} {self.get_road_display()}"
