"""自评复核 of one object: the unit's value and points beside the re-check's, each difference with its
reason, told to the unit.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.followup.selectors.ledger import notices_about, reviews_seen_by
from wenxiao.followup.selectors.problems import departments_of
from wenxiao.followup.services import send_feedback
from wenxiao.pages.acts import Typed, carry_out, day_of, points_of, text_of
from wenxiao.pages.frame import show_year
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.rechecks import (
    REASONS,
    RecheckRow,
    recheck_rows,
    rechecks_of,
    sample_seen_by,
    score_of,
    self_evaluation_of,
)
from wenxiao.reviews.services import start_rechecks
from wenxiao.reviews.services.filling import GivenMark, record_marks
from wenxiao.reviews.states import MARKABLE, SETTLED
from wenxiao.rulebook.numbers import round_points
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Round
    from wenxiao.reviews.models import Review


@view("see_unit", methods=("POST",))
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the re-check of what a drawing drew."""
    sample = sample_seen_by(person(request), pk)
    if sample is None:
        raise Http404

    def run() -> str:
        deadline = day_of(request, "deadline", "期限") if request.POST.get("deadline") else None
        begun = start_rechecks(sample=sample, by=person(request), deadline=deadline)
        return f"已开始复核 {len(begun)} 份，单位填的完成值已带入，逐行核对后改。"

    return carry_out(request, run, f"{reverse('desk:recheck', args=[sample.round_id])}?sample={pk}")


def _review(request: HttpRequest, pk: int) -> Review:
    row = reviews_seen_by(person(request)).filter(pk=pk, kind="recheck").first()
    if row is None:
        raise Http404
    show_year(request, row.round.work_year)
    put_under(request, "desk:selfeval")
    return row


@view("see_unit", methods=("GET", "POST"))
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The re-check beside the self-evaluation; whoever re-checks types
    points, reason code and note.
    """
    row = _review(request, pk)
    own = self_evaluation_of(row)
    rows = recheck_rows(row, own)
    power = kind_of(row.kind).fill
    writes = row.state in MARKABLE and held(request).can(
        power, unit=row.dossier.unit, subject=row.dossier.subject
    )
    if request.method == "POST":
        return carry_out(
            request,
            lambda: _save(request, row, rows),
            reverse("desk:recheck_sheet", args=[pk]),
            [
                Typed(one.indicator.name, "", text_of(request, f"n{one.indicator.pk}", 500))
                for one in rows
            ],
        )
    score = score_of(own) if own is not None else None
    values = {
        "review": row,
        "own": own,
        "score": score,
        "difference": row.points - score
        if row.complete and row.points is not None and score is not None
        else None,
        "left": sum(
            one.indicator.weight is not None and (one.mark is None or one.mark.points is None)
            for one in rows
        ),
        "rows": rows,
        "reasons": REASONS,
        "writes": writes,
        "changed": sum(bool(one.difference) for one in rows),
        "settled": row.state in SETTLED,
        "notices": notices_about([row.pk]).get(row.pk, []),
        "feeds": held(request).can(
            "confirm_finding", unit=row.dossier.unit, subject=row.dossier.subject
        ),
        "today": today(),
        "unit_side": not held(request).can("evaluate"),
    }
    return render(request, "desk/selfeval/recheck_sheet.html", values)


def _save(request: HttpRequest, review: Review, rows: list[RecheckRow]) -> str:
    """Every changed row or none: points, the reason where they differ from the unit's."""
    given = [mark for one in rows for mark in _changed(request, one)]
    if given:
        record_marks(review=review, marks=given, by=person(request))
    return f"已记 {len(given)} 行复核。" if given else "没有改动。"


def _changed(request: HttpRequest, one: RecheckRow) -> list[GivenMark]:
    """What is to be written of one row: one mark, or none where nothing was changed."""
    key, mark = one.indicator.pk, one.mark
    typed = text_of(request, f"p{key}", 12)
    code, note = text_of(request, f"r{key}", 20), text_of(request, f"n{key}", 500)
    if not typed or one.indicator.weight is None:
        return []
    points = points_of(typed, f"“{one.indicator.name}”得分")
    same = mark is not None and (mark.points, mark.reason_code, mark.note) == (points, code, note)
    if same:
        return []
    if one.own_points is not None and points != one.own_points and code not in REASONS:
        raise NotAllowed(f"“{one.indicator.name}”复核与自评不同，请选原因。")
    return [
        GivenMark(
            one.indicator,
            points,
            note,
            code if code in REASONS else "",
            version=mark.version if mark is not None else None,
            why=note or REASONS.get(code, ""),
        )
    ]


@view("confirm_finding", methods=("POST",))
def tell(request: HttpRequest, pk: int) -> HttpResponse:
    """Feed the differences back to the unit, which signs for them."""
    row = _review(request, pk)

    def run() -> str:
        rows = recheck_rows(row, self_evaluation_of(row))
        lines = [
            f"{one.indicator.name}：自评 {one.own_points} 分，复核 {one.mark.points} 分，"
            f"{REASONS.get(one.mark.reason_code, '')}{one.mark.note}"
            for one in rows
            if one.difference and one.mark is not None
        ]
        send_feedback(
            review=row,
            by=person(request),
            issued_on=today(),
            text="\n".join(lines) or "复核与自评一致。",
            number=text_of(request, "number", 60),
        )
        return f"复核结果已反馈{row.dossier.unit.name}，等签收。"

    return carry_out(request, run, reverse("desk:recheck_sheet", args=[pk]))


def inflation(round: Round) -> list[tuple[str, int, int, int, Decimal, Decimal]]:
    """By department: re-checked, lowered, grade lowered, mean and largest
    of self-score less re-check, worst first.
    """
    pairs = rechecks_of(round)
    names = departments_of([own.dossier.unit for own, _ in pairs])
    groups: dict[str, list[tuple[Decimal, bool]]] = {}
    for own, again in pairs:
        score = score_of(own)
        if score is None or again.points is None:
            continue
        lower = bool(own.grade and again.grade and own.grade != again.grade)
        groups.setdefault(names[own.dossier.unit_id], []).append(
            (score - again.points, lower and score > again.points)
        )
    lines = [
        (
            name,
            len(values),
            sum(by > 0 for by, _ in values),
            sum(lower for _, lower in values),
            round_points(sum((by for by, _ in values), Decimal(0)) / len(values)),
            max(by for by, _ in values),
        )
        for name, values in groups.items()
    ]
    return sorted(lines, key=lambda line: -line[4])
