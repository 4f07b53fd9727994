"""Counts kept beside the rows they count, by unit, and the marks that say
which of them to count anew.
"""

from __future__ import annotations

from django.db import models

from wenxiao.budget.models import Round
from wenxiao.orgs.models import Unit


class DossierTally(models.Model):
    """档案计数: how many dossiers of one unit and fiscal year there are whose
    subjects are alike; never written by hand.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", verbose_name="单位")
    division = models.BigIntegerField("财政区划")
    fiscal_year = models.PositiveSmallIntegerField("预算年度")
    kind = models.CharField("类型", max_length=24)
    nature = models.CharField("项目类别", max_length=12, blank=True)
    tags = models.JSONField("领域标签", default=list)
    restriction = models.CharField("公开属性", max_length=12)
    dossiers = models.PositiveIntegerField("档案数")
    approved = models.PositiveIntegerField("目标已批复的档案数")

    class Meta:
        verbose_name = verbose_name_plural = "档案计数"


class ReviewTally(models.Model):
    """评审计数: how many reviews of one round and unit are in one state;
    ``excused`` ones are counted apart.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", verbose_name="单位")
    division = models.BigIntegerField("财政区划")
    restriction = models.CharField("公开属性", max_length=12)
    round = models.ForeignKey(Round, models.CASCADE, related_name="+", verbose_name="任务")
    kind = models.CharField("类别", max_length=24)
    state = models.CharField("状态", max_length=10)
    arrived = models.BooleanField("登记过收到")
    excused = models.BooleanField("本次免报")
    step = models.PositiveSmallIntegerField("流程第几步", default=0)
    unjudged = models.BooleanField("未评完", default=False)
    apart = models.BooleanField("与计算不符", default=False)
    full_points = models.BooleanField("满分", default=False)
    fiscal_year = models.PositiveSmallIntegerField("预算年度", default=0)
    subject_kind = models.CharField("对象类型", max_length=24, default="")
    tags = models.JSONField("领域标签", default=list)
    reviews = models.PositiveIntegerField("评审数")

    class Meta:
        verbose_name = verbose_name_plural = "评审计数"
        indexes = [
            # Added up from the index alone, in its order.
            models.Index(
                fields=["round", "kind", "state", "step", "arrived", "excused", "unit", "reviews"],
                name="review_tally_sums",
            )
        ]


class TallyMark(models.Model):
    """计数标记: a unit something changed in, set by the database itself; its
    kept counts count for nothing until renewed.
    """

    unit = models.BigIntegerField("单位", db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "计数标记"
