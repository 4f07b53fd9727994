"""Targets read: the one that holds for a dossier, and which rows of two
tables are the same promise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, Value

from wenxiao.budget.models import Exemption, OwnFiling, Round
from wenxiao.budget.questions import ME, rows_seen
from wenxiao.budget.selectors import dossiers_of, dossiers_visible_to, seen_by, seen_with
from wenxiao.files.cells.labels import UNIT_FACTORS
from wenxiao.files.forms.targets.layouts import ListLayout
from wenxiao.records.models import Entry
from wenxiao.rulebook.numbers import plain as number_text
from wenxiao.rulebook.numbers import wan
from wenxiao.store.prepared import PreparedRead
from wenxiao.targets.models import Indicator, Layout, Target, TargetAmount

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime
    from decimal import Decimal

    from django.db.models import QuerySet

    from wenxiao.budget.models import Dossier
    from wenxiao.budget.questions import RoundScope
    from wenxiao.orgs.models import Division, User
    from wenxiao.orgs.selectors import Sight

Wording = tuple[str, str, "Decimal | None"]
"""Level 2, name and weight of an indicator row."""


def target_in_force(dossier: Dossier) -> Target | None:
    """The approved target of the latest version; else the latest that was not replaced; None where
    there is none.

    What is still being drawn up (``filing``) holds for nothing.
    """
    standing = dossier.targets.exclude(state=Target.State.REPLACED).filter(filing=False)
    rows = list(standing.order_by("-number"))
    approved = (row for row in rows if row.state == Target.State.APPROVED)
    return next(approved, rows[0] if rows else None)


def targets_visible_to(user: User) -> QuerySet[Target]:
    """The targets of the dossiers a person may see, with what a page shows of them."""
    rows = Target.objects.filter(seen_by(user))
    return rows.select_related("dossier__subject__division", "dossier__unit", "approval")


def indicators_seen_by(user: User | None) -> QuerySet[Indicator]:
    """The rows of the targets of the dossiers a person may see."""
    return Indicator.objects.filter(seen_by(user, "target__dossier"))


def handed_in_targets(round: Round | RoundScope) -> QuerySet[Any, Any]:
    """The dossiers of a target round's year whose target left the unit's
    hands, or was approved elsewhere.
    """
    states = (Target.State.SUBMITTED, Target.State.CHECKED, Target.State.APPROVED)
    return Target.objects.filter(dossier__fiscal_year=round.fiscal_year, state__in=states).values(
        "dossier"
    )


def owed_in(round: Round) -> QuerySet[Dossier]:
    """The dossiers a target round still waits for: neither handed in nor excused."""
    rows = dossiers_of(round).exclude(pk__in=handed_in_targets(round))
    return rows.exclude(pk__in=Exemption.objects.filter(round=round).values("dossier"))


def rounds_asking(dossier: Dossier) -> list[Round]:
    """The target rounds whose scope holds the dossier, running or ended, by number."""
    rows = Round.objects.filter(
        kind=Round.Kind.TARGET,
        division=dossier.subject.division_id,
        fiscal_year=dossier.fiscal_year,
    ).exclude(state=Round.State.DRAFT)
    return [row for row in rows.order_by("pk") if dossiers_of(row).filter(pk=dossier.pk).exists()]


def steps_of(user: User, powers: Collection[str]) -> dict[str, Q]:
    """By step the condition on targets that stand there: 审核 for who checks, 批复 for who approves;
    never what one handed on oneself.
    """
    return _steps([user.pk], powers)


def _steps(own_ids: list[int] | str, powers: Collection[str]) -> dict[str, Q]:
    steps: dict[str, Q] = {}
    filed, checked = Q(filed_by__among=own_ids), Q(checked_by__among=own_ids)
    if {"check_department", "check_office"} & set(powers):
        steps["审核"] = Q(state=Target.State.SUBMITTED) & ~filed
    if "approve_target" in powers:
        own = filed | checked
        steps["批复"] = Q(state=Target.State.CHECKED) & ~own
    return steps


def targets_for_step(user: User, powers: Collection[str]) -> dict[str, QuerySet[Target]]:
    """What stands at a step of these powers."""
    rows = targets_visible_to(user).filter(filing=True)
    return {step: rows.filter(which) for step, which in steps_of(user, powers).items()}


REVIEW_ORDER = ("dossier__unit__path", "pk")
"""In which order the targets that wait for a reviewer are listed and gone through."""


@dataclass(frozen=True, slots=True)
class WaitingPlace:
    """Where a target stands among those of its year that wait for one
    reviewer: how many wait, and which come before and after it.
    """

    count: int
    before: int | None
    after: int | None


def waiting_beside(
    target: Target, user: User, powers: Collection[str], *, step: str
) -> WaitingPlace | None:
    """The neighbours of a target at a step of these powers; None where nobody of them stands
    there. The target itself may have gone on.
    """
    rows = targets_for_step(user, powers).get(step)
    if rows is None:
        return None
    rows = rows.filter(dossier__fiscal_year=target.dossier.fiscal_year)
    path, same = target.dossier.unit.path, Q(dossier__unit__path=target.dossier.unit.path)
    lower = rows.filter(Q(dossier__unit__path__lt=path) | same & Q(pk__lt=target.pk))
    higher = rows.filter(Q(dossier__unit__path__gt=path) | same & Q(pk__gt=target.pk))
    before = lower.order_by(*REVIEW_ORDER).values_list("pk", flat=True).last()
    after = higher.order_by(*REVIEW_ORDER).values_list("pk", flat=True).first()
    return WaitingPlace(rows.count(), before, after)


def waiting_targets(user: User, powers: Collection[str]) -> dict[str, int]:
    """How many stand at each step of these powers; one query."""
    steps = list(steps_of(user, powers))
    rows = rows_seen(user, _waiting_question, tuple(sorted(powers))) if steps else []
    return dict(zip(steps, rows[0][1:], strict=True)) if rows else dict.fromkeys(steps, 0)


def _waiting_question(sight: Sight, powers: tuple[str, ...]) -> QuerySet[Any, Any]:
    rows = Target.objects.filter(seen_with(sight), filing=True).order_by()
    counts = {step: Count("pk", filter=which) for step, which in _steps(ME, powers).items()}
    counted: QuerySet[Any, Any] = (
        rows.annotate(together=Value(1)).values_list("together").annotate(**counts)
    )
    return counted


def dossiers_without_target(user: User, year: int) -> QuerySet[Dossier]:
    """The dossiers of a budget year this person may see filed here (申报范围), for which nothing is
    approved and nothing drawn up.
    """
    taken = Target.objects.filter(Q(state=Target.State.APPROVED) | Q(filing=True))
    here = OwnFiling.objects.filter(
        division=OuterRef("subject__division"), kind=OuterRef("subject__kind"), fiscal_year=year
    )
    rows = dossiers_visible_to(user).filter(Exists(here), fiscal_year=year)
    return rows.exclude(pk__in=taken.values("dossier")).select_related("subject", "unit")


def stale_rows(target: Target, before: Target | None) -> dict[int, list[str]]:
    """Row → what it still says as last year's target did: its value
    untouched, or a year gone by in its words.
    """
    if before is None:
        return {}
    year = target.dossier.fiscal_year
    old = {plain(row.name): row.expression for row in before.indicators.all()}
    stale: dict[int, list[str]] = {}
    for row in target.indicators.all():
        if row.expression and old.get(plain(row.name)) == row.expression:
            stale.setdefault(row.pk, []).append("指标值与上年相同")
        words = f"{row.name} {row.expression}"
        if any(str(gone) in words for gone in range(year - 3, year)):
            stale.setdefault(row.pk, []).append("还写着以前的年份")
    return stale


_COMPARED = (
    ("name", "名称"),
    ("expression", "指标值"),
    ("weight", "分值"),
    ("level1", "一级指标"),
    ("level2", "二级指标"),
    ("source", "数据来源"),
    ("proof", "佐证"),
    ("last_actual", "上年实际"),
    ("unit", "计量单位"),
    ("nature", "指标性质"),
)
"""What of a row is compared, in the order a row noted at a return has after its number."""
_BESIDE = (
    ("text", "年度目标"),
    ("long_text", "中长期目标"),
    ("content", "项目概况"),
    ("manager", "项目负责人"),
    ("starts", "开始时间"),
    ("ends", "结束时间"),
)
_ONCE_NOTED = 4
"""Number, name, value and weight: all that a return noted of a row before."""


def noted_at_return(target: Target) -> list[list[Any]]:
    """The target as it is given back: its rows by number, then, without
    one, what stands beside them as (label, text).
    """
    rows = [[row.pk, *(_text(row, name) for name, _ in _COMPARED)] for row in _rows(target)]
    return [*rows, *([None, label, text] for label, text in beside_rows(target).items())]


def beside_rows(target: Target) -> dict[str, str]:
    """Label → text of what a target says beside its rows: goals, money with
    what it was reckoned by, the plan.
    """
    texts = {label: getattr(target, name) for name, label in _BESIDE}
    for one in target.amounts.all():
        amount = "未填" if one.amount is None else f"{wan(one.amount)} 万元"
        texts[f"{one.get_kind_display()}“{one.name}”"] = f"{amount}　{one.content}".strip()
    steps = (f"{one.get('step')} {one.get('from')}至{one.get('to')}" for one in target.plan)
    for at, row in enumerate(target.long_indicators.all(), start=1):
        texts[f"中长期指标第 {at} 行"] = f"{row.level2} {row.name} {row.expression}".strip()
    return {
        label: text for label, text in (texts | {"实施进度计划": "；".join(steps)}).items() if text
    }


def _rows(target: Target) -> list[Indicator]:
    return list(target.indicators.all())


def _text(row: Indicator, name: str) -> str:
    value = getattr(row, name)
    return "" if value is None else number_text(value) if name == "weight" else str(value)


def _said(value: object) -> str:
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class TargetChange:
    """One thing that differs between two states of a target: of which row or
    text, what, before and after; ``row`` is the number of a row that is there now.
    """

    name: str
    what: str
    before: str
    after: str
    row: int | None = None


def _beside_changed(before: dict[str, str], after: dict[str, str]) -> list[TargetChange]:
    labels = [*after, *(label for label in before if label not in after)]
    return [
        TargetChange(label, "内容", before.get(label, ""), after.get(label, ""))
        for label in labels
        if before.get(label, "") != after.get(label, "")
    ]


def changes_between(old: Target, new: Target) -> list[TargetChange]:
    """What differs between two versions row by row, then what stands
    beside the rows; a row only one has says so.
    """
    before, after = _rows(old), _rows(new)
    pairs = same_wording(
        [(row.level2, row.name, row.weight) for row in after],
        [(row.level2, row.name, row.weight) for row in before],
    )
    changes: list[TargetChange] = []
    for at, row in enumerate(after):
        was = before[pairs[at]] if at in pairs else None
        if was is None:
            changes.append(TargetChange(row.name, "新增的行", "", row.expression, row.pk))
            continue
        for name, word in _COMPARED:
            old_value, value = getattr(was, name), getattr(row, name)
            if old_value != value:
                changes.append(TargetChange(row.name, word, _said(old_value), _said(value), row.pk))
    gone = [row for at, row in enumerate(before) if at not in pairs.values()]
    changes += [TargetChange(row.name, "删去的行", row.expression, "") for row in gone]
    return [*changes, *_beside_changed(beside_rows(old), beside_rows(new))]


def changed_since_return(target: Target) -> list[TargetChange]:
    """All the unit changed since the target was given back; none for one never returned.

    What an earlier return did not note is not compared.
    """
    if not target.returned_rows:
        return []
    before = {row[0]: row[1:] for row in target.returned_rows if row[0] is not None}
    changes: list[TargetChange] = []
    for row in target.indicators.all():
        was = before.pop(row.pk, None)
        if was is None:
            changes.append(TargetChange(row.name, "新增的行", "", row.expression, row.pk))
            continue
        for (name, word), old in zip(_COMPARED, was, strict=False):
            if str(old or "") != _text(row, name):
                changes.append(
                    TargetChange(row.name, word, str(old or ""), _text(row, name), row.pk)
                )
    changes += [TargetChange(was[0], "删去的行", was[1], "") for was in before.values()]
    if all(len(row) == _ONCE_NOTED for row in target.returned_rows):
        return changes
    beside = {row[1]: row[2] for row in target.returned_rows if row[0] is None}
    return [*changes, *_beside_changed(beside, beside_rows(target))]


@dataclass(frozen=True, slots=True)
class TargetAct:
    """Who did what of a target when and why; ``marks``: what was given
    back, as (row or "", remark).
    """

    act: str
    by: str
    at: datetime
    why: str
    marks: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class TargetVersion:
    """One version of a dossier's target with its acts, the first first;
    typing is one act, told by its last time.
    """

    target: Target
    acts: list[TargetAct]

    @property
    def returns(self) -> list[TargetAct]:
        """The times it was given back."""
        return [one for one in self.acts if one.act == RETURNED]


def history_of(dossier: Dossier) -> list[TargetVersion]:
    """Every version of a dossier's target with who did what when, the latest version first.
    Two queries.
    """
    rows = _VERSIONS.rows(dossier.pk)
    entries = Entry.objects.filter(
        target_type=Target._meta.label, target_id__in=[row.pk for row in rows]
    )
    acts: dict[int | None, list[TargetAct]] = {row.pk: [] for row in rows}
    for one in entries.order_by("pk"):
        row_acts = acts[one.target_id]
        if row_acts and one.act == TYPED == row_acts[-1].act and row_acts[-1].by == one.by_name:
            row_acts.pop()
        marks = [(mark["name"], mark["note"]) for mark in one.data.get("marks", ())]
        row_acts.append(TargetAct(one.act, one.by_name, one.at, one.why, marks))
    return [TargetVersion(row, acts[row.pk]) for row in rows]


_VERSIONS = PreparedRead(
    lambda dossier: (
        Target.objects.filter(dossier=dossier).select_related("approval").order_by("-number")
    )
)
RETURNED, TYPED = "退回绩效目标", "填报绩效目标"


def last_return_of(target: Target) -> Entry | None:
    """Who gave a target back and when, while it was not handed in again; None where nobody did."""
    if target.state != Target.State.RETURNED:
        return None
    rows = Entry.objects.filter(target_type=Target._meta.label, target_id=target.pk, act=RETURNED)
    return rows.order_by("-pk").first()


def layouts_of(division: Division) -> list[ListLayout]:
    """The lists the division has mapped, as the readers take them."""
    rows = Layout.objects.filter(division=division, retired=False).order_by("-pk")
    layouts = [
        ListLayout(
            {one["key"]: one["heading"] for one in row.columns if one["key"]},
            row.codes,
            row.money_unit,
        )
        for row in rows
    ]
    return [one for one in layouts if {"level3", "target"} <= set(one.headings)]


def layouts_visible_to(user: User) -> QuerySet[Layout]:
    """The layouts of the person's division, every version."""
    rows = Layout.objects.filter(division=user.division).select_related("file", "division")
    return rows.order_by("retired", "name", "-number")


def lines_of(division: Division, year: int, layout: Layout) -> list[dict[str, object]]:
    """Every approved row of a budget year as the layout's columns hold it:
    codes for words, money in its unit.
    """
    factor = UNIT_FACTORS[layout.money_unit]
    back = {
        key: {word: code for code, word in words.items()} for key, words in layout.codes.items()
    }
    rows = (
        Indicator.objects.filter(
            target__state=Target.State.APPROVED,
            target__dossier__fiscal_year=year,
            target__dossier__subject__division=division,
        )
        .select_related("target__dossier__subject", "target__dossier__unit")
        .order_by("target__dossier__unit__path", "target", "order")
    )
    funds = TargetAmount.objects.filter(target__in=rows.values("target"), kind="fund", order=1)
    money = dict(funds.values_list("target", "amount"))
    lines = []
    for row in rows:
        line = _line(row, "nature" in {one["key"] for one in layout.columns})
        amount = money.get(row.target_id)
        line["money"] = "" if amount is None else amount / factor
        lines.append({key: back.get(key, {}).get(str(value), value) for key, value in line.items()})
    return lines


def _line(row: Indicator, parted: bool) -> dict[str, object]:  # noqa: FBT001 - whether the sign has a column
    """A row by key; where the layout has a column for the sign, it leaves
    the value, and the unit too.
    """
    dossier, value, nature = row.target.dossier, row.expression, row.nature
    if parted:
        sign = re.match(r"[≥≤=＝<>＜＞]+", value)
        nature = sign.group() if sign else nature
        value = value[sign.end() :] if sign else value
        value = value.removesuffix(row.unit) if row.unit else value
    return {
        "project_code": dossier.subject.code,
        "project_name": dossier.subject.name,
        "unit_code": dossier.unit.code,
        "unit_name": dossier.unit.name,
        "dept": "",
        "year": dossier.fiscal_year,
        "goal": row.target.text,
        "level1": row.level1,
        "level2": row.level2,
        "level3": row.name,
        "nature": nature,
        "target": value,
        "unit": row.unit,
        "weight": "" if row.weight is None else row.weight,
        "note": row.note,
        "source": row.source,
        "proof": row.proof,
        "last_actual": row.last_actual,
    }


def plain(text: str) -> str:
    """A wording without blanks, so that typing habits don't make strangers."""
    return "".join(text.split())


_KEYS: tuple[Callable[[Wording], object], ...] = (
    lambda row: (plain(row[0]), plain(row[1]), row[2]),
    lambda row: (plain(row[0]), plain(row[1])),
    lambda row: plain(row[1]),
)


def same_wording(
    rows: Sequence[Wording], known: Sequence[Wording], *, strict: bool = False
) -> dict[int, int]:
    """Row → known row: by level 2, name and weight; then without weight; then by name alone where
    it is unambiguous.

    Each known row is taken once. ``strict``: by all three alone.
    """
    pairs: dict[int, int] = {}
    for at, key in enumerate(_KEYS[:1] if strict else _KEYS):
        free: dict[object, list[int]] = {}
        for number, row in enumerate(known):
            if number not in pairs.values():
                free.setdefault(key(row), []).append(number)
        asking = [number for number in range(len(rows)) if number not in pairs]
        for number in asking:
            fitting = free.get(key(rows[number]), [])
            if fitting and (at < 2 or len(fitting) == 1):
                pairs[number] = fitting.pop(0)
    return pairs
