"""佐证: what proves each row of a dossier; handed in by its unit, collected
by evaluators, accepted or not by reviewers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.desk.uploads.handing_in import hand_in, set_aside
from wenxiao.evidence import services
from wenxiao.evidence.selectors import (
    Shelf,
    kinds_of,
    material_seen_by,
    may_change,
    may_hand_in,
    may_judge,
    may_open,
    rule_of,
    shelf_of,
)
from wenxiao.files.door.gate import MB
from wenxiao.files.door.materials import TAKEN
from wenxiao.intake.uploads import unsettled
from wenxiao.orgs.permissions import Refused
from wenxiao.pages.acts import Typed, carry_out, day_of, text_of, version_of
from wenxiao.pages.downloads import as_received
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.reviews.kinds import KINDS
from wenxiao.reviews.selectors import DossierTarget, promise_of
from wenxiao.reviews.services import judge_proof
from wenxiao.reviews.worklists import reviews_visible_to
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from wenxiao.budget.models import Dossier
    from wenxiao.evidence.models import Material
    from wenxiao.records.models import Upload
    from wenxiao.rulebook.basis import Value
    from wenxiao.targets.models import Indicator

STAGES = {"monitoring": "监控", "selfeval": "自评", "recheck": "复核"}


def limit_of(rule: Value) -> tuple[int, int]:
    """How many files at once, and how large each in bytes, by the rule 佐证材料."""
    return int(rule.content["most_files"]), int(rule.content["largest_mb"]) * MB


@dataclass(frozen=True)
class Item:
    """One proof as this person sees it: may they take it out, replace or withdraw it, judge it."""

    row: Material
    kind: str
    stage: str
    opens: bool
    changes: bool
    judges: bool


@dataclass(frozen=True)
class MaterialLine:
    """One indicator row: what was promised, what was reported at each stage, and what proves it."""

    indicator: Indicator
    values: tuple[tuple[str, str], ...]
    items: tuple[Item, ...]

    @property
    def missing(self) -> bool:
        """Whether a proof is asked for by name and none that counts is there."""
        return bool(self.indicator.proof) and not any(
            one.row.state != "refused" for one in self.items
        )


def _dossier(request: HttpRequest, pk: int) -> Dossier:
    rows = dossiers_visible_to(person(request)).select_related(
        "subject__division", "subject__unit", "unit"
    )
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    put_under(request, "desk:subjects")
    return row


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None


def _items(
    request: HttpRequest, rows: Sequence[Material], words: dict[str, str]
) -> tuple[Item, ...]:
    holding, user = held(request), person(request)
    return tuple(
        Item(
            row,
            words.get(row.kind, "未分种类"),
            _stage(row.stage, row.through_month),
            may_open(holding, row),
            may_change(holding, row),
            may_judge(holding, row, user),
        )
        for row in rows
    )


def _stage(stage: str, month: int | None) -> str:
    if stage == "monitoring" and month:
        return f"1-{month}月监控"
    return STAGES.get(stage, "")


def _values(promise: DossierTarget | None, indicator: int) -> tuple[tuple[str, str], ...]:
    """What was reported for a row, stage by stage in the order of the year."""
    order = list(STAGES)
    known = [
        (order.index(stage), month, actual.value)
        for (pk, stage, month), actual in (promise.actuals if promise else {}).items()
        if pk == indicator and actual.value and stage in order
    ]
    return tuple((_stage(order[at], month), value) for at, month, value in sorted(known))


def _form(request: HttpRequest, dossier: Dossier) -> dict[str, Any]:
    """What the form that hands in needs, and whether this person may."""
    most, largest = limit_of(rule_of(dossier.subject.division, dossier.fiscal_year))
    return {
        "dossier": dossier,
        "kinds": kinds_of(dossier.subject.division, dossier.fiscal_year),
        "on": today(),
        "hands": may_hand_in(held(request), dossier),
        "most": most,
        "largest": largest // MB,
        "taken": ",".join(TAKEN),
        "unit_side": held(request).can("fill", unit=dossier.unit, subject=dossier.subject),
    }


def asked_row(request: HttpRequest) -> int | None:
    """The row whose proofs the address asks to have opened beside the page."""
    return _number(request.GET.get("proofs", ""))


def panel(
    request: HttpRequest,
    dossier: Dossier,
    row: int | None,
    origin: str = "",
    box: str = "#aside",
    shelf: Shelf | None = None,
) -> dict[str, object] | None:
    """One row's proofs for the side of a page; None where the dossier has no such row.

    ``origin`` says which page the forms lead back to ("dossier", or "filling:" and the review);
    ``box`` is its place there.
    """
    promise = promise_of(dossier)
    indicator = (
        next((one for one in promise.indicators if one.pk == row), None) if promise else None
    )
    if promise is None or indicator is None:
        return None
    shelf, form = shelf or shelf_of(person(request), dossier.pk), _form(request, dossier)
    items = _items(request, shelf.by_row.get(indicator.pk, []), form["kinds"])
    past = [
        one for one in shelf.past if any(row.pk == indicator.pk for row in one.indicators.all())
    ]
    line = MaterialLine(indicator, _values(promise, indicator.pk), items)
    return {
        **form,
        "line": line,
        "past": _items(request, past, form["kinds"]),
        "origin": origin,
        "box": box,
    }


@view("see_unit")
def materials(request: HttpRequest, pk: int) -> HttpResponse:
    """All proofs of a dossier, row by row; asked by script for one row, its panel alone."""
    dossier = _dossier(request, pk)
    row, origin = _number(request.GET.get("row", "")), _origin(request.GET.get("from", ""))
    if row is not None and request.htmx:  # type: ignore[attr-defined]  # set by its middleware
        proofs_panel = panel(
            request,
            dossier,
            row,
            origin,
            "#proof-box" if origin.startswith("filling:") else "#aside",
        )
        if proofs_panel is None:
            raise Http404
        return render(request, "desk/dossiers/material_row_part.html", {"proofs": proofs_panel})
    promise, shelf, form = (
        promise_of(dossier),
        shelf_of(person(request), dossier.pk),
        _form(request, dossier),
    )
    lines = [
        MaterialLine(
            one,
            _values(promise, one.pk),
            _items(request, shelf.by_row.get(one.pk, []), form["kinds"]),
        )
        for one in (promise.indicators if promise else ())
    ]
    values = {
        **form,
        "lines": lines,
        "whole": _items(request, shelf.whole, form["kinds"]),
        "chosen": row,
        "shelf": shelf,
        "past": _items(request, shelf.past, form["kinds"]),
        "unsettled": unsettled(person(request), ("material", "material_version"), dossier.pk),
        "missing": sum(line.missing for line in lines),
        "origin": "",
    }
    return render(request, "desk/dossiers/materials.html", values)


def _origin(text: str) -> str:
    head, _, key = text.partition(":")
    return text if text == "dossier" or (head == "filling" and _number(key)) else ""


def _back(request: HttpRequest, dossier: Dossier, row: int | None) -> str:
    """Where the person came from, with the row's panel open again."""
    origin = _origin(request.POST.get("from", ""))
    if origin == "dossier":
        return f"{reverse('desk:dossier', args=[dossier.pk])}?proofs={row or ''}#aside"
    if origin:
        return f"{reverse('desk:filling', args=[origin.partition(':')[2]])}?proofs={row or ''}#proof-box"
    return reverse("desk:materials", args=[dossier.pk]) + (f"#row-{row}" if row else "")


# --- Acts -----------------------------------------------------------------------------------------


@view("see_unit", methods=("POST",), files=True)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in one or many files for some rows; all are taken or none."""
    dossier = _dossier(request, pk)
    rows = [key for key in map(_number, request.POST.getlist("row")[:500]) if key is not None]
    back = _back(request, dossier, rows[0] if rows else None)
    typed = [
        Typed("名称", "", text_of(request, "title", 200)),
        Typed("证明什么", "", text_of(request, "note", 300)),
    ]

    def begin() -> Upload:
        uploads, kind, dated = _told(request, dossier)
        stage, month = _stage_of(request, dossier)
        values = {
            "dossier": dossier.pk,
            "rows": rows,
            "kind": kind,
            "dated": dated.isoformat() if dated else None,
            "title": typed[0].value,
            "note": typed[1].value,
            "stage": stage,
            "month": month,
            "largest": _largest(dossier),
        }
        return set_aside(
            request,
            division=dossier.subject.division,
            act="material",
            values=values,
            files=uploads,
            back=back,
            target=dossier.pk,
            typed=typed,
        )

    return hand_in(request, begin, back, typed)


def _told(request: HttpRequest, dossier: Dossier) -> tuple[list[Any], str, date | None]:
    """The files and the facts of the form, checked before anything is looked at."""
    services.side_of(person(request), dossier)
    uploads = request.FILES.getlist("files")
    most, _ = limit_of(rule_of(dossier.subject.division, dossier.fiscal_year))
    if not uploads:
        raise NotAllowed("请选择要交的文件。")
    if len(uploads) > most:
        raise NotAllowed(f"一次最多交 {most} 份，收到 {len(uploads)} 份，请分次交。")
    if request.POST.get("clean") != "yes":
        raise NotAllowed(
            "请先核对材料不涉及国家秘密并打勾；涉密材料不得上传，请按保密规定线下报送。"
        )
    dated = day_of(request, "dated", "材料日期") if text_of(request, "dated", 10) else None
    services.refuse_future(dated)
    return uploads, text_of(request, "kind", 30), dated


def _largest(dossier: Dossier) -> int:
    return limit_of(rule_of(dossier.subject.division, dossier.fiscal_year))[1]


def _stage_of(request: HttpRequest, dossier: Dossier) -> tuple[str, int | None]:
    """The actual a proof is for: that of the form it was handed in from;
    none where it was handed in on the dossier.
    """
    key = _number(_origin(request.POST.get("from", "")).partition(":")[2])
    review = (
        reviews_visible_to(person(request)).filter(pk=key, dossier=dossier).first() if key else None
    )
    if review is None or KINDS[review.kind].stage is None:
        return "", None
    return KINDS[review.kind].stage or "", review.round.through_month or 12


def _material(request: HttpRequest, pk: int) -> Material:
    row = material_seen_by(person(request), pk)
    if row is None:
        raise Http404
    put_under(request, "desk:subjects")
    return row


@view("see_unit", methods=("POST",), files=True)
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Replace, withdraw or judge one proof; whose act it is and in which
    state it may be done is the services'.
    """
    row = _material(request, pk)
    back = _back(request, row.dossier, _number(request.POST.get("row", "")))
    typed = [
        Typed("理由", "verdict", text_of(request, "why", 300)),
        Typed("现在的状态", "state", ""),
    ]
    if act == "replace":
        return hand_in(request, lambda: _replacing(request, row, back, typed), back, typed)
    acts = {"withdraw": _withdraw, "judge": _judge}
    if act not in acts:
        raise Http404
    return carry_out(request, lambda: acts[act](request, row), back, typed)


def _replacing(request: HttpRequest, row: Material, back: str, typed: Sequence[Typed]) -> Upload:
    services.require_own_side(person(request), row)
    upload = request.FILES.get("file")
    if upload is None:
        raise NotAllowed("请选择新版文件。")
    if request.POST.get("clean") != "yes":
        raise NotAllowed("请先核对材料不涉及国家秘密并打勾。")
    values = {
        "material": row.pk,
        "why": text_of(request, "why", 300),
        "version": version_of(request),
        "largest": _largest(row.dossier),
    }
    return set_aside(
        request,
        division=row.dossier.subject.division,
        act="material_version",
        values=values,
        files=[upload],
        back=back,
        target=row.dossier_id,
        typed=typed,
    )


def _withdraw(request: HttpRequest, row: Material) -> str:
    services.withdraw_material(
        material=row,
        by=person(request),
        why=text_of(request, "why", 300),
        version=version_of(request),
    )
    return f"“{row.title}”已撤回，撤回的理由已留痕。"


def _judge(request: HttpRequest, row: Material) -> str:
    accepted = request.POST.get("accepted") == "yes"
    settled = judge_proof(
        material=row,
        by=person(request),
        accepted=accepted,
        why=text_of(request, "why", 300),
        version=version_of(request),
    )
    done_text = f"“{row.title}”{'已采信' if accepted else '不予采信，理由单位会看到'}。"
    return done_text + (f"已确认的 {settled} 份结果不变。" if settled else "")


@view("see_unit")
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The proof as received; always as a file to keep, never shown inside the page."""
    row = _material(request, pk)
    if row.file is None or not may_open(held(request), row):
        raise Refused(f"“{row.title}”{row.get_state_display()}，文件只供承办人员和审计人员查阅。")
    return as_received(row.file)
