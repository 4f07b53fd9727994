"""What a form would change in the rows that are there, cell by cell: old → new, with the cell it stands in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from wenxiao.budget.models import Spending
from wenxiao.evidence.models import Actual
from wenxiao.intake.differences import joined_rows
from wenxiao.intake.targets import in_force
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.models import Review

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wenxiao.intake.forms import Incoming, IncomingRow
    from wenxiao.intake.preview import FormPreview


@dataclass(frozen=True, slots=True)
class Change:
    """One value that would be other than it is: of which row ("" for the form's head), old and new as text."""

    row: str
    field: str
    old: str | None
    new: str | None
    cell: str | None

    def as_json(self) -> dict[str, Any]:
        """As the command line promises."""
        return {
            "row": self.row,
            "field": self.field,
            "old": self.old,
            "new": self.new,
            "cell": self.cell,
        }


_ACTUAL = {
    "value": ("actual", "完成值"),
    "forecast": ("forecast", "全年预计"),
    "possibility": ("possibility", "完成可能性"),
}


def changes_of(one: FormPreview) -> list[Change]:
    """Every value of the form that differs from what is stored; all of them where nothing is stored yet."""
    if not one.form.needs_round:
        return list(_promised(one))
    review, form = _review(one), one.form
    found = [*_head(form, review), *_money(form, review)]
    if kind_of(form.kind).rows == "criteria":
        return [*found, *_criteria(form, review)]
    return [*found, *_indicators(form, review)]


def _promised(one: FormPreview) -> Iterator[Change]:
    """The values of a target table beside those of the target that holds now."""
    form, known = one.form, in_force(one.match)
    stored = list(known.indicators.all()) if known is not None else []
    pairs = joined_rows(form, stored)
    for at, row in enumerate(form.rows):
        old = stored[pairs[at]] if at in pairs else None
        values = [
            ("指标值", old.expression if old else None, row.target, row.cells.get("target")),
            ("分值", old.weight if old else None, row.weight, row.cells.get("weight")),
        ]
        yield from _differ(row.name, values)


def _review(one: FormPreview) -> Review | None:
    matched = one.match
    if matched.subject is None or matched.round is None or matched.year is None:
        return None
    return (
        Review.objects.filter(
            dossier__subject=matched.subject, dossier__fiscal_year=matched.year, round=matched.round
        )
        .select_related("target", "dossier", "audited", "round")
        .first()
    )


def _text(value: Any) -> str | None:
    """A value as a person reads it; None for what is empty. 10.00 and 10 are one number."""
    if value is None or value == "":
        return None
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


def _differ(row: str, values: Iterable[tuple[str, Any, Any, str | None]]) -> Iterator[Change]:
    for name, old, new, cell in values:
        before, after = _text(old), _text(new)
        if before != after:
            yield Change(row, name, before, after, cell)


def _head(form: Incoming, review: Review | None) -> Iterator[Change]:
    return _differ(
        "",
        [
            (
                "自评总分" if form.kind == "selfeval" else "总分",
                review.published_points if review else None,
                form.total,
                form.cells.get("total"),
            ),
            (
                "等级",
                review.published_grade if review else None,
                form.grade,
                form.cells.get("grade"),
            ),
        ],
    )


def _money(form: Incoming, review: Review | None) -> Iterator[Change]:
    if form.kind == "finance_evaluation":
        audited = review.audited if review else None
        yield from _differ(
            "",
            [
                (
                    "经审查安排资金",
                    audited.arranged if audited else None,
                    form.arranged,
                    form.cells.get("arranged"),
                ),
                (
                    "经审查实际使用资金",
                    audited.used if audited else None,
                    form.used,
                    form.cells.get("used"),
                ),
            ],
        )
        return
    executed = form.money()[2]
    cells = form.funds[0].cells if form.funds else {}
    line = _spent_line(review)
    whole, place = form.budget(), cells.get("full_year") or cells.get("initial")
    yield from _differ(
        "",
        [
            ("全年预算数", review.budget if review else None, whole, place),
            ("执行数", line.amount if line else None, executed, cells.get("executed")),
            (
                "全年预计执行数",
                review.expected if review else None,
                form.expected(),
                cells.get("expected"),
            ),
        ],
    )


def _spent_line(review: Review | None) -> Spending | None:
    if review is None:
        return None
    line = f"{review.kind}-{review.round.through_month or 12}"
    return review.dossier.spendings.filter(source=Spending.Source.FORM, line=line).first()


def _indicators(form: Incoming, review: Review | None) -> Iterator[Change]:
    stored: list[Any] = []
    actuals: dict[int, Actual] = {}
    marks: dict[int | None, Any] = {}
    if review is not None and review.target is not None:
        stored = list(review.target.indicators.all())
        through = review.round.through_month or 12
        rows = Actual.objects.filter(
            indicator__in=stored, stage=kind_of(form.kind).stage or "", through_month=through
        )
        actuals = {row.indicator_id: row for row in rows}
        marks = {mark.indicator_id: mark for mark in review.marks.filter(seat="")}
    pairs = joined_rows(form, stored)
    for at, row in enumerate(form.rows):
        known = stored[pairs[at]].pk if at in pairs else 0
        yield from _row(row, actuals.get(known), marks.get(known), scored=form.kind != "monitoring")


def _row(row: IncomingRow, actual: Actual | None, mark: Any, *, scored: bool) -> Iterator[Change]:
    values = [
        (label, getattr(actual, field) if actual else None, getattr(row, name), row.cells.get(name))
        for field, (name, label) in _ACTUAL.items()
    ]
    if scored:
        points = mark.published_points if mark else None
        values.append(("得分", points, row.points, row.cells.get("points")))
        values.append(("偏差原因", mark.note if mark else None, row.note, row.cells.get("note")))
    else:
        causes = ("、".join(actual.causes) if actual else None, "、".join(row.causes))
        values.append(("偏差原因类别", *causes, row.cells.get("causes")))
        values.append(("说明", actual.note if actual else None, row.note, row.cells.get("note")))
    return _differ(row.name, values)


def _criteria(form: Incoming, review: Review | None) -> Iterator[Change]:
    known = list(review.criteria.all()) if review else []
    marks = {mark.criterion_id: mark for mark in (review.marks.filter(seat="") if review else [])}
    for at, row in enumerate(form.rows):
        mark = marks.get(known[at].pk) if at < len(known) else None
        yield from _differ(
            row.name,
            [
                (
                    "得分",
                    mark.published_points if mark else None,
                    row.points,
                    row.cells.get("points"),
                ),
                ("扣分原因", mark.note if mark else None, row.note, row.cells.get("note")),
            ],
        )


@dataclass(frozen=True, slots=True)
class Read:
    """What the preview of one form shows: every value read beside the stored one, and whether nothing was achieved."""

    changes: list[Change]
    no_actuals: bool

    @property
    def other(self) -> list[Change]:
        """Those that stand otherwise in the system already."""
        return [change for change in self.changes if change.old is not None]


def read_of(one: FormPreview) -> Read:
    """What was read of a form and not stored like that yet."""
    filled = one.form.needs_round and kind_of(one.form.kind).rows == "indicators"
    empty = filled and bool(one.form.rows) and not any(row.actual for row in one.form.rows)
    return Read([] if one.skip else changes_of(one), empty)
