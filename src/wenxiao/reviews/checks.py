"""What is stored for a review, as the one table the rules judge it by, and what they say before it
is handed in.

The unit's 送审前检查, the hand-in itself, the candidates of a round and the watch all take their tables
from here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wenxiao.budget import money_columns
from wenxiao.budget.kind_facts import RecordedFacts, facts_recorded
from wenxiao.budget.models import Dossier, Spending
from wenxiao.budget.money import money_of
from wenxiao.budget.selectors import dossiers_of
from wenxiao.evidence.models import Actual
from wenxiao.evidence.selectors import Proof, day_in, proofs_of, rule_of
from wenxiao.reviews.kinds import KINDS, kind_of
from wenxiao.reviews.kinds.monitoring import light_of, rules_text
from wenxiao.reviews.models import Mark, Review
from wenxiao.reviews.panels import criterion_points
from wenxiao.reviews.selectors import sheets_of
from wenxiao.rulebook.checks import Rule, Table, doors, rules_in_force
from wenxiao.rulebook.numbers import from_fen
from wenxiao.targets.models import Indicator, Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wenxiao.budget.models import Round
    from wenxiao.rulebook.basis import Overrides
    from wenxiao.rulebook.checks.registry import Hit
    from wenxiao.rulebook.problems import Problem

ORDER = {"阻断": 0, "警告": 1, "提示": 2}
_OPEN = frozenset({"needs_judgement", "unreadable", "not_reported"})
"""Marks of rows that have no points yet."""
TONE = {"阻断": "bad", "警告": "warn", "提示": "acc"}


# ---- the rows as they are stored -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FilledRow:
    """One row to fill: the promise, what came of it at the review's stage,
    its mark, and how many proofs stand behind it.
    """

    indicator: Indicator
    actual: Actual | None
    mark: Mark | None
    proof: Proof

    @property
    def verified(self) -> int:
        """How many of its proofs were accepted."""
        return self.proof.verified

    @property
    def unverified(self) -> int:
        """How many wait to be looked at."""
        return self.proof.standing - self.proof.verified


def rows_of(reviews: Sequence[Review]) -> dict[int, list[FilledRow]]:
    """The indicator rows of reviews with the values of their stage and month, by review id.
    Five queries for all.
    """
    return {review.pk: rows for review, rows in zip(reviews, _rows(reviews), strict=True)}


def _rows(reviews: Sequence[Review]) -> list[list[FilledRow]]:
    """The rows of each review; one that is not stored yet has its dossier's
    target and what was reported for it.
    """
    targets = _targets(reviews)
    indicators: dict[int, list[Indicator]] = defaultdict(list)
    for row in Indicator.objects.filter(target__in=set(targets)).order_by("target", "order"):
        indicators[row.target_id].append(row)
    ids = [row.pk for rows in indicators.values() for row in rows]
    actuals = {
        (a.indicator_id, a.stage, a.through_month): a
        for a in Actual.objects.filter(indicator__in=ids)
    }
    stored = [review.pk for review in reviews if review.pk]
    marks = {
        (m.review_id, m.indicator_id): m
        for m in Mark.objects.filter(indicator__in=ids, review__in=stored, seat="")
    }
    proofs = (
        proofs_of(ids, rule_of(reviews[0].round.division, reviews[0].dossier.fiscal_year))
        if ids
        else {}
    )
    rows_of_reviews = []
    for review, target in zip(reviews, targets, strict=True):
        stage, month = KINDS[review.kind].stage or "", review.round.through_month or 12
        rows_of_reviews.append(
            [
                FilledRow(
                    row,
                    actuals.get((row.pk, stage, month)),
                    marks.get((review.pk, row.pk)),
                    proofs.get(row.pk, Proof()),
                )
                for row in indicators.get(target, ())
            ]
        )
    return rows_of_reviews


def _targets(reviews: Iterable[Review]) -> list[int]:
    """The target each review is held against: its own, else its dossier's
    approved one, else the latest; 0 for none.
    """
    reviews = list(reviews)
    latest: dict[int, tuple[bool, int, int]] = {}
    asked = [r.dossier_id for r in reviews if r.target_id is None]
    rows = Target.objects.filter(dossier__in=asked, filing=False)
    for pk, dossier, state, number in rows.values_list("pk", "dossier_id", "state", "number"):
        latest[dossier] = max(
            latest.get(dossier, (False, 0, 0)), (state == Target.State.APPROVED, number, pk)
        )
    return [r.target_id or latest.get(r.dossier_id, (False, 0, 0))[2] for r in reviews]


# ---- the one table -------------------------------------------------------------------------------


def tables_of(reviews: Sequence[Review]) -> dict[int, Table]:
    """What the rules look at, by review id: every door that judges stored rows judges these.
    Queries per round, not per review.
    """
    tables = _tables(reviews, _rows(reviews))
    return {review.pk: table for review, table in zip(reviews, tables, strict=True)}


def tables_in(round: Round, dossiers: Sequence[int]) -> dict[int, Table]:
    """The tables of some dossiers (ids) of a round by dossier, those nobody
    began to fill in too.
    """
    begun = {
        review.dossier_id: review
        for review in Review.objects.filter(round=round, dossier__in=dossiers).select_related(
            "dossier__subject"
        )
    }
    for review in begun.values():
        review.round = round
    wanted = [pk for pk in dossiers if pk not in begun]
    for dossier in Dossier.objects.filter(pk__in=wanted).select_related("subject"):
        begun[dossier.pk] = Review(dossier=dossier, round=round, kind=round.kind)
    reviews = [begun[pk] for pk in dossiers if pk in begun]
    tables = _tables(reviews, _rows(reviews))
    return {review.dossier_id: table for review, table in zip(reviews, tables, strict=True)}


def _tables(reviews: Sequence[Review], rows: Sequence[list[FilledRow]]) -> list[Table]:
    heads = _heads(reviews)
    tables = []
    for review, filled, head in zip(reviews, rows, heads, strict=True):
        own = review.round.division.own_rules
        tables.append(Table([_cells(review, row, own) for row in filled], head, own))
    return tables


def _heads(reviews: Sequence[Review]) -> list[dict[str, Any]]:
    by_round: dict[int, list[Review]] = defaultdict(list)
    for review in reviews:
        by_round[review.round_id].append(review)
    money: dict[tuple[int, int], dict[str, Any]] = {}
    for pk, some in by_round.items():
        read = _watched if some[0].kind == "monitoring" else _reported
        money |= {(pk, dossier): head for dossier, head in read(some).items()}
    own = facts_recorded({review.dossier_id for review in reviews})
    return [
        _head(review, own.get(review.dossier_id)) | money[review.round_id, review.dossier_id]
        for review in reviews
    ]


_OWN_STAGE = {"recheck": "selfeval"}


def _head(review: Review, own: RecordedFacts | None = None) -> dict[str, Any]:
    """``own``: what the object's kind has of its own, for the checks of this stage."""
    return {
        "own_kinds": own.kinds if own else (),
        "own_facts": own.values if own else {},
        "own_stage": _OWN_STAGE.get(review.kind, review.kind),
        "name": review.dossier.subject.name,
        "kind": review.kind,
        "year": review.dossier.fiscal_year,
        "scores": kind_of(review.kind).scores,
    }


def _reported(reviews: Sequence[Review]) -> dict[int, dict[str, Any]]:
    """Money of scored forms by dossier: the form's own, else what is known of the dossier."""
    known = money_of([one.dossier_id for one in reviews])
    reported = {}
    for one in reviews:
        other = known[one.dossier_id]
        reported[one.dossier_id] = {
            "full_year": one.budget if one.budget is not None else other.budget,
            "executed": one.executed if one.executed is not None else other.spent,
            "execution_score": one.execution_points,
            "execution_weight": one.execution_weight,
        }
    return reported


def _watched(reviews: Sequence[Review]) -> dict[int, dict[str, Any]]:
    """Money of one monitoring window by dossier, from the columns the watch is lit by."""
    round = reviews[0].round
    keys = [one.dossier_id for one in reviews]
    which, through = money_columns.chosen(round, keys), round.through_month or 12
    parts = (
        money_columns.arranged(which, round.fiscal_year),
        money_columns.spent(which, through),
        money_columns.steps(which, money_columns.cut_off(round)),
    )
    rows: dict[int, dict[str, Any]] = {key: {} for key in keys}
    for part in parts:
        for row in part.iter_rows(named=True):
            if row["dossier"] in rows:
                rows[row["dossier"]] |= row
    cuts = money_columns.dated_cuts(which, round.fiscal_year)
    loaded = _treasury_loaded(round)
    return {
        one.dossier_id: window_head(
            round, _joined(one, rows[one.dossier_id]), loaded=loaded, cut=cuts.get(one.dossier_id)
        )
        for one in reviews
    }


def _joined(review: Review, row: Mapping[str, Any]) -> dict[str, Any]:
    """One dossier's line of the watch: the window's own budget first, the
    official spending first.
    """
    official = row.get("source") not in {None, Spending.Source.FORM.value}
    filed = _fen(review.executed)
    return {
        **row,
        "budget": row.get("budget") if review.budget is None else _fen(review.budget),
        "executed": row.get("spent") if official or filed is None else filed,
    }


def _fen(amount: Any) -> int | None:
    return None if amount is None else int(amount.scaleb(2))


def _treasury_loaded(round: Round) -> bool:
    """Whether the treasury's payments of the window are in for any dossier
    of it: then none at all means nothing was paid.
    """
    return Spending.objects.filter(
        dossier__in=dossiers_of(round).values("pk"),
        source=Spending.Source.TREASURY,
        month__lte=round.through_month or 12,
    ).exists()


def window_head(
    round: Round, row: Mapping[str, Any], *, loaded: bool, cut: money_columns.CutBack | None
) -> dict[str, Any]:
    """The money of one dossier in a window as the checks ask, from a line of the watch (amounts in
    分, None unknown).

    A dossier judged by its milestones is not judged by months as well. ``cut`` is told over the
    whole year, for the day of a cut is rarely in the window. ``loaded``: the treasury's payments
    are in.
    """
    head: dict[str, Any] = {
        name: None if row.get(key) is None else from_fen(row[key])
        for name, key in (
            ("full_year", "budget"),
            ("executed", "executed"),
            ("cut_back", "cut_back"),
        )
    }
    head |= {"year": round.fiscal_year, "arrived_month": row.get("arrived")}
    if cut is not None:
        head["cut_back_on"] = cut.on
        head |= {
            name: from_fen(amount)
            for name, amount in (
                ("cut_back", cut.cut_back),
                ("year_budget", cut.budget),
                ("year_executed", cut.executed),
            )
            if amount is not None
        }
    if not row.get("planned"):
        last, idle = row.get("last_month"), loaded and not row.get("executed")
        head["through_month"] = round.through_month
        head["last_month"] = 0 if last is None and idle else last
    return head


def _cells(review: Review, row: FilledRow, own: Overrides) -> dict[str, Any]:
    indicator, actual, mark = row.indicator, row.actual, row.mark
    notes = (mark.note if mark else "", actual.note if actual else "")
    cells = {
        "level1": indicator.level1,
        "level2": indicator.level2,
        "level3": indicator.name,
        "target": indicator.expression,
        "actual": actual.value if actual else "",
        "weight": indicator.weight,
        "score": mark.points if mark else None,
        "note": " ".join(dict.fromkeys(note for note in notes if note)),
        "proofs": row.proof.verified,
        "papers": row.proof.standing,
        "proof": row.proof.words,
        "asks_proof": indicator.proof,
        "waiting": row.unverified,
        "refused": row.proof.refused,
        "by_hand": mark is not None and mark.status == "needs_judgement",
        "open": mark is not None and mark.status in _OPEN,
        "proved_on": row.proof.proved_on,
        "done_on": day_in(actual.value) if actual else None,
    }
    if review.kind == "monitoring" and actual:
        cells |= {
            "forecast": actual.forecast,
            "causes": actual.causes,
            "possibility": actual.possibility,
            "measure": actual.note,
        }
    if review.kind == "monitoring" and actual and actual.value:
        goal = light_of(
            (indicator.name, indicator.expression, actual.value, actual.possibility),
            review.round.through_month or 12,
            review.dossier.fiscal_year,
            rules_text(own),
        )
        cells |= {"reached": goal.reached, "over": goal.over}
    return cells


# ---- 送审前检查 ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Check:
    """One finding of the checks: its number as it stands in the row's
    corner, where, what, how to mend, by which rule.
    """

    number: int
    level: str
    text: str
    mend: str
    place: str
    indicator: int
    code: str
    rule: str
    basis: str
    ground: str

    @property
    def tone(self) -> str:
        """The look of its level."""
        return TONE.get(self.level, "")


def doubts_in(checks: Sequence[Check]) -> list[Check]:
    """What to doubt of a form, each rule once however many rows it found."""
    return list({check.rule: check for check in reversed(checks) if check.code}.values())[::-1]


def checks_of(review: Review, rows: Sequence[FilledRow] | None = None) -> list[Check]:
    """Everything to look at before handing in: what is missing, then what the rules say; blocking
    first.

    ``rows`` are those of :func:`rows_of` where they are read already.
    """
    if kind_of(review.kind).rows == "criteria":
        return _of_sheet(review)
    rows = rows_of([review])[review.pk] if rows is None else rows
    return checks_in([review], {review.pk: rows})[review.pk]


def checks_in(
    reviews: Sequence[Review], rows: Mapping[int, Sequence[FilledRow]]
) -> dict[int, list[Check]]:
    """The checks of many reviews of indicator rows by review id, from their
    ``rows``; queries as for one.
    """
    tables = _tables(reviews, [list(rows[review.pk]) for review in reviews])
    strict: dict[tuple[int, int | None], tuple[Rule, ...]] = {}
    checks = {}
    for review, table in zip(reviews, tables, strict=True):
        key = (review.round.division_id, table.year)
        if key not in strict:
            strict[key] = rules_in_force(table.overrides, table.year)
        checks[review.pk] = _numbered(review, rows[review.pk], table, strict[key])
    return checks


def _numbered(
    review: Review, rows: Sequence[FilledRow], table: Table, strict: tuple[Rule, ...]
) -> list[Check]:
    rules = {rule.code: rule for rule in strict}
    problems = doors.HAND_IN.run(table, review.kind, strict)
    problems.sort(key=lambda one: _order(one[0], one[1], rules[one[1].code].ground))
    return [
        Check(
            number,
            problem.level,
            problem.text,
            problem.mend or "",
            _place(rows, hit.row),
            rows[hit.row].indicator.pk if hit.row is not None else 0,
            problem.code,
            rules[problem.code].title,
            rules[problem.code].basis,
            rules[problem.code].ground,
        )
        for number, (hit, problem) in enumerate(problems, start=1)
    ]


def _order(hit: Hit, problem: Problem, ground: str) -> tuple[int, bool, bool]:
    """Blocking first, rows before the whole table, what is missing before what is doubtful."""
    return ORDER.get(problem.level, len(ORDER)), hit.row is None, ground != "完整"


def blocking(checks: Sequence[Check]) -> list[Check]:
    """Those that must be mended before handing in."""
    return [check for check in checks if check.level == "阻断"]


def _place(rows: Sequence[FilledRow], at: int | None) -> str:
    return f"第 {at + 1} 行 {rows[at].indicator.name}" if at is not None else "整表"


def _of_sheet(review: Review) -> list[Check]:
    """A score sheet is handed in when every row has its points, and none
    that the audited money refutes.
    """
    own, year = review.round.division.own_rules, review.dossier.fiscal_year
    audited, sheet = review.audited, sheets_of([review.pk])[review.pk]
    rows = [
        {
            "level1": one.level1,
            "level3": one.name,
            "weight": one.weight,
            "score": criterion_points(sheet.marks.get(one.pk, [])),
        }
        for one in sheet.criteria
    ]
    head = _head(review) | {"unscored": not review.complete}
    if audited is not None:
        head |= {"audited_arranged": audited.arranged, "audited_used": audited.used}
    table = Table(rows, head, own)
    return _numbered(review, (), table, rules_in_force(own, year))
