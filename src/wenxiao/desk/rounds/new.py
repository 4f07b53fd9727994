"""下达任务: the form with its live count, and last year's round taken over."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import redirect, render

from wenxiao.budget.selectors import (
    dossiers_of,
    rounds_visible_to,
    same_objects,
    subjects_visible_to,
    successors_of,
)
from wenxiao.budget.services import open_round, round_kinds
from wenxiao.desk.rounds.rounds import ENTRY, kind_words, round_of
from wenxiao.followup.tasks import keep
from wenxiao.orgs.selectors import units_of
from wenxiao.pages.acts import text_of
from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.texts import whole_text
from wenxiao.pages.views import division_of, person, view
from wenxiao.records.selectors import documents
from wenxiao.reviews.kinds import CHECKERS, FILED, owner_of
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse, QueryDict

    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import Division, Unit
    from wenxiao.records.models import Document

ROUTE = ("head", "department", "office", "performance")
MONTHS = range(1, 13)
CHOSEN_FROM = 600
"""Units one may choose from; beyond, their names and codes are typed or pasted."""


@dataclass
class NewRound:
    """What the form says, as typed; ``scope`` and ``error`` follow from it."""

    kind: str = ""
    name: str = ""
    work_year: str = ""
    fiscal_year: str = ""
    deadline: str = ""
    basis: str = ""
    from_month: str = "1"
    through_month: str = ""
    units: str = ""
    tags: str = ""
    kinds: list[str] = field(default_factory=list)
    route: list[str] = field(default_factory=lambda: list(ROUTE))
    key: str = ""
    dossiers: str = ""
    before: str = ""
    past: bool = False
    opens_on: str = ""
    sure: bool = False

    @property
    def listed(self) -> list[int]:
        """The objects ticked one by one, by number."""
        numbers = (whole(one) for one in self.dossiers.split())
        return list(dict.fromkeys(pk for pk in numbers if pk is not None))


ROUND_WORDS = {
    "kind": "类别",
    "name": "名称",
    "work_year": "工作年度",
    "fiscal_year": "预算年度",
    "deadline": "期限",
    "basis": "依据",
    "from_month": "起始月",
    "through_month": "截止月",
    "units": "单位",
    "tags": "标签",
    "key": "财政重点",
    "before": "上年对象数",
    "opens_on": "开始日期",
}
"""The form's texts with their words."""


def _read(data: QueryDict) -> NewRound:
    typed = {name: whole_text(data.get(name, ""), 400, ROUND_WORDS[name]) for name in ROUND_WORDS}
    return NewRound(
        **typed,
        kinds=data.getlist("kinds"),
        route=[r for r in ROUTE if r in data.getlist("route")],
        dossiers=data.get("dossiers", "")[:200_000],
        past=bool(data.get("past")),
        sure=bool(data.get("sure")),
    )


TICKED = "round_dossiers"
"""Where the list of objects leaves what was ticked there, for the form."""


def _blank(request: HttpRequest) -> NewRound:
    year = work_year(request)
    blank = NewRound(work_year=str(year), fiscal_year=str(year - 1))
    if (kind := request.GET.get("kind", "")) in dict(round_kinds()):
        blank.kind = kind  # the page that led here names it
    ticked = request.session.get(TICKED) if request.GET.get("ticked") else None
    if ticked:
        blank.dossiers = " ".join(map(str, ticked["dossiers"]))
        blank.fiscal_year = str(ticked["fiscal_year"])
    return blank


def rolled(row: Round) -> NewRound:
    """A round's settings one year on: same kind, scope, route and months; the deadline on the same
    day; no paper yet.

    A round over named objects goes on with exactly these: their dossiers of the next year.
    """
    scope = row.scope or {}
    names = (
        units_of(row.division).filter(pk__in=scope.get("units", ())).values_list("name", flat=True)
    )
    return NewRound(
        kind=row.kind,
        name=re.sub(r"\d{4}", lambda year: str(int(year.group()) + 1), row.name),
        work_year=str(row.work_year + 1),
        fiscal_year=str(row.fiscal_year + 1),
        deadline=_next_year(row.deadline),
        from_month=str(row.from_month or 1),
        through_month=str(row.through_month or ""),
        units="" if scope.get("dossiers") else "\n".join(names),
        tags="" if scope.get("dossiers") else "、".join(scope.get("tags", ())),
        kinds=[] if scope.get("dossiers") else list(scope.get("kinds", ())),
        route=[role for role in ROUTE if role in row.route],
        key="1" if row.key else "0",
        before=str(dossiers_of(row).count()),
        **_named(row),
    )


def _named(row: Round) -> dict[str, Any]:
    """The next year's dossiers of the objects a round names, which then are its whole scope;
    nothing for other rounds.
    """
    if not (row.scope or {}).get("dossiers"):
        return {}
    next_year = successors_of(dossiers_of(row)).values_list("pk", flat=True)
    return {"dossiers": " ".join(map(str, next_year)) or NOBODY}


NOBODY = "0"
"""The number no dossier has: a list of objects of which none goes on is still a list."""


def _next_year(day: date | None) -> str:
    if day is None:
        return ""
    last = (day.month, day.day) == (2, 29)
    return date(day.year + 1, day.month, 28 if last else day.day).isoformat()


@view("manage_round", methods=("GET", "POST"))
def new(request: HttpRequest) -> HttpResponse:
    """The form of a notice: what, for whom, until when, by which paper, who checks."""
    division = division_of(request, ENTRY)
    if request.method == "POST":
        asked = _read(request.POST)
        try:
            return _open(request, division, asked)
        except NotAllowed as refusal:
            return _show(request, division, asked, str(refusal), 422)
    before = whole(request.GET.get("from"))
    asked = rolled(round_of(request, before)) if before is not None else _blank(request)
    return _show(request, division, asked)


def _show(
    request: HttpRequest, division: Division, asked: NewRound, error: str = "", status: int = 200
) -> HttpResponse:
    subjects = subjects_visible_to(person(request))
    values = {
        "asked": asked,
        "error": error,
        "months": MONTHS,
        "checkers": CHECKERS,
        "today": today(),
        "round_kinds": [(code, f"{word}（{owner_of(code)}办）") for code, word in round_kinds()],
        "subject_kinds": subjects.model._meta.get_field("kind").choices,
        "documents": list(documents(division=division)[:200]),
        "unit_names": list(_department_names(division)),
        **_count(division, asked),
    }
    return render(request, "desk/rounds/new.html", values, status=status)


def _department_names(division: Division) -> QuerySet[Unit, str]:
    return (
        units_of(division)
        .filter(valid_to=None)
        .exclude(kind="finance")
        .order_by("path")
        .values_list("name", flat=True)[:CHOSEN_FROM]
    )


@view("manage_round", methods=("GET", "POST"))
def count(request: HttpRequest) -> HttpResponse:
    """How many dossiers and units the scope holds as the form stands; a part of the form's page."""
    division = division_of(request, ENTRY)
    asked = _read(request.POST if request.method == "POST" else request.GET)
    return render(request, "desk/rounds/count_part.html", _count(division, asked))


class _Scoped:
    """A round not opened yet, as far as its scope needs one."""

    def __init__(self, division: Division, year: int, scope: dict[str, Any]) -> None:
        self.division_id, self.fiscal_year, self.scope = division.pk, year, scope


def _count(division: Division, asked: NewRound) -> dict[str, Any]:
    try:
        trial: Any = _Scoped(
            division, _year(asked.fiscal_year, "预算年度"), _scope(division, asked)
        )
    except NotAllowed as refusal:
        return {"in_scope": None, "in_units": None, "by_kind": [], "unclear": str(refusal)}
    listed = asked.listed
    scope = dossiers_of(trial)
    labels = kind_words(scope.model)
    kinds = scope.order_by().values_list("subject__kind").annotate(n=Count("pk"))
    count = scope.count()
    return {
        "in_scope": count,
        "listed": len([pk for pk in listed if pk]),
        "names": list(scope.order_by("pk").values_list("subject__name", flat=True)[:8])
        if listed
        else [],
        "many": _many(asked, count),
        "before": whole(asked.before) if listed else None,
        "fiscal_year": asked.fiscal_year,
        "asked_kind": asked.kind,
        "owner": owner_of(asked.kind) if asked.kind else "",
        "in_units": scope.order_by().values("unit").distinct().count(),
        "unclear": "",
        "by_kind": [(labels.get(kind, kind), n) for kind, n in kinds],
    }


def _year(text: str, word: str) -> int:
    year = whole(text, 4)
    if year is None or not 2000 <= year <= 2100:
        raise NotAllowed(f"{word}应为四位年份，收到“{text[:30]}”。")
    return year


def _scope(division: Division, asked: NewRound) -> dict[str, Any]:
    """The scope as data; unit names or codes that nobody has are named, not passed over."""
    scope: dict[str, Any] = {}
    if asked.listed:
        year = _year(asked.fiscal_year, "预算年度")
        scope["dossiers"] = same_objects(division, asked.listed, year) or [int(NOBODY)]
    wanted = [one for one in re.split(r"[\s,，、;；]+", asked.units) if one]
    if wanted:
        known = list(units_of(division).values_list("pk", "name", "code"))
        ids = {one: pk for pk, name, code in known for one in (name, code)}
        if unknown := [one for one in wanted if one not in ids]:
            raise NotAllowed(f"单位名单中没有：{'、'.join(unknown[:5])}。请填单位代码或全称。")
        scope["units"] = sorted({ids[one] for one in wanted})
    if asked.kinds:
        scope["kinds"] = asked.kinds
    if tags := [one for one in re.split(r"[\s,，、;；]+", asked.tags) if one]:
        scope["tags"] = tags
    return scope


MOST_KEY = 60
"""A 财政重点 round over more objects than that is asked about before it opens."""


def _many(asked: NewRound, count: int) -> str:
    """Why so many objects are asked about before the round opens; empty
    where the number is no surprise.
    """
    before = whole(asked.before)
    if before is not None and count > max(before + 20, before * 3 // 2):
        return f"上年 {before} 个对象，这次 {count} 个"
    key = asked.key == "1" or (not asked.key and asked.kind == "finance_evaluation")
    return f"财政重点任务 {count} 个对象" if key and count > MOST_KEY else ""


def _refuse_surprise(division: Division, asked: NewRound) -> None:
    """NotAllowed where nobody confirmed a number that surprises, or the
    objects named are not of the year.
    """
    counted = _count(division, asked)
    if asked.listed and not counted["in_scope"]:
        raise NotAllowed(
            f"指定的对象没有 {asked.fiscal_year} 预算年度的档案：先导入这一年的预算清单，或改预算年度。"
        )
    if (many := counted.get("many")) and not asked.sure:
        raise NotAllowed(f"{many}，比一般的多：请核对范围，确是这样就勾选“范围核对无误”再下达。")


def _open(request: HttpRequest, division: Division, asked: NewRound) -> HttpResponse:
    _refuse_surprise(division, asked)
    row = open_round(
        division=division,
        kind=asked.kind,
        name=_name(request, division, asked),
        work_year=_year(asked.work_year, "工作年度"),
        fiscal_year=_year(asked.fiscal_year, "预算年度"),
        key={"1": True, "0": False}.get(asked.key),
        **_period(asked),
        scope=_scope(division, asked),
        deadline=_deadline(asked),
        opens_on=_opens_on(asked),
        past=asked.past,
        basis=_basis(division, asked),
        route=asked.route,
        by=person(request),
        why=text_of(request, "why", 500),
    )
    if row.kind == "monitoring":
        keep.enqueue()  # its watch is worked out before anybody looks
    request.session.pop(TICKED, None)
    if row.kind not in {*FILED, "target_review"}:
        note = f"由{owner_of(row.kind)}办，不向单位收表。"
    else:
        note = "是补录，没有给单位派待办。" if asked.past else "单位的待办里马上能看到。"
    messages.success(request, f"“{row}”已下达，{note}")
    return redirect("desk:round", pk=row.pk)


def _name(request: HttpRequest, division: Division, asked: NewRound) -> str:
    if not asked.name:
        raise NotAllowed("请填写任务名称。")
    year = _year(asked.work_year, "工作年度")
    if (
        rounds_visible_to(person(request))
        .filter(division=division, work_year=year, name=asked.name[:100])
        .exists()
    ):
        raise NotAllowed(
            f"{year} 工作年度已有名为“{asked.name}”的任务；是同一件事就不必再下达，不是请换个名称。"
        )
    return asked.name[:100]


def _period(asked: NewRound) -> dict[str, Any]:
    if asked.kind != "monitoring":
        return {"from_month": None, "through_month": None}
    months = [whole(text) for text in (asked.from_month, asked.through_month)]
    return {"from_month": months[0], "through_month": months[1]}


def _deadline(asked: NewRound) -> date | None:
    if not asked.deadline:
        raise NotAllowed("请填写报送期限。")
    try:
        day = date.fromisoformat(asked.deadline)
    except ValueError as error:
        raise NotAllowed(f"报送期限应写作 2021-11-05，收到“{asked.deadline}”。") from error
    if day < today() and not asked.past:
        raise NotAllowed(
            f"报送期限 {day} 已经过去。补录以前办过的任务请勾选“补录”，迟没迟按表上的收到日期算。"
        )
    return day


def _opens_on(asked: NewRound) -> date | None:
    if not asked.opens_on:
        return None
    try:
        day = date.fromisoformat(asked.opens_on)
    except ValueError as error:
        raise NotAllowed(f"下达日期应写作 2021-11-05，收到“{asked.opens_on}”。") from error
    if day > today():
        raise NotAllowed(f"下达日期 {day} 还没有到。")
    return day


def _basis(division: Division, asked: NewRound) -> Document | None:
    if not asked.basis:
        return None
    paper = documents(division=division).filter(pk=whole(asked.basis) or 0).first()
    if paper is None:
        raise NotAllowed("所选的通知不在本级制度库中。")
    return paper
