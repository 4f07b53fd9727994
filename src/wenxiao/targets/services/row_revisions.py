"""指标库整表修改: many published rows at once, all of them or none; each becomes a better version
of itself, and the version before stays.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, cast

from django.db import transaction

from wenxiao.orgs.permissions import require
from wenxiao.records.services import record
from wenxiao.store.bulk import RowExchange, insert_rows
from wenxiao.store.many_rows import RowFault, RowsRefused
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import LibraryRow
from wenxiao.targets.selectors import plain
from wenxiao.targets.services import library

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.models import Field

    from wenxiao.orgs.models import Division, User

MOST_REVISED = 1_000
NAMES = tuple(one.name for one in fields(library.LibraryEntry))
WORDS = {name: str(cast("Any", LibraryRow._meta.get_field(name)).verbose_name) for name in NAMES}
NEEDED = ("level1", "level2", "name")
KEPT = ("origin", "source", "boilerplate", "synthetic")
"""What a better version takes over from the one before."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A row as it should read; ``line`` is where the person sees it (row of the table, of the
    file).
    """

    pk: int
    line: int
    entry: library.LibraryEntry


@transaction.atomic
def revise_rows(
    *, division: Division, revisions: Iterable[Revision], by: User | None, why: str
) -> dict[int, int]:
    """整表修改: the published rows that read otherwise than before, by the version that now takes
    their place; RowsRefused where any of them cannot stand, and then nothing is stored.

    A row that reads as before is left alone, whatever became of it meanwhile.
    """
    require(by, "manage_rules", division=division)
    if not why.strip():
        raise NotAllowed("请写明为什么改，如“补计量单位”、依据哪份文件。")
    asked = list(revisions)
    if len(asked) > MOST_REVISED:
        raise NotAllowed(f"一次最多改 {MOST_REVISED} 行，这次有 {len(asked)} 行，请分几次存。")
    before = LibraryRow.objects.filter(division=division).in_bulk([one.pk for one in asked])
    changed = [one for one in asked if one.pk not in before or _differs(before[one.pk], one)]
    if faults := _faults(division, changed, before):
        raise RowsRefused(faults)
    if not changed:
        return {}
    retired = RowExchange(
        LibraryRow,
        ["state", "version"],
        [
            (
                one.pk,
                library.S.PUBLISHED,
                before[one.pk].version,
                library.S.RETIRED,
                before[one.pk].version + 1,
            )
            for one in changed
        ],
    )
    if not retired.run():
        raise NotAllowed("存的同时别人动过其中的行，这次一行也没有存；请刷新后再存。")
    _insert(division, changed, before, by=by, why=why.strip())
    keys = [one.pk for one in changed]
    rows = LibraryRow.objects.filter(replaces__in=keys, state=library.S.PUBLISHED)
    now = {old: new for old, new in rows.values_list("replaces", "pk") if old is not None}
    _record_revisions(division, changed, before, by=by, why=why.strip())
    return now


def _differs(row: LibraryRow, one: Revision) -> bool:
    return any(_read(row, name) != getattr(one.entry, name) for name in NAMES)


def _read(row: LibraryRow, name: str) -> str:
    """A stored text as a form gives it back: plain line ends, no blanks around it."""
    return str(getattr(row, name)).replace("\r\n", "\n").strip()


def _insert(
    division: Division,
    changed: Sequence[Revision],
    before: Mapping[int, LibraryRow],
    *,
    by: User | None,
    why: str,
) -> None:
    own = ("division", "number", "replaces", "state", "words", "why", "proposed_by")
    insert_rows(
        LibraryRow,
        [*own, *KEPT, *NAMES],
        [
            (
                division.pk,
                before[one.pk].number + 1,
                one.pk,
                library.S.PUBLISHED,
                library.words_of(one.entry),
                why,
                by.pk if by is not None else None,
                *(getattr(before[one.pk], name) for name in KEPT),
                *(getattr(one.entry, name) for name in NAMES),
            )
            for one in changed
        ],
    )


def _faults(
    division: Division, changed: Sequence[Revision], before: Mapping[int, LibraryRow]
) -> list[RowFault]:
    """Every fault, in the order of the lines."""
    pending = set(
        LibraryRow.objects.filter(
            replaces__in=before, state__in=(library.S.PROPOSED, library.S.CONFIRMED)
        ).values_list("replaces", flat=True)
    )
    taken = _taken(division, {one.pk for one in changed})
    typed = Counter(_key(one.entry) for one in changed)
    faults = []
    for one in changed:
        stands = _standing(one, before.get(one.pk), pending) or _wording(one.entry)
        if not stands and one.entry.name:
            stands = _repeated(one.entry, taken, typed)
        faults += [RowFault(one.pk, one.line, column, sentence) for column, sentence in stands]
    return faults


def _standing(
    one: Revision, row: LibraryRow | None, pending: set[int | None]
) -> list[tuple[str, str]]:
    if row is None:
        return [("name", "指标库里没有这一行，请刷新后再改。")]
    if row.state != library.S.PUBLISHED:
        word = row.get_state_display()
        return [("name", f"“{row.name}”现为“{word}”，只有已发布的能整表改，请刷新后再改。")]
    if one.pk in pending:
        return [("name", f"有人给“{row.name}”提了新版，还没有办完；先办那一版，再改这一行。")]
    return []


def _wording(entry: library.LibraryEntry) -> list[tuple[str, str]]:
    faults = []
    for name in NAMES:
        field = cast("Field[Any, Any]", LibraryRow._meta.get_field(name))
        text, most = getattr(entry, name), field.max_length
        if name in NEEDED and not text:
            faults.append((name, f"{WORDS[name]}空着，请填写。"))
        elif most and len(text) > most:
            sentence = f"{WORDS[name]}有 {len(text)} 字，超过 {most} 字，请缩短。"
            faults.append((name, sentence))
    return faults


def _key(entry: library.LibraryEntry) -> tuple[str, str]:
    return plain(entry.level2), plain(entry.name)


def _taken(division: Division, changed: set[int]) -> set[tuple[str, str]]:
    """Under which level which names stand that this act leaves as they are."""
    rows = LibraryRow.objects.filter(division=division).exclude(
        state__in=(library.S.DECLINED, library.S.RETIRED)
    )
    listed = rows.values_list("pk", "level2", "name")
    return {(plain(two), plain(name)) for pk, two, name in listed if pk not in changed}


def _repeated(
    entry: library.LibraryEntry, taken: set[tuple[str, str]], typed: Counter[tuple[str, str]]
) -> list[tuple[str, str]]:
    key = _key(entry)
    if key in taken:
        return [("name", f"“{entry.level2}”下已有“{entry.name}”，请改名或不改这一行。")]
    if typed[key] > 1:
        return [("name", f"这次有 {typed[key]} 行都写“{entry.name}”，请只留一行或改名。")]
    return []


def _record_revisions(
    division: Division,
    changed: Sequence[Revision],
    before: Mapping[int, LibraryRow],
    *,
    by: User | None,
    why: str,
) -> None:
    """One entry that holds what each row said and says, in the columns that differ."""
    was_rows: dict[str, dict[str, str]] = {}
    now_rows: dict[str, dict[str, str]] = {}
    for one in changed:
        row = before[one.pk]
        key = f"{row.level2}·{row.name}"
        differing = [name for name in NAMES if _read(row, name) != getattr(one.entry, name)]
        was_rows[key] = {WORDS[name]: getattr(row, name) for name in differing}
        now_rows[key] = {WORDS[name]: getattr(one.entry, name) for name in differing}
    record(
        division=division,
        by=by,
        act="整表修改指标",
        target=division,
        label=f"{len(changed)} 行",
        why=why,
        data={"before": was_rows, "after": now_rows},
    )


def revisions_in(
    division: Division, lines: Iterable[tuple[int, library.LibraryEntry]]
) -> list[Revision]:
    """What lines of a file (number, what stands there) make of the published rows they name by
    second level and name; a cell left empty leaves what stands. RowsRefused for a line no row
    answers to.
    """
    rows = LibraryRow.objects.filter(division=division, state=library.S.PUBLISHED)
    known = {(plain(row.level2), plain(row.name)): row for row in rows}
    revisions, faults = [], []
    for line, entry in lines:
        row = known.get(_key(entry))
        if row is None:
            named = f"“{entry.level2}”下没有已发布的“{entry.name}”，请先导入或核对名称。"
            faults.append(RowFault(-line, line, "name", named))
            continue
        texts = {name: getattr(entry, name) or _read(row, name) for name in NAMES}
        texts |= {name: _read(row, name) for name in ("level2", "name")}
        revisions.append(Revision(row.pk, line, library.LibraryEntry(**texts)))
    if faults:
        raise RowsRefused(faults)
    return revisions
