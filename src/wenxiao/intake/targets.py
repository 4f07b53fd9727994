"""An approved target table on its way in: the typed form as rows, its faults by the rulebook, and what it meets there."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from wenxiao.budget.models import Dossier, Level, Subject
from wenxiao.files.forms.targets.table import target_table
from wenxiao.intake.forms import TARGET, Incoming, IncomingFund, IncomingRow
from wenxiao.rulebook.checks import doors
from wenxiao.rulebook.checks.registry import Table
from wenxiao.rulebook.codes import OTHER_TARGET_STANDS, ROWS_NOT_JOINED, SAME_TARGET_AGAIN
from wenxiao.rulebook.problems import Problem
from wenxiao.targets.models import Target
from wenxiao.targets.selectors import same_wording, target_in_force
from wenxiao.targets.services import AskedAmount, Contents, TargetRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wenxiao.files.forms.targets.form import TargetForm
    from wenxiao.files.forms.targets.form import TargetIndicator as Row
    from wenxiao.intake.matching import Match
    from wenxiao.orgs.models import Division

NOBODYS = "none"
"""The answer that rows which only came along with a sheet belong to no approved row."""
_KINDS = {
    "department": Subject.Kind.DEPARTMENT,
    "transfer": Subject.Kind.TRANSFER,
    "project": Subject.Kind.PROJECT,
}
_LEVELS = (
    ("中央", Level.CENTRAL),
    ("省", Level.PROVINCE),
    ("市", Level.CITY),
    ("区", Level.DISTRICT),
    ("县", Level.DISTRICT),
)
_LONGEST_NATURE = 20


def subject_kind(form: Incoming) -> str:
    """What kind of subject is made for a form whose subject is not known yet."""
    return _KINDS.get(form.scope, Subject.Kind.PROJECT)


def incoming_target(form: TargetForm) -> Incoming:
    """The form as the one intake carries it; the typed form itself goes along."""
    unit, dept = form.unit.value or "", form.dept.value or ""
    name = form.project_name.value or ""
    if form.scope == "department" and not name:
        name = f"{unit or dept}部门整体支出" if unit or dept else ""
    return Incoming(
        kind=TARGET,
        sheet=form.sheet,
        subject=name,
        unit=unit,
        department=dept,
        year=form.year.value,
        code=form.project_code or "",
        goal=form.goals.year or "",
        scope=form.scope,
        target=form,
        funds=[_fund(form, fund.label, fund.initial) for fund in form.funds],
        rows=[_row(form.sheet, row) for row in form.indicators],
    )


def _fund(form: TargetForm, label: str, asked: Any) -> IncomingFund:
    cells = {"initial": f"{form.sheet}!{asked.cell}"} if asked.cell else {}
    return IncomingFund(label, _number(asked.yuan), None, None, cells=cells)


def _row(sheet: str, row: Row) -> IncomingRow:
    places = (("name", row.level3_cell), ("target", row.target.cell), ("weight", row.weight.cell))
    return IncomingRow(
        level1=row.level1 or "",
        level2=row.level2 or "",
        name=row.level3 or "",
        weight=_number(row.weight.value),
        target=row.target_text or "",
        hidden=row.hidden,
        cell=f"{sheet}!{row.target.cell}"[:60],
        cells={name: f"{sheet}!{cell}" for name, cell in places if cell},
    )


def _number(text: str | None) -> Decimal | None:
    """A number to two decimals as its column holds it; None for a word."""
    try:
        value = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return value if value is None or value == round(value, 2) else round(value, 2)


def promises_of(rows: Iterable[Row]) -> list[TargetRow]:
    """Rows of a table as they are stored."""
    return [
        TargetRow(
            row.level1 or "",
            row.level2 or "",
            row.level3 or "",
            row.target_text or "",
            _number(row.weight.value),
            row.hidden,
            unit=row.unit or "",
            nature=(row.nature or "")[:_LONGEST_NATURE],
            source=row.source or "",
            proof=row.proof or "",
            last_actual=row.last_actual or "",
            note=row.note or "",
        )
        for row in rows
    ]


def contents_of(form: TargetForm) -> Contents:
    """What the table says beside its rows of the year."""
    return Contents(
        scope=form.scope,
        level=level_of(form),
        text=form.goals.year or "",
        long_text=form.goals.long or "",
        content=form.text or "",
        manager=(form.responsible or "")[:60],
        starts=form.start or "",
        ends=form.end or "",
        asks_source=any(row.source is not None or row.proof is not None for row in form.indicators),
        plan=[{"step": one.step, "from": one.start, "to": one.end} for one in form.plan],
        opinions=[
            {"seat": one.seat, "opinion": one.opinion, "person": one.person, "date": one.date}
            for one in form.seats
        ],
        long_rows=promises_of(form.long_indicators),
        funds=[AskedAmount(one.label[:200], _number(one.initial.yuan)) for one in form.funds],
        tasks=[
            AskedAmount(one.name[:200], _number(one.total.yuan), one.content or "")
            for one in form.tasks
        ],
    )


def level_of(form: TargetForm) -> str:
    """The level a transfer comes from: the highest whose own line has money; "" for what is no transfer."""
    if form.scope != "transfer":
        return ""
    filled = [one.label for one in form.funds if (_number(one.initial.yuan) or 0) > 0]
    return next((level for word, level in _LEVELS for label in filled if word in label), "")


def target_faults(form: Incoming, division: Division) -> list[Problem]:
    """What the checks before review find in the table, by the division's own rules."""
    if form.target is None:
        return []
    seen = target_table(form.target)
    table = Table(seen.rows, {**seen.head, "year": form.year})
    return doors.checked(doors.TARGETS, table, "target", division.own_rules)


def meeting(form: Incoming, matched: Match, choice: Mapping[str, Any]) -> list[Problem]:
    """What the table meets in its dossier: an approved target, or rows of a sheet that join none of its rows.

    A table that says what is approved already is left out by itself (``matched.skip``).
    """
    known = in_force(matched)
    if known is None:
        return []
    rows = promises_of(form.target.indicators) if form.target is not None else []
    if known.origin == Target.Origin.SHEET:
        return _open_rows(form, known, rows, choice)
    if _alike(known, rows):
        matched.skip = True
        text = f"“{form.subject}”{matched.year}年的目标与系统里批复的一致，不再写入。"
        return [Problem(SAME_TARGET_AGAIN, "提示", text, sheet=form.sheet or None)]
    text = (
        f"“{form.subject}”{matched.year}年已有绩效目标（{known.get_state_display()}），与本表不同。"
    )
    mend = "批复后的改动请办理目标调整；这里请选“不导入”。"
    return [Problem(OTHER_TARGET_STANDS, "阻断", text, sheet=form.sheet or None, mend=mend)]


def in_force(matched: Match) -> Target | None:
    """The target that holds now in the dossier a form was matched to; None where there is none."""
    if matched.subject is None or matched.year is None:
        return None
    dossier = Dossier.objects.filter(subject=matched.subject, fiscal_year=matched.year).first()
    return target_in_force(dossier) if dossier is not None else None


def _alike(known: Target, rows: Sequence[TargetRow]) -> bool:
    stored = known.indicators.values_list("level1", "level2", "name", "expression", "weight")
    return list(stored) == [(r.level1, r.level2, r.name, r.expression, r.weight) for r in rows]


def _open_rows(
    form: Incoming, known: Target, rows: Sequence[TargetRow], choice: Mapping[str, Any]
) -> list[Problem]:
    if choice.get("joins") == NOBODYS:
        return []
    old = [row for row in known.indicators.all() if str(row.pk) not in (choice.get("joins") or {})]
    pairs = same_wording(
        [(row.level2, row.name, row.weight) for row in old],
        [(row.level2, row.name, row.weight) for row in rows],
        strict=True,
    )
    left = [row.name for at, row in enumerate(old) if at not in pairs]
    if not left:
        return []
    names = "、".join(f"“{name}”" for name in left[:3])
    text = f"“{form.subject}”随报表带入过目标，其中 {len(left)} 行与本表对不上（{names}）。"
    mend = "请选定这些行不对应批复的任何一行（已填的完成值留在原处），或选“不导入”。"
    return [Problem(ROWS_NOT_JOINED, "阻断", text, sheet=form.sheet or None, mend=mend)]


def joins_of(
    dossier: Dossier, rows: Sequence[TargetRow], choice: Mapping[str, Any]
) -> dict[int, int | None]:
    """What was answered for the rows that came along with a sheet: row → place of the approved row, None for no one's."""
    joins = choice.get("joins")
    known = target_in_force(dossier)
    if known is None or known.origin != Target.Origin.SHEET or not joins:
        return {}
    old = list(known.indicators.all())
    if joins != NOBODYS:
        return {int(pk): at - 1 if at else None for pk, at in joins.items()}
    pairs = same_wording(
        [(row.level2, row.name, row.weight) for row in old],
        [(row.level2, row.name, row.weight) for row in rows],
        strict=True,
    )
    return {row.pk: None for at, row in enumerate(old) if at not in pairs}
