"""A table of 类型事项 (one fact a line): each read by the list of its object's kind and budgets,
compared with what is recorded, written object by object.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from wenxiao.budget.kind_facts import own_of_dossier
from wenxiao.budget.models import Dossier, KindFact
from wenxiao.budget.services import record_kind_facts
from wenxiao.intake.ledger import lines, matching
from wenxiao.intake.ledger.reading import RawLines
from wenxiao.intake.ledger.secret_names import secret_names
from wenxiao.orgs.permissions import can
from wenxiao.rulebook.codes import KIND_FACT_UNREADABLE, LEDGER_WITHOUT_YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wenxiao.intake.ledger.plan import Work
    from wenxiao.orgs.models import User
    from wenxiao.records.services import Written
    from wenxiao.rulebook.object_kinds import ListedFact

_NAMES = ["code", "project", "unit_code", "unit", "department"]
_SHOWN = 50
_LONGEST_WHY = 200


@dataclass(slots=True)
class FactsOfDossier:
    """What the table says of one object: as typed, as stored, and on what paper."""

    dossier: Dossier
    typed: dict[str, str] = field(default_factory=dict)
    read: dict[str, str] = field(default_factory=dict)
    why: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class KindFactTable:
    """The facts of a table by object and name, and what is recorded of them now."""

    objects: Mapping[int, FactsOfDossier]
    stored: Mapping[tuple[int, str], KindFact]

    @property
    def rows(self) -> dict[tuple[int, str], str]:
        """Every fact that entered: (dossier id, name) → its stored value."""
        return {
            (pk, name): value
            for pk, one in self.objects.items()
            for name, value in one.read.items()
        }

    def new(self) -> dict[tuple[int, str], str]:
        """Facts nothing is recorded of."""
        return {place: one for place, one in self.rows.items() if place not in self.stored}

    def changed(self) -> list[tuple[KindFact, str]]:
        """Recorded facts of another value."""
        return [
            (self.stored[place], one)
            for place, one in self.rows.items()
            if place in self.stored and self.stored[place].value != one
        ]

    def as_json(self) -> dict[str, Any]:
        """Counts, and the changes one by one (at most fifty)."""
        changed = self.changed()
        return {
            "new": len(self.new()),
            "changed": len(changed),
            "same": len(self.rows) - len(self.new()) - len(changed),
            "changes": [
                {
                    "object": str(self.objects[row.dossier_id].dossier),
                    "column": row.name,
                    "before": row.value,
                    "after": value,
                }
                for row, value in changed[:_SHOWN]
            ],
        }


def understand(work: Work, read: dict[str, Any], year: int | None) -> None:
    """Objects matched, each filled line read by its fact, compared with what is recorded."""
    parts = list(RawLines(read))
    outcome = work.outcome
    if not parts:
        return
    frame = lines.frame_of(pl.concat(parts), work.columns).with_columns(bad=pl.lit(value=False))
    frame = frame.filter(pl.col("fact_value") != "")  # what the template leaves empty is unknown
    whos = frame.select(_NAMES).unique(maintain_order=True)
    frame = frame.join(whos.with_row_index("who"), on=_NAMES, how="left", maintain_order="left")
    work.secrets = secret_names(frame, whos)
    if work.secrets:
        return
    outcome.year = year or _year_of(frame) or read.get("year")
    if outcome.year is None:
        text, mend = "表上没有写明预算年度。", "请指明预算年度，或加“年度”一列。"
        work.findings.say(LEDGER_WITHOUT_YEAR, "阻断", None, text, mend=mend)
        return
    work.matching = matching.matched(
        frame,
        whos,
        division=work.division,
        by=work.by,
        choices=work.choices.matches,
        create=False,
        makes_units=can(work.by, "manage_units"),
        findings=work.findings,
        text_codes=read.get("text_codes", ()),
    )
    outcome.unmatched = work.matching.unknown
    matching.say_unknown(outcome.unmatched, work.findings)
    known = work.matching.whos
    frame = frame.with_columns(
        subject=known["subject"].gather(frame["who"]), skip=known["skip"].gather(frame["who"])
    )
    entering = frame.filter(~pl.col("skip") & pl.col("subject").is_not_null())
    table, accepted = _table(work, entering, outcome.year)
    outcome.accepted, outcome.left_out = accepted, frame.height - accepted
    work.changes, outcome.difference = table, table.as_json()


def _year_of(frame: pl.DataFrame) -> int | None:
    """The year the lines name; None without such a column, or where they name several."""
    if "year" not in frame.columns:
        return None
    years = frame["year"].str.extract(r"((?:19|20)\d{2})").drop_nulls().unique().to_list()
    return int(years[0]) if len(years) == 1 else None


def _table(work: Work, frame: pl.DataFrame, year: int) -> tuple[KindFactTable, int]:
    """What enters, and how many lines that is."""
    subjects = frame["subject"].unique().to_list()
    rows = Dossier.objects.filter(subject__in=subjects, fiscal_year=year)
    dossiers = {row.subject_id: row for row in rows.select_related("subject__division", "unit")}
    objects: dict[int, FactsOfDossier] = {}
    facts: dict[int, dict[str, ListedFact]] = {}
    accepted = 0
    for line in frame.iter_rows(named=True):
        dossier = dossiers.get(line["subject"])
        if dossier is None:
            _say(work, line, f"“{line['project'] or line['code']}”没有 {year} 预算年度的档案。", "")
            continue
        if dossier.pk not in facts:
            facts[dossier.pk] = {one.name: one for one in own_of_dossier(dossier).facts}
        one = objects.setdefault(dossier.pk, FactsOfDossier(dossier))
        accepted += _taken(work, line, one, facts[dossier.pk])
    stored = KindFact.objects.filter(dossier__in=list(objects))
    return KindFactTable(objects, {(row.dossier_id, row.name): row for row in stored}), accepted


def _taken(
    work: Work, line: Mapping[str, Any], one: FactsOfDossier, facts: Mapping[str, ListedFact]
) -> bool:
    """Whether a line enters; what is wrong with it is named."""
    name, text = line["fact"], line["fact_value"]
    fact = facts.get(name)
    if fact is None:
        listed = "、".join(facts) or "没有另列的事项"
        _say(work, line, f"{one.dossier.subject.name}没有“{name}”这个事项。", f"可用：{listed}。")
        return False
    try:
        value = fact.read(text)
    except ValueError as fault:
        _say(work, line, str(fault), "请改正后重新导入。")
        return False
    if one.read.get(name, value) != value:
        _say(
            work, line, f"{one.dossier.subject.name}的“{name}”写了两个不同的内容。", "请留下一个。"
        )
        return False
    one.typed[name], one.read[name] = text, value
    why = line.get("note", "").strip()
    if why and why not in one.why:
        one.why.append(why)
    return True


def _say(work: Work, line: Mapping[str, Any], text: str, mend: str) -> None:
    work.findings.say(
        KIND_FACT_UNREADABLE,
        "阻断",
        line["line"],
        text,
        mend=mend or "请核对项目和预算年度，先建档案再登记。",
        got=line["fact_value"][:40],
        role="fact_value",
    )


def apply(table: KindFactTable, *, written: Written, by: User | None, name: str) -> None:
    """Record what is new and what differs, an entry an object, each undone with the batch."""
    before: dict[int, set[str]] = defaultdict(set)
    for row, _ in table.changed():
        written.changed(row, {"value": row.value})
        before[row.dossier_id].add(row.name)
    for pk, name_of in table.new():
        before[pk].add(name_of)
    for pk, names in before.items():
        one = table.objects[pk]
        record_kind_facts(
            dossier=one.dossier,
            values={name: one.typed[name] for name in one.typed if name in names},
            by=by,
            why=("；".join(one.why) or f"导入《{name}》")[:_LONGEST_WHY],
        )
    fresh = KindFact.objects.filter(dossier__in=list(before))
    for row in fresh:
        if (row.dossier_id, row.name) in table.new():
            written.created(row)
