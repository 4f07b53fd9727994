"""指标库: rows proposed, confirmed by a department, published by the bureau; filled from the own
approved rows and from files.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

from django.db import transaction

from wenxiao.orgs.permissions import require, require_one, require_other
from wenxiao.records.services import record
from wenxiao.store.moves import NotAllowed, change, move
from wenxiao.store.segments import stored_words
from wenxiao.targets.models import Indicator, LibraryRow, Target
from wenxiao.targets.selectors import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Field

    from wenxiao.orgs.models import Division, User

S = LibraryRow.State
MOVES = {
    S.PROPOSED: frozenset({S.CONFIRMED, S.DECLINED}),
    S.CONFIRMED: frozenset({S.PUBLISHED, S.DECLINED}),
    S.PUBLISHED: frozenset({S.RETIRED}),
}
PROPOSE = ("fill", "check_department", "check_office", "manage_rules")
CONFIRM = ("check_department", "check_office", "manage_rules")
LEVELS1 = ("产出指标", "效益指标", "满意度指标", "成本指标")
MOST_ROWS = 5_000
_TEXTS = (
    "level1",
    "level2",
    "name",
    "explanation",
    "formula",
    "unit",
    "nature",
    "direction",
    "proof",
    "field",
)


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """What a row of the library says."""

    level1: str
    level2: str
    name: str
    explanation: str = ""
    formula: str = ""
    unit: str = ""
    nature: str = ""
    direction: str = ""
    proof: str = ""
    field: str = ""


def words_of(entry: LibraryEntry) -> str:
    """What a search finds a row by."""
    texts = (entry.name, entry.level2, entry.explanation, entry.formula, entry.field)
    return stored_words(texts, entry.name)


def _refuse_entry(entry: LibraryEntry) -> None:
    for name, word in (("level1", "一级指标"), ("level2", "二级指标"), ("name", "三级指标")):
        if not getattr(entry, name).strip():
            raise NotAllowed(f"请填写{word}。")
    for name in _TEXTS:
        field = cast("Field[Any, Any]", LibraryRow._meta.get_field(name))
        most = field.max_length
        if most and len(getattr(entry, name)) > most:
            raise NotAllowed(
                f"{field.verbose_name}有 {len(getattr(entry, name))} 字，超过 {most} 字，请缩短。"
            )


@transaction.atomic
def propose_row(
    *,
    division: Division,
    entry: LibraryEntry,
    by: User | None,
    why: str,
    replaces: LibraryRow | None = None,
) -> LibraryRow:
    """建议入库: a new row, or a better version of one that is published."""
    require_one(by, PROPOSE, what="建议指标入库", division=division)
    _refuse_entry(entry)
    if not why.strip():
        raise NotAllowed("请写明为什么要入库，如哪些项目用得上、依据什么。")
    if replaces is not None and (
        replaces.state != S.PUBLISHED or replaces.division_id != division.pk
    ):
        raise NotAllowed("只能给已发布的行提新版。")
    if replaces is None and _known(division, entry):
        raise NotAllowed(f"“{entry.level2}”下已有“{entry.name}”，要改请打开那一行提新版。")
    added = LibraryRow.objects.create(
        division=division,
        number=replaces.number + 1 if replaces else 1,
        replaces=replaces,
        why=why.strip(),
        proposed_by=by,
        words=words_of(entry),
        **asdict(entry),
    )
    _record(added, act="建议指标入库", by=by, why=why, before=replaces)
    return added


def _known(division: Division, entry: LibraryEntry) -> bool:
    rows = LibraryRow.objects.filter(division=division, level2=entry.level2).exclude(
        state__in=(S.DECLINED, S.RETIRED)
    )
    return any(plain(name) == plain(entry.name) for name in rows.values_list("name", flat=True))


@transaction.atomic
def confirm_row(*, row: LibraryRow, by: User | None, version: int, why: str = "") -> LibraryRow:
    """主管部门确认: by somebody else than who proposed it."""
    require_one(by, CONFIRM, what="确认指标", division=row.division)
    require_other(by, row.proposed_by_id)
    move(row, allowed=MOVES, to=S.CONFIRMED, version=version, confirmed_by=by)
    _record(row, act="确认指标", by=by, why=why)
    return row


@transaction.atomic
def publish_row(*, row: LibraryRow, by: User | None, version: int, why: str = "") -> LibraryRow:
    """财政发布: it may be taken into targets from now on; the version it replaces no longer."""
    require(by, "manage_rules", division=row.division)
    require_other(by, row.proposed_by_id)
    move(row, allowed=MOVES, to=S.PUBLISHED, version=version)
    if row.replaces is not None and row.replaces.state == S.PUBLISHED:
        change(row.replaces, state=S.RETIRED)
    _record(row, act="发布指标", by=by, why=why, before=row.replaces)
    return row


@transaction.atomic
def decline_row(*, row: LibraryRow, by: User | None, version: int, why: str) -> LibraryRow:
    """不采用, with the reason."""
    require_one(by, CONFIRM, what="审核指标", division=row.division)
    if not why.strip():
        raise NotAllowed("不采用须写明理由。")
    move(row, allowed=MOVES, to=S.DECLINED, version=version)
    _record(row, act="不采用指标", by=by, why=why)
    return row


@transaction.atomic
def retire_row(*, row: LibraryRow, by: User | None, version: int, why: str) -> LibraryRow:
    """停用, with the reason; targets that use it keep it."""
    require(by, "manage_rules", division=row.division)
    if not why.strip():
        raise NotAllowed("停用须写明理由。")
    move(row, allowed=MOVES, to=S.RETIRED, version=version)
    _record(row, act="停用指标", by=by, why=why)
    return row


@transaction.atomic
def turn_boilerplate(*, row: LibraryRow, by: User | None, version: int, why: str) -> LibraryRow:
    """通用套话: common speech is never taken for copying; marked so it is no
    longer, and the other way.
    """
    require(by, "manage_rules", division=row.division)
    if not why.strip():
        raise NotAllowed("标为或取消通用套话须写明理由。")
    change(row, version=version, boilerplate=not row.boilerplate)
    _record(row, act="标为通用套话" if row.boilerplate else "取消通用套话", by=by, why=why)
    return row


@transaction.atomic
def fill_library(*, division: Division, by: User | None, why: str = "") -> int:
    """首次装入: the rows of the division's own approved targets that are not in the library yet; how
    many. 限制知悉 ones stay out.

    Every word is of an approved target; nothing is made up. 未核 until somebody reads the row.
    """
    require(by, "manage_rules", division=division)
    known = _names(division)
    rows = Indicator.objects.filter(
        target__state=Target.State.APPROVED, target__dossier__subject__division=division
    ).select_related("target")
    rows = rows.exclude(target__dossier__subject__restriction="restricted")
    added: dict[tuple[str, str], LibraryRow] = {}
    for row in rows.order_by("-target__dossier__fiscal_year", "pk"):
        key = (plain(row.level2), plain(row.name))
        if not row.name or not row.level1 or not row.level2 or key in known or key in added:
            continue
        entry = LibraryEntry(
            row.level1, row.level2, row.name, row.note, "", row.unit, row.nature, "", row.proof
        )
        added[key] = _unsaved(division, entry, LibraryRow.Origin.APPROVED, "", row.target.synthetic)
        if len(added) >= MOST_ROWS:
            break
    if not added:
        raise NotAllowed(
            "本级批复的目标里没有新的指标可以装入；先导入批复的目标，或导入指标库文件。"
        )
    LibraryRow.objects.bulk_create(added.values(), batch_size=500)
    _record_many(division, len(added), act="装入本级批复的指标", by=by, why=why)
    return len(added)


def _names(division: Division) -> set[tuple[str, str]]:
    rows = LibraryRow.objects.filter(division=division).exclude(state__in=(S.DECLINED, S.RETIRED))
    return {(plain(two), plain(name)) for two, name in rows.values_list("level2", "name")}


def _unsaved(
    division: Division,
    entry: LibraryEntry,
    origin: str,
    source: str,
    synthetic: bool,  # noqa: FBT001 - a fact of the row
) -> LibraryRow:
    return LibraryRow(
        division=division,
        state=S.PUBLISHED,
        origin=origin,
        source=source[:200],
        words=words_of(entry),
        synthetic=synthetic,
        **asdict(entry),
    )


@transaction.atomic
def import_library(
    *, division: Division, entries: Iterable[tuple[int, LibraryEntry]], source: str, by: User | None
) -> int:
    """导入指标库 from a file: (line, entry) each.
    All or nothing: NotAllowed names the first lines that cannot stand.
    """
    require(by, "manage_rules", division=division)
    entries = list(entries)
    if len(entries) > MOST_ROWS:
        raise NotAllowed(f"一次最多导入 {MOST_ROWS} 行，这份有 {len(entries)} 行，请分几份。")
    known = _names(division)
    added: dict[tuple[str, str], LibraryRow] = {}
    wrong: list[str] = []
    for line, entry in entries:
        key = (plain(entry.level2), plain(entry.name))
        try:
            _refuse_entry(entry)
        except NotAllowed as refusal:
            wrong.append(f"第 {line} 行：{refusal}")
            continue
        if key not in known:
            added.setdefault(key, _unsaved(division, entry, LibraryRow.Origin.FILE, source, False))
    if wrong:
        more = f"另有 {len(wrong) - 5} 行" if len(wrong) > 5 else ""
        raise NotAllowed(f"有 {len(wrong)} 行不能导入，整份没有导入。{''.join(wrong[:5])}{more}")
    if not added:
        raise NotAllowed("这份文件里没有新的指标：都已在库里，或没有写三级指标。")
    LibraryRow.objects.bulk_create(added.values(), batch_size=500)
    _record_many(division, len(added), act="导入指标库", by=by, why=source)
    return len(added)


def _record(
    row: LibraryRow, *, act: str, by: User | None, why: str, before: LibraryRow | None = None
) -> None:
    data = {
        "before": {"name": before.name, "state": before.state} if before is not None else {},
        "after": {"name": row.name, "state": row.state, "boilerplate": row.boilerplate},
        "level2": row.level2,
        "number": row.number,
    }
    record(
        division=row.division, by=by, act=act, target=row, label=row.name[:200], why=why, data=data
    )


def _record_many(division: Division, count: int, *, act: str, by: User | None, why: str) -> None:
    record(
        division=division,
        by=by,
        act=act,
        target=division,
        label=f"{count} 行",
        why=why,
        data={"before": {}, "after": {"rows": count}},
    )
