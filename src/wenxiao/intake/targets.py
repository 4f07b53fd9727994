"""An approved target table on its way in: the typed form as rows, its
faults by the rulebook, and what it meets there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wenxiao.budget.models import Dossier, Level, Subject
from wenxiao.files.forms.targets.table import target_table
from wenxiao.rulebook.checks import doors
from wenxiao.rulebook.checks.registry import Table
from wenxiao.rulebook.codes import OTHER_TARGET_STANDS, ROWS_NOT_JOINED, SAME_TARGET_AGAIN
from wenxiao.rulebook.problems import Problem
from wenxiao.targets.models import Target
from wenxiao.targets.selectors import same_wording, target_in_force
from wenxiao.targets.services import AskedAmount, Contents, TargetRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wenxiao.files.forms.forms import ObjectForm
    from wenxiao.files.forms.targets.form import TargetForm
    from wenxiao.files.forms.targets.form import TargetIndicator as Row
    from wenxiao.intake.matching import Match
    from wenxiao.orgs.models import Division
    from wenxiao.targets.models import Indicator

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


def subject_kind(form: ObjectForm) -> str:
    """What kind of subject is made for a form whose subject is not known yet."""
    return _KINDS.get(form.scope, Subject.Kind.PROJECT)


def promises_of(rows: Iterable[Row]) -> list[TargetRow]:
    """Rows of a table as they are stored."""
    return [
        TargetRow(
            row.level1 or "",
            row.level2 or "",
            row.level3 or "",
            row.target_text or "",
            row.weight_number,
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
        funds=[AskedAmount(one.label[:200], one.initial.amount) for one in form.funds],
        tasks=[
            AskedAmount(one.name[:200], one.total.amount, one.content or "") for one in form.tasks
        ],
    )


def level_of(form: TargetForm) -> str:
    """The level a transfer comes from: the highest whose own line has
    money; "" for what is no transfer.
    """
    if form.scope != "transfer":
        return ""
    filled = [one.label for one in form.funds if (one.initial.amount or 0) > 0]
    return next((level for word, level in _LEVELS for label in filled if word in label), "")


def target_faults(form: TargetForm, year: int | None, division: Division) -> list[Problem]:
    """What the checks before review find in the table, by the division's own rules of its year."""
    seen = target_table(form)
    table = Table(seen.rows, {**seen.head, "year": year})
    return doors.checked(doors.TARGETS, table, "target", division.own_rules)


def meeting(form: TargetForm, matched: Match, choice: Mapping[str, Any]) -> list[Problem]:
    """What the table meets in its dossier: an approved target, or rows of a sheet that join none of
    its rows.

    A table that says what is approved already is left out by itself (``matched.skip``).
    """
    known = in_force(matched)
    if known is None:
        return []
    rows = promises_of(form.indicators)
    if known.origin == Target.Origin.SHEET:
        return _open_rows(form, known, rows, choice)
    if _alike(known, rows):
        matched.skip = True
        text = f"“{form.subject_text}”{matched.year}年的目标与系统里批复的一致，不再写入。"
        return [Problem(SAME_TARGET_AGAIN, "提示", text, sheet=form.sheet or None)]
    text = f"“{form.subject_text}”{matched.year}年已有绩效目标（{known.get_state_display()}），与本表不同。"
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
    form: TargetForm, known: Target, rows: Sequence[TargetRow], choice: Mapping[str, Any]
) -> list[Problem]:
    if choice.get("joins") == NOBODYS:
        return []
    answered = choice.get("joins") or {}
    old = [row for row in known.indicators.all() if str(row.pk) not in answered]
    left = [row.name for row in _unjoined(old, rows, choice.get("rows") or {})]
    if not left:
        return []
    names = "、".join(f"“{name}”" for name in left[:3])
    text = f"“{form.subject_text}”随报表带入过目标，其中 {len(left)} 行与本表对不上（{names}）。"
    mend = (
        "要留在目标里的行，请逐行选“留系统的”；其余请选定不对应批复的任何一行"
        "（已填的完成值留在原处），或选“不导入”。"
    )
    return [Problem(ROWS_NOT_JOINED, "阻断", text, sheet=form.sheet or None, mend=mend)]


def _unjoined(
    old: Sequence[Indicator], rows: Sequence[TargetRow], chosen: Mapping[int, int]
) -> list[Indicator]:
    """The stored rows that neither go on by choice (number → place) nor say what a new row says."""
    asking = [row for row in old if row.pk not in chosen]
    free = [row for at, row in enumerate(rows) if at not in chosen.values()]
    pairs = same_wording(
        [(row.level2, row.name, row.weight) for row in asking],
        [(row.level2, row.name, row.weight) for row in free],
        strict=True,
    )
    return [row for at, row in enumerate(asking) if at not in pairs]


def joins_of(
    dossier: Dossier, rows: Sequence[TargetRow], choice: Mapping[str, Any]
) -> dict[int, int | None]:
    """What was answered for the rows that came along with a sheet: row →
    place of the approved row, None for no one's. A row of which a value stays by choice goes on.
    """
    joins, chosen = choice.get("joins"), choice.get("rows") or {}
    known = target_in_force(dossier)
    if known is None or known.origin != Target.Origin.SHEET:
        return {}
    if not joins:
        return dict(chosen)
    if joins != NOBODYS:
        return {int(pk): at - 1 if at else None for pk, at in joins.items()} | chosen
    left = _unjoined(list(known.indicators.all()), rows, chosen)
    return dict.fromkeys((row.pk for row in left), None) | chosen
