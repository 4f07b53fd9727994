"""The score grid: one row a criterion, points and reason typed beside it;
all rows are written or none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.pages.acts import person, points_of
from wenxiao.pages.texts import text_of
from wenxiao.reviews.services.filling import GivenMark, MarksRefused, asks_reason, record_marks
from wenxiao.reviews.services.seats import seat_of
from wenxiao.rulebook.table_layouts import table_layout
from wenxiao.store.moves import NotAllowed, Stale

if TYPE_CHECKING:
    from django.http import HttpRequest

    from wenxiao.orgs.models import User
    from wenxiao.orgs.permissions import Holdings
    from wenxiao.reviews.models import Mark, Review
    from wenxiao.rulebook.table_layouts import TableColumn


@dataclass
class WrongMarks:
    """A grid that was refused: what was typed and what is wrong, by criterion."""

    points: dict[int, str] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)
    further: dict[int, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class MarkCell:
    """One row of the grid as shown: the sheet's row, the seat's own mark, what its fields hold,
    what is wrong with it.

    ``asks``: the points stand, so that another figure needs a reason (``why``).
    """

    row: Any
    mark: Mark
    points: str
    note: str
    version: int
    error: str
    asks: bool
    why: str
    code: str
    further: dict[str, str]


def further_columns() -> tuple[TableColumn, ...]:
    """The columns of a score sheet that are typed beside points and reason."""
    return table_layout("score_sheet").typed


def seats_of(sheet: Any) -> list[str]:
    """The experts who marked anything on the sheet."""
    if sheet is None:
        return []
    return list(dict.fromkeys(mark.seat for row in sheet.rows for mark in row.marks if mark.seat))


def rows_of(user: User, sheet: Any, wrong: WrongMarks | None) -> list[MarkCell]:
    """The grid's rows for the person marking."""
    seat = seat_of(user)
    return [_cell(user, sheet.review, row, seat, wrong) for row in sheet.rows]


def _own(row: Any, seat: str) -> Any:
    return next((mark for mark in row.marks if mark.seat == seat), None)


def _cell(user: User, review: Review, row: Any, seat: str, wrong: WrongMarks | None) -> MarkCell:
    mark, pk = _own(row, seat), row.criterion.pk
    points = "" if mark is None or mark.points is None else f"{mark.points:.2f}"
    note, error, why = mark.note if mark else "", "", ""
    code = mark.reason_code if mark else ""
    if wrong:
        points, note = wrong.points.get(pk, points), wrong.notes.get(pk, note)
        error, why = wrong.errors.get(pk, ""), wrong.reasons.get(pk, "")
        code = wrong.codes.get(pk, code)
    further = {one.field: getattr(mark, one.field, "") for one in further_columns()}
    further |= wrong.further.get(pk, {}) if wrong else {}
    version, asks = mark.version if mark else 0, asks_reason(review, mark, user)
    return MarkCell(row, mark, points, note, version, error, asks, why, code, further)


def save(
    request: HttpRequest, review: Review, sheet: Any, holding: Holdings
) -> tuple[int, WrongMarks | None]:
    """Write every changed row; how many were, or everything typed with what
    is wrong and nothing written.
    """
    seat, wrong, given = seat_of(person(request), holding), WrongMarks(), []
    for row in sheet.rows:
        pk = row.criterion.pk
        typed, note, why, code = (
            request.POST.get(f"p{pk}", "").strip(),
            text_of(request, f"n{pk}", 1000),
            text_of(request, f"w{pk}", 1000),
            text_of(request, f"r{pk}", 20),
        )
        further = {
            one.field: text_of(request, f"{one.field}-{pk}", 1000)
            for one in further_columns()
            if f"{one.field}-{pk}" in request.POST
        }
        wrong.codes[pk], wrong.further[pk] = code, further
        wrong.points[pk], wrong.notes[pk], wrong.reasons[pk] = typed, note, why
        try:
            given += _changed(request, row, seat, (typed, note, why, code), further)
        except NotAllowed as refusal:
            wrong.errors[pk] = str(refusal)
    if given:
        _record(request, review, seat, given, wrong)
    return (0, wrong) if wrong.errors else (len(given), None)


def _record(
    request: HttpRequest, review: Review, seat: str, given: list[GivenMark], wrong: WrongMarks
) -> None:
    """Write the rows unless one of the sheet is wrong; what is wrong is noted by row."""
    try:
        with transaction.atomic():
            record_marks(review=review, marks=given, by=person(request), seat=seat)
            transaction.set_rollback(bool(wrong.errors))
    except MarksRefused as refused:
        for pk, refusal in refused.errors.items():
            wrong.errors[pk] = (
                _both(refusal.row, wrong.points[pk]) if isinstance(refusal, Stale) else str(refusal)
            )
    except NotAllowed as refused:
        wrong.errors |= {one.row.pk: str(refused) for one in given}


def _changed(
    request: HttpRequest,
    row: Any,
    seat: str,
    fields: tuple[str, str, str, str],
    further: dict[str, str],
) -> list[GivenMark]:
    """What is to be written of one row: one mark, or none where nothing was changed."""
    typed, note, why, code = fields
    mark, pk = _own(row, seat), row.criterion.pk
    before = None if mark is None else mark.points
    if not typed:
        if before is not None:
            raise NotAllowed("原有得分不能清空，请填新的得分。")
        return []
    points = points_of(typed, "得分")
    same = all(getattr(mark, name, "") == text for name, text in further.items())
    if same and before == points and ((mark.note or ""), mark.reason_code) == (note, code):
        return []
    seen = request.POST.get(f"v{pk}", "")
    version = int(seen) if seen.isdecimal() and len(seen) < 10 else 0
    return [GivenMark(row.criterion, points, note, code, "", version, why, further)]


def _both(mark: Any, typed: str) -> str:
    mark.refresh_from_db()
    by = mark.by.name if mark.by else "他人"
    return f"{by}刚改为 {mark.points:.2f}，您填的是 {typed}；请核对后再存。"
