"""What machines may read row by row: each resource with its columns, filters and who sees it; the
description is made of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wenxiao.budget.selectors import dossiers_visible_to, subjects_visible_to
from wenxiao.evidence.selectors import actuals_seen_by
from wenxiao.followup.selectors.disclosed import disclosures_seen_by
from wenxiao.followup.selectors.ledger import rectifications_seen_by, uses_seen_by
from wenxiao.followup.selectors.problems import findings_seen_by
from wenxiao.orgs.permissions import Refused, holdings
from wenxiao.records.selectors import documents
from wenxiao.reviews.worklists import reviews_visible_to
from wenxiao.targets.selectors import targets_visible_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from wenxiao.orgs.models import User

INSIDE = ("decide_use", "instruct", "sign_report", "watch_trail")
"""Powers of which one sees proposals before they are decided."""


@dataclass(frozen=True, slots=True)
class ApiColumn:
    """One member of a row: where it is read, what it means, and its kind
    (text, integer, decimal, date, boolean, list).
    """

    name: str
    path: str
    words: str
    kind: str = "text"

    def read(self, row: Any) -> Any:
        """The value as JSON: exact numbers and days as text, unknown as null."""
        value = row
        for part in self.path.split("."):
            value = getattr(value, part, None)
            if value is None:
                return None
        if callable(value):
            value = value()
        return str(value) if self.kind in {"decimal", "date", "text"} else value


@dataclass(frozen=True, slots=True)
class Filter:
    """A parameter of the address: the lookup it becomes, what it means, whether a whole number."""

    name: str
    lookup: str
    words: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    """Rows of one kind. ``changed`` is the lookup of what
    :mod:`~wenxiao.followup.selectors.changes` names (``by``).
    """

    name: str
    words: str
    rows: Callable[[User], QuerySet[Any]]
    columns: tuple[ApiColumn, ...]
    filters: tuple[Filter, ...] = field(default=())
    changed: str = "dossier__in"
    by: str = "dossiers"
    power: str = "see_unit"


def _object(way: str) -> tuple[ApiColumn, ...]:
    """The columns every row of a dossier begins with."""
    return (
        ApiColumn("id", "pk", "编号", "integer"),
        ApiColumn("dossier", f"{way}pk", "档案编号", "integer"),
        ApiColumn("fiscal_year", f"{way}fiscal_year", "预算年度", "integer"),
        ApiColumn("code", f"{way}subject.code", "项目代码"),
        ApiColumn("name", f"{way}subject.name", "项目名称"),
        ApiColumn("unit_code", f"{way}unit.code", "单位代码"),
        ApiColumn("unit", f"{way}unit.name", "单位名称"),
    )


def _of_dossier(way: str) -> tuple[Filter, ...]:
    return (
        Filter("year", f"{way}fiscal_year", "预算年度", whole=True),
        Filter("unit", f"{way}unit__code", "单位代码"),
        Filter("dossier", way.removesuffix("__") or "pk", "档案编号", whole=True),
    )


def _state(words: str = "状态") -> tuple[ApiColumn, ...]:
    return (
        ApiColumn("state", "state", f"{words}（代码）"),
        ApiColumn("state_name", "get_state_display", words),
    )


STATE = Filter("state", "state", "状态（代码）")
SYNTHETIC = ApiColumn("synthetic", "synthetic", "是否合成数据", "boolean")


def _uses(user: User) -> QuerySet[Any]:
    held = holdings(user)
    return uses_seen_by(user, internal=any(held.can(power) for power in INSIDE))


def _documents(user: User) -> QuerySet[Any]:
    if user.division is None:
        raise Refused("该账号不属于任何财政区划，没有制度库可看。")
    return documents(division=user.division)


RESOURCES = (
    Resource(
        "subjects",
        "对象（项目、政策、部门整体）",
        lambda user: subjects_visible_to(user).select_related("unit"),
        (
            ApiColumn("id", "pk", "编号", "integer"),
            ApiColumn("code", "code", "项目代码"),
            ApiColumn("name", "name", "名称"),
            ApiColumn("kind", "kind", "类型（代码）"),
            ApiColumn("kind_name", "get_kind_display", "类型"),
            ApiColumn("unit_code", "unit.code", "单位代码"),
            ApiColumn("unit", "unit.name", "单位名称"),
            ApiColumn("tags", "tags", "标签", "list"),
            ApiColumn("starts_on", "starts_on", "开始日期", "date"),
            ApiColumn("ends_on", "ends_on", "结束日期", "date"),
            SYNTHETIC,
        ),
        (
            Filter("unit", "unit__code", "单位代码"),
            Filter("code", "code", "项目代码"),
            Filter("kind", "kind", "类型（代码）"),
        ),
        changed="pk__in",
        by="subjects",
    ),
    Resource(
        "dossiers",
        "档案（对象 × 预算年度）",
        lambda user: dossiers_visible_to(user).select_related("subject", "unit"),
        (
            ApiColumn("id", "pk", "编号", "integer"),
            ApiColumn("fiscal_year", "fiscal_year", "预算年度", "integer"),
            ApiColumn("code", "subject.code", "项目代码"),
            ApiColumn("name", "subject.name", "项目名称"),
            ApiColumn("kind", "subject.kind", "类型（代码）"),
            ApiColumn("unit_code", "unit.code", "单位代码"),
            ApiColumn("unit", "unit.name", "单位名称"),
            ApiColumn("synthetic", "subject.synthetic", "是否合成数据", "boolean"),
        ),
        (
            Filter("year", "fiscal_year", "预算年度", whole=True),
            Filter("unit", "unit__code", "单位代码"),
        ),
        changed="pk__in",
    ),
    Resource(
        "targets",
        "绩效目标（各版）",
        targets_visible_to,
        (
            *_object("dossier."),
            ApiColumn("number", "number", "版次", "integer"),
            *_state(),
            ApiColumn("text", "text", "年度总体目标"),
            ApiColumn("approval", "approval.number", "批复文号"),
            SYNTHETIC,
        ),
        (*_of_dossier("dossier__"), STATE),
    ),
    Resource(
        "actuals",
        "完成值",
        actuals_seen_by,
        (
            *_object("indicator.target.dossier."),
            ApiColumn("target", "indicator.target_id", "目标编号", "integer"),
            ApiColumn("indicator", "indicator.name", "指标"),
            ApiColumn("expression", "indicator.expression", "指标值"),
            ApiColumn("stage", "stage", "环节（代码）"),
            ApiColumn("through_month", "through_month", "截止月", "integer"),
            ApiColumn("value", "value", "完成值"),
            ApiColumn("possibility", "possibility", "完成可能性"),
            ApiColumn("note", "note", "说明"),
            SYNTHETIC,
        ),
        (*_of_dossier("indicator__target__dossier__"), Filter("stage", "stage", "环节（代码）")),
        changed="indicator__target__dossier__in",
    ),
    Resource(
        "reviews",
        "评审（自评、复核、监控、部门评价、财政评价）",
        reviews_visible_to,
        (
            *_object("dossier."),
            ApiColumn("round", "round_id", "任务编号", "integer"),
            ApiColumn("round_name", "round.name", "任务"),
            ApiColumn("kind", "kind", "类别（代码）"),
            ApiColumn("kind_name", "get_kind_display", "类别"),
            *_state(),
            ApiColumn("points", "points", "得分", "decimal"),
            ApiColumn("grade", "grade", "等级"),
            ApiColumn("complete", "complete", "评分是否完整", "boolean"),
            ApiColumn("budget", "budget", "本次预算数，元", "decimal"),
            ApiColumn("executed", "executed", "本次执行数，元", "decimal"),
            ApiColumn("issued_on", "issued_on", "出具日期", "date"),
            SYNTHETIC,
        ),
        (
            *_of_dossier("dossier__"),
            Filter("round", "round", "任务编号", whole=True),
            Filter("kind", "kind", "类别（代码）"),
            STATE,
        ),
    ),
    Resource(
        "findings",
        "问题",
        findings_seen_by,
        (
            *_object("dossier."),
            ApiColumn("review", "review_id", "评审编号", "integer"),
            ApiColumn("item", "item.code", "问题目录编码"),
            ApiColumn("text", "text", "问题描述"),
            ApiColumn("severity", "get_severity_display", "程度"),
            *_state(),
            SYNTHETIC,
        ),
        (*_of_dossier("dossier__"), STATE),
    ),
    Resource(
        "rectifications",
        "整改",
        rectifications_seen_by,
        (
            *_object("finding.dossier."),
            ApiColumn("finding", "finding_id", "问题编号", "integer"),
            *_state(),
            ApiColumn("owner", "owner", "责任人"),
            ApiColumn("measure", "measure", "整改措施"),
            ApiColumn("due", "due", "整改期限（延期后）", "date"),
            ApiColumn("reply", "reply", "整改结果"),
            ApiColumn("closed_on", "closed_on", "销号日期", "date"),
            SYNTHETIC,
        ),
        (*_of_dossier("finding__dossier__"), STATE),
        changed="finding__dossier__in",
    ),
    Resource(
        "uses",
        "结果应用（没有决定权的只见已采纳的）",
        _uses,
        (
            *_object("dossier."),
            ApiColumn("review", "review_id", "评审编号", "integer"),
            ApiColumn("kind", "kind", "应用方式（代码）"),
            ApiColumn("kind_name", "get_kind_display", "应用方式"),
            *_state(),
            ApiColumn("amount", "amount", "涉及金额，元", "decimal"),
            ApiColumn("decided_on", "decided_on", "决定日期", "date"),
            SYNTHETIC,
        ),
        (*_of_dossier("dossier__"), STATE),
    ),
    Resource(
        "disclosures",
        "公开",
        disclosures_seen_by,
        (
            *_object("review.dossier."),
            ApiColumn("review", "review_id", "评审编号", "integer"),
            *_state(),
            ApiColumn("sentence", "sentence", "一句话说明"),
            ApiColumn("published_on", "published_on", "公开日期", "date"),
            SYNTHETIC,
        ),
        (*_of_dossier("review__dossier__"), STATE),
        changed="review__dossier__in",
        power="disclose",
    ),
    Resource(
        "documents",
        "制度库文件（只有登记的内容，没有原文）",
        _documents,
        (
            ApiColumn("id", "pk", "编号", "integer"),
            ApiColumn("kind", "get_kind_display", "类别"),
            ApiColumn("title", "title", "名称"),
            ApiColumn("number", "number", "文号"),
            ApiColumn("issuer", "issuer", "发文单位"),
            ApiColumn("issued_on", "issued_on", "发文日期", "date"),
            ApiColumn("in_force_from", "in_force_from", "施行日期", "date"),
        ),
        (Filter("number", "number", "文号"),),
        changed="pk__in",
        by="documents",
    ),
)
"""In the order of the year: what is looked after, what was promised, what
came of it, what follows.
"""


def row_of(resource: Resource, row: Any) -> dict[str, Any]:
    """One row as JSON."""
    return {column.name: column.read(row) for column in resource.columns}


def schema_of(column: ApiColumn) -> dict[str, Any]:
    """A column's JSON schema; everything may be null but what is counted."""
    kinds: dict[str, dict[str, Any]] = {
        "integer": {"type": ["integer", "null"]},
        "boolean": {"type": ["boolean", "null"]},
        "list": {"type": "array", "items": {"type": "string"}},
        "date": {"type": ["string", "null"], "format": "date"},
        "decimal": {"type": ["string", "null"], "pattern": r"^-?\d+(\.\d+)?$"},
        "text": {"type": ["string", "null"]},
    }
    return {**kinds[column.kind], "description": column.words}
