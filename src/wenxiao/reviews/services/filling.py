"""Facts and marks, one at a time, each with who and why."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.evidence.models import Actual, columns_of
from wenxiao.evidence.services import fitting, refuse_unlisted
from wenxiao.orgs import permissions
from wenxiao.records.services import record
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.models import Criterion, Mark, Review, Suggestion
from wenxiao.reviews.services.hands import add_author, note_crossing, result_of, stood
from wenxiao.reviews.services.scoring import score_review
from wenxiao.reviews.services.seats import refuse_handed_in, require_own_seat
from wenxiao.reviews.states import MARKABLE, OPEN, SETTLED
from wenxiao.rulebook.codes import CHOICE_UNREAD
from wenxiao.rulebook.deductions import reasons
from wenxiao.rulebook.table_layouts import table_layout
from wenxiao.store.moves import NotAllowed, Stale, change

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wenxiao.orgs.models import User
    from wenxiao.targets.models import Indicator


def require_filler(by: User | None, review: Review, refused: str) -> None:
    """Raises Refused for anybody who doesn't fill this form, NotAllowed with ``refused`` when its
    rows are no longer open.
    """
    kind = kind_of(review.kind)
    permissions.require_for(by, kind.fill, review.dossier)
    if review.state not in OPEN or kind.rows != "indicators":
        raise NotAllowed(f"现为“{review.get_state_display()}”，{refused}")


@transaction.atomic
def record_actual(
    *,
    review: Review,
    indicator: Indicator,
    by: User | None,
    value: str,
    why: str = "",
    version: int | None = None,
    **beside: Any,
) -> Actual:
    """Write what came of an indicator at this review's stage, then score the review again.

    ``version`` is that of the value seen before (None for a first value); ``beside`` are the other
    columns of the row (:data:`wenxiao.evidence.models.COLUMNS`), left as they stand where they are
    not given. Raises Refused, NotAllowed, Stale.
    """
    kind = kind_of(review.kind)
    permissions.require_for(by, kind.fill, review.dossier)
    if kind.stage is None or (
        review.state not in OPEN and not (kind.fill == "evaluate" and review.state in MARKABLE)
    ):
        raise NotAllowed(
            f"现为“{review.get_state_display()}”，完成值不能再改；如确需更改，请由审核人退回。"
        )
    values = fitting({"value": value, **beside})
    refuse_unlisted(review.dossier, kind.stage, {indicator.name: values})
    actual, data = _write_actual(review, indicator, values, by, version)
    add_author(review, by)
    before = {"state": review.state, **result_of(review)}
    _begin(review)
    if data["before"] != data["after"]:
        data |= _set_aside_own_total(review)
    if kind.scores:
        _score_again(review, by, why)
    after = {"state": review.state, **result_of(review)}
    record(
        division=review.round.division,
        by=by,
        act="填报完成值",
        target=actual,
        label=f"{review}：{indicator.name}",
        why=why,
        data=data | _result(before, after),
    )
    return actual


def _result(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What became of the whole form by a change of one row, for the entry;
    nothing where nothing moved.
    """
    return {"result": {"before": before, "after": after}} if before != after else {}


def _write_actual(
    review: Review,
    indicator: Indicator,
    values: dict[str, Any],
    by: User | None,
    version: int | None,
) -> tuple[Actual, dict[str, Any]]:
    """The row written, and its entry's data: what stood before, what stands now, the points that
    went with the old value.
    """
    kind = kind_of(review.kind)
    data: dict[str, Any] = {"before": {}}
    actual, created = Actual.objects.get_or_create(
        indicator=indicator,
        stage=kind.stage,
        through_month=review.round.through_month or 12,
        defaults={**values, "by": by},
    )
    data["after"] = columns_of(actual) | values
    if created:
        return actual, data
    if version is None:
        raise Stale(actual, f"该行已有完成值“{actual.value}”，请核对后再改。")
    data["before"] = columns_of(actual)
    if actual.value != values["value"]:
        # the value no longer stands in the sheet's cell, and points given for the old one don't fit
        # the new one
        data["faults_mended"] = _drop_faults(review, actual.cell)
        values = {**values, "cell": ""}
        dropped = _drop_points(review, indicator) if kind.scores else None
        if dropped is not None:
            data["points"] = {"before": str(dropped), "after": ""}
    elif data["before"] != data["after"]:
        data["faults_mended"] = _drop_faults(review, actual.cell, only=CHOICE_UNREAD)
    change(actual, version=version, by=by, **values)
    return actual, data


def _drop_faults(review: Review, cell: str, only: str = "") -> list[str]:
    """Take away the faults the unit's sheet had in a row whose value no longer stands there, or
    those of one code; their codes.
    """
    row = re.search(r"[A-Z]+(\d+)$", cell)
    if row is None:
        return []
    there = re.compile(rf"[A-Z]+{row[1]}$")
    gone = [
        one
        for one in review.problems
        if there.search(str(one.get("cell") or "")) and only in {"", one.get("code")}
    ]
    if gone:
        review.problems = [one for one in review.problems if one not in gone]
        Review.objects.filter(pk=review.pk).update(problems=review.problems)
    return [str(one.get("code", "")) for one in gone]


def _begin(review: Review) -> None:
    """A form that waited or was returned is being filled now."""
    if review.state in {"waiting", "returned"}:
        Review.objects.filter(pk=review.pk, state=review.state).update(state="filling")
        review.refresh_from_db()


def _set_aside_own_total(review: Review) -> dict[str, Any]:
    """The total a unit's sheet came with no longer stands once its rows are
    changed here; hand-in writes the new one.
    """
    before = review.published_points
    if review.kind != "selfeval" or before is None or review.state not in OPEN:
        return {}
    review.published_points, review.published_grade = None, ""
    Review.objects.filter(pk=review.pk).update(published_points=None, published_grade="")
    return {"own_total": {"before": str(before), "after": ""}}


def _drop_points(review: Review, indicator: Indicator) -> Decimal | None:
    """Take back the points a person gave for the value that stood before;
    the rule, or a person again, decides anew.
    """
    mark = Mark.objects.filter(
        review=review, indicator=indicator, seat="", status="judged", points__isnull=False
    ).first()
    if mark is None:
        return None
    points = mark.points
    change(mark, version=mark.version, points=None, status="needs_judgement", by=None, note="")
    return points


def _score_again(review: Review, by: User | None, why: str) -> None:
    """Score after a change; a grade that moves after hand-in, or by
    changing what stood, is kept with its reason.
    """
    worth = stood(review)
    score_review(review=review, by=by)
    if why or review.state not in OPEN:
        note_crossing(review, worth, by, why)


@dataclass(frozen=True, slots=True)
class GivenMark:
    """A person's points for one row, with what stands beside them.

    ``version`` is that of the mark seen before, None where nobody looked; ``why`` the reason a mark
    that stood is changed for; ``further`` other columns the sheet's layout asks for, one not given
    stays.
    """

    row: Criterion | Indicator
    points: Decimal
    note: str = ""
    reason_code: str = ""
    tier: str = ""
    version: int | None = None
    why: str = ""
    further: Mapping[str, str] = field(default_factory=dict)


class MarksRefused(NotAllowed):
    """Nothing was written; ``errors`` says of each refused row (its key) why."""

    def __init__(self, errors: dict[int, NotAllowed | Stale]) -> None:
        self.errors = errors
        super().__init__("；".join(str(one) for one in errors.values()))


def record_mark(
    *,
    review: Review,
    row: Criterion | Indicator,
    by: User | None,
    points: Decimal,
    note: str = "",
    reason_code: str = "",
    tier: str = "",
    seat: str = "",
    version: int | None = None,
    why: str = "",
    **further: str,
) -> Mark:
    """A person's points for one row.
    Points outside 0…weight are refused, less than the weight needs its reason (``note``).
    ``further``: other columns the sheet's layout asks for; one not given stays.

    Points that stood (handed in, imported or given by somebody else) change only with ``why``.
    """
    given = GivenMark(row, points, note, reason_code, tier, version, why, further)
    try:
        return record_marks(review=review, marks=[given], by=by, seat=seat)[0]
    except MarksRefused as refused:
        raise refused.errors[row.pk] from None


@transaction.atomic
def record_marks(
    *, review: Review, marks: Sequence[GivenMark], by: User | None, seat: str = ""
) -> list[Mark]:
    """A person's points for some rows of one sheet, all of them or none; the sheet is scored once.

    One entry a row; what became of the whole sheet stands with the last. Raises Refused,
    NotAllowed for the sheet, MarksRefused with what is wrong with each row (:func:`record_mark`).
    """
    permissions.require_for(by, kind_of(review.kind).fill, review.dossier)
    if review.state not in MARKABLE:
        raise NotAllowed(f"现为“{review.get_state_display()}”，不能再评分。")
    require_own_seat(by, seat)
    refuse_handed_in(review, by, seat)
    if review.frame and not review.frame_set_on:
        raise NotAllowed("评价指标体系还没有定稿，定稿后再评分。")
    if not marks:
        return []
    standing = {
        mark.criterion_id or mark.indicator_id: mark
        for mark in Mark.objects.filter(review=review, seat=seat)
    }
    written: list[tuple[GivenMark, Mark, Decimal | None]] = []
    errors: dict[int, NotAllowed | Stale] = {}
    for given in marks:
        try:
            mark, before = _write_mark(review, given, standing.get(given.row.pk), by, seat)
            written.append((given, mark, before))
        except (NotAllowed, Stale) as refused:
            errors[given.row.pk] = refused
    if errors:
        raise MarksRefused(errors)
    _record_marks(review, written, by)
    return [mark for _, mark, _ in written]


def _write_mark(
    review: Review, given: GivenMark, mark: Mark | None, by: User | None, seat: str
) -> tuple[Mark, Decimal | None]:
    """The mark as written and the points that stood before."""
    row = given.row
    _refuse_foreign(review, row)
    _check_points(review, row, given.points, (given.note, given.reason_code))
    values = {
        "points": given.points,
        "note": given.note,
        "reason_code": given.reason_code,
        "tier": given.tier,
        **_fitting(given.further),
        "status": "judged",
        "by": by,
    }
    if mark is None:
        where = {"criterion": row} if isinstance(row, Criterion) else {"indicator": row}
        mark, created = Mark.objects.get_or_create(
            review=review, seat=seat, **where, defaults=values
        )
        if created:
            return mark, None
    before = mark.points
    _refuse_silent_change(review, mark, given.points, by, given.why, given.version)
    change(mark, version=given.version, **values)
    return mark, before


def _record_marks(
    review: Review, written: list[tuple[GivenMark, Mark, Decimal | None]], by: User | None
) -> None:
    """Score the sheet and enter each row; the trail's head is locked from the first entry on, so
    that everything else comes before.
    """
    result = result_of(review)
    add_author(review, by)
    own_total = _set_aside_own_total(review)
    reasons_given = dict.fromkeys(given.why for given, _, _ in written if given.why)
    _score_again(review, by, "；".join(reasons_given))
    whole = {**own_total, **_result(result, result_of(review))}
    for at, (given, mark, before) in enumerate(written, 1):
        record(
            division=review.round.division,
            by=by,
            act="评分",
            target=mark,
            label=f"{review}：{given.row.name}",
            why=given.why or given.note,
            data={
                "before": None if before is None else str(before),
                "after": str(given.points),
                "note": given.note,
                **given.further,
                **(whole if at == len(written) else {}),
            },
        )


def _fitting(further: Mapping[str, str]) -> Mapping[str, str]:
    """Further columns by their names; NotAllowed names one that is too long for its place."""
    asked = {column.field for column in table_layout("score_sheet").typed}
    for name, text in further.items():
        if name not in asked:
            raise TypeError(name)
        column = Mark._meta.get_field(name)
        most = getattr(column, "max_length", None)
        if most and len(text) > most:
            word = getattr(column, "verbose_name", name)
            raise NotAllowed(f"{word}有 {len(text)} 字，超过 {most} 字，请缩短。")
    return further


def _refuse_silent_change(
    review: Review, mark: Mark, points: Decimal, by: User | None, why: str, version: int | None
) -> None:
    if version is not None and version != mark.version:
        raise Stale(mark)
    if mark.points != points and asks_reason(review, mark, by) and not why.strip():
        row = mark.criterion or mark.indicator
        name = row.name if row is not None else "这一行"
        raise NotAllowed(f"{name}由 {mark.points} 分改为 {points} 分，请写明改分理由。")


def asks_reason(review: Review, mark: Mark | None, by: User | None) -> bool:
    """Whether somebody relies on these points, so that they change only with a reason.

    Who still fills in a form of their own, or scores before handing in, may try freely.
    """
    if mark is None or mark.points is None:
        return False
    theirs = mark.by_id != (by.pk if by is not None else None)
    return review.state not in OPEN or (theirs and kind_of(review.kind).fill != "fill")


def _refuse_foreign(review: Review, row: Criterion | Indicator) -> None:
    own = (
        row.review_id == review.pk
        if isinstance(row, Criterion)
        else row.target_id == review.target_id
    )
    if not own:
        raise NotAllowed(f"“{row.name}”不是这份评审的行，请刷新页面后再评。")


def _check_points(
    review: Review, row: Criterion | Indicator, points: Decimal, said: tuple[str, str]
) -> None:
    """``said`` are the note and the reason's code."""
    note, reason_code = said
    weight = row.weight
    if weight is None:
        raise NotAllowed("该行没有分值，不能评分。")
    if not 0 <= points <= weight:
        raise NotAllowed(f"得分应在 0 至 {weight} 之间，收到 {points}。")
    if points < weight and not (note.strip() or reason_code):
        raise NotAllowed(f"{row.name}扣了 {weight - points} 分，请写明扣分原因。")
    _check_reason(review, row, points, reason_code)


def _check_reason(
    review: Review, row: Criterion | Indicator, points: Decimal, reason_code: str
) -> None:
    """A score sheet's deduction stays in the range of its reason; the
    re-check has reasons of its own.
    """
    if not isinstance(row, Criterion) or not reason_code or row.weight is None:
        return
    reason = reasons(review.round.fiscal_year, review.round.division.own_rules).get(reason_code)
    if reason is None:
        raise NotAllowed(f"“{reason_code}”不是本级的扣分原因，请从列出的里选。")
    if points < row.weight and (wrong := reason.outside(row.weight, points)):
        raise NotAllowed(wrong)


@transaction.atomic
def set_suggestions(
    *,
    review: Review,
    texts: list[str],
    by: User | None,
    synthetic: bool = False,
    version: int | None = None,
) -> list[Suggestion]:
    """The review's numbered advice, replacing what stood there; the old texts stay in the trail.

    It is given by whoever evaluates; a form brings its own along while it is open. Raises Refused,
    NotAllowed, Stale.
    """
    brings = ("import", kind_of(review.kind).fill) if review.state in OPEN else ()
    _require_one(by, review, ("evaluate", *brings), "意见建议")
    if review.state in SETTLED:
        raise NotAllowed(
            f"现为“{review.get_state_display()}”，意见建议不能再改；如确需更改，请财政绩效科重开。"
        )
    if version is not None:
        change(review, version=version)
    old = list(review.suggestions.values_list("text", flat=True))
    if old == texts:
        return list(review.suggestions.all())
    review.suggestions.all().delete()
    suggestions = Suggestion.objects.bulk_create(
        Suggestion(review=review, number=n, text=text, synthetic=synthetic)
        for n, text in enumerate(texts, start=1)
    )
    record(
        division=review.round.division,
        by=by,
        act="填写意见建议",
        target=review,
        label=str(review),
        data={"before": old, "after": texts},
    )
    return suggestions


def _require_one(by: User | None, review: Review, powers: Sequence[str], what: str) -> None:
    permissions.require_one(
        by,
        powers,
        what=what,
        division=review.round.division_id,
        unit=review.dossier.unit,
        subject=review.dossier.subject,
    )


@transaction.atomic
def record_field_notes(
    *, review: Review, by: User | None, text: str, version: int | None = None
) -> Review:
    """What was seen on the spot (现场情况) in key monitoring or evaluation.
    Raises Refused, Stale; settled results refuse.
    """
    permissions.require_for(by, "evaluate", review.dossier)
    if review.state in SETTLED:
        raise NotAllowed(
            f"现为“{review.get_state_display()}”，现场情况不能再改；如确需更改，请财政绩效科重开。"
        )
    if review.field_notes == text:
        return review
    before = review.field_notes
    change(review, version=version, field_notes=text)
    record(
        division=review.round.division,
        by=by,
        act="记录现场情况",
        target=review,
        label=str(review),
        data={"before": before, "after": text},
    )
    return review
