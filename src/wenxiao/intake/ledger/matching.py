"""Which subject a line speaks of: its code, else its exact name within the unit.
Close names are offered, never taken.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from wenxiao.budget.models import Subject
from wenxiao.budget.selectors import subjects_visible_to
from wenxiao.intake.ledger.codes import say_spoilt, with_true_codes
from wenxiao.orgs.models import Unit
from wenxiao.rulebook.codes import CODE_OF_OTHER_UNIT, LEDGER_SUBJECT_UNKNOWN, LEDGER_UNIT_UNKNOWN
from wenxiao.store.frames import read_frame

if TYPE_CHECKING:
    from wenxiao.intake.ledger.lines import LedgerProblems
    from wenxiao.orgs.models import Division, User

_MANY = 200
_COMPARED = 200
SKIP, CREATE, UNIT = "skip", "create", "unit:"
"""What a person says of something unknown, and what stands before the key of a unit."""


def folded(name: pl.Expr) -> pl.Expr:
    """A name without blanks and with one kind of brackets: typing habits don't make strangers."""
    out = name.str.replace_all(r"\s|　", "")
    for wide, narrow in (("（", "("), ("）", ")"), ("：", ":"), ("，", ",")):
        out = out.str.replace_all(wide, narrow, literal=True)
    return out


@dataclass(slots=True)
class Unmatched:
    """One unknown project or unit, with the lines it stands on and near names to choose from."""

    kind: str
    key: str
    code: str
    name: str
    unit: str
    unit_id: int | None
    lines: list[int]
    count: int
    candidates: list[dict[str, Any]] = field(default_factory=list)
    namesakes: int = 0

    @property
    def choice(self) -> str:
        """The name under which a person's word about it is kept among the matches."""
        return f"{UNIT}{self.key}" if self.kind == "unit" else self.key

    def as_json(self) -> dict[str, Any]:
        """For the match step and the command line."""
        return {
            "kind": self.kind,
            "key": self.key,
            "choice": self.choice,
            "code": self.code,
            "name": self.name,
            "unit": self.unit,
            "lines": self.lines,
            "count": self.count,
            "candidates": self.candidates,
        }


@dataclass(frozen=True, slots=True)
class Matching:
    """``whos`` with ``subject`` and ``skip``; what is to be made carries a number below zero until
    it is made.

    ``units`` and ``subjects`` tell what to make: number → code, name and (for subjects) unit.
    """

    whos: pl.DataFrame
    unknown: list[Unmatched]
    units: dict[int, dict[str, Any]]
    subjects: dict[int, dict[str, Any]]


def matched(
    frame: pl.DataFrame,
    whos: pl.DataFrame,
    *,
    division: Division,
    by: User | None,
    choices: Mapping[str, Any],
    create: bool,
    makes_units: bool = True,
    findings: LedgerProblems,
    text_codes: Iterable[str] = (),
) -> Matching:
    """Which subject each way of naming one (``whos``) means, and what is unknown or to be made.

    ``choices`` are what a person said in the match step: key (code, else name; "unit:" and the key
    of a unit) → id, "skip" or "create". ``create`` says so of everything that isn't known; units
    are made only by who may (``makes_units``). ``frame`` are the lines: only of what is unknown the
    lines are looked up.
    """
    whos = _with_units(with_true_codes(whos, division, text_codes), division)
    whos = _with_unit_choices(whos, choices)
    whos = _with_choices(_with_subjects(whos, division), choices)
    whos, units = _units_to_make(whos, choices, create=create) if makes_units else (whos, {})
    whos, subjects = _subjects_to_make(whos, choices, create=create)
    numbered = whos.with_row_index("who")
    lost = frame.select("line", "who").join(
        numbered.filter(pl.col("subject").is_null() & ~pl.col("skip")), on="who"
    )
    unknown = _unknown_units(lost) + _unknown_projects(lost)
    _offer(unknown, division, by)
    _say_strange_units(frame, numbered, findings)
    say_spoilt(frame, numbered, findings)
    return Matching(whos, unknown, units, subjects)


def matched_units(
    frame: pl.DataFrame,
    whos: pl.DataFrame,
    *,
    division: Division,
    choices: Mapping[str, Any],
    create: bool,
    makes_units: bool,
) -> Matching:
    """The same where lines speak of units alone: ``whos`` with ``unit_id`` and ``skip``."""
    whos = _with_unit_choices(_with_units(whos, division), choices)
    whos = whos.with_columns(subject=pl.lit(None, pl.Int64))
    whos, units = _units_to_make(whos, choices, create=create) if makes_units else (whos, {})
    numbered = whos.with_row_index("who")
    lost = frame.select("line", "who").join(
        numbered.filter(pl.col("unit_id").is_null() & ~pl.col("skip")), on="who"
    )
    unknown = _unknown_units(lost)
    _offer(unknown, division, None)
    return Matching(whos, unknown, units, {})


def _with_units(whos: pl.DataFrame, division: Division) -> pl.DataFrame:
    units = read_frame(Unit.objects.filter(division=division), ["id", "code", "name"])
    by_code = units.select(pl.col("code").alias("unit_code"), pl.col("id").alias("unit_by_code"))
    by_name = units.select(
        folded(pl.col("name")).alias("unit_fold"), pl.col("id").alias("unit_by_name")
    ).unique("unit_fold", keep="none")
    shown = pl.when(pl.col("unit") != "").then(pl.col("unit")).otherwise(pl.col("department"))
    return (
        whos.with_columns(unit_shown=shown, unit_fold=folded(shown))
        .with_columns(
            unit_key=pl.when(pl.col("unit_code") != "")
            .then(pl.col("unit_code"))
            .otherwise("unit_shown")
        )
        .join(by_code, on="unit_code", how="left", maintain_order="left")
        .join(by_name, on="unit_fold", how="left", maintain_order="left")
        .with_columns(unit_id=pl.coalesce("unit_by_code", "unit_by_name"))
        .drop("unit_by_code", "unit_by_name")
    )


def _with_unit_choices(whos: pl.DataFrame, choices: Mapping[str, Any]) -> pl.DataFrame:
    unit_choices = {
        key.removeprefix(UNIT): value for key, value in choices.items() if key.startswith(UNIT)
    }
    open_unit = pl.col("unit_id").is_null()
    return whos.with_columns(
        unit_id=pl.coalesce("unit_id", _chosen(pl.col("unit_key"), unit_choices)),
        skip=open_unit
        & pl.col("unit_key").is_in([key for key, value in unit_choices.items() if value == SKIP]),
    )


def _chosen(key: pl.Expr, choices: Mapping[str, Any]) -> pl.Expr:
    """The number a person chose for each key; null where nobody did."""
    chosen = {name: int(value) for name, value in choices.items() if str(value).isdecimal()}
    if not chosen:
        return pl.lit(None, pl.Int64)
    return key.replace_strict(
        list(chosen), list(chosen.values()), default=None, return_dtype=pl.Int64
    )


def _with_subjects(whos: pl.DataFrame, division: Division) -> pl.DataFrame:
    subjects = read_frame(
        Subject.objects.filter(division=division), ["id", "code", "name", "unit_id"]
    )
    by_code = subjects.select(
        "code", pl.col("id").alias("by_code"), pl.col("unit_id").alias("owner")
    )
    named = subjects.with_columns(fold=folded(pl.col("name")))
    in_unit = named.select(pl.col("fold"), pl.col("unit_id"), pl.col("id").alias("by_unit")).unique(
        ["fold", "unit_id"], keep="none"
    )
    alone = named.select("fold", pl.col("id").alias("by_name")).unique("fold", keep="none")
    no_unit = (pl.col("unit_shown") == "") & (pl.col("unit_code") == "")
    by_name_alone = pl.when(no_unit & (pl.col("code") == "")).then(pl.col("by_name"))
    by_name_in_unit = pl.when(pl.col("code") == "").then(pl.col("by_unit"))
    return (
        whos.with_columns(fold=folded(pl.col("project")))
        .join(by_code, on="code", how="left", maintain_order="left")
        .join(in_unit, on=["fold", "unit_id"], how="left", maintain_order="left")
        .join(alone, on="fold", how="left", maintain_order="left")
        .with_columns(subject=pl.coalesce("by_code", by_name_in_unit, by_name_alone))
        .drop("by_code", "by_unit", "by_name")
    )


def _with_choices(whos: pl.DataFrame, choices: Mapping[str, Any]) -> pl.DataFrame:
    whos = whos.with_columns(
        key=pl.when(pl.col("code") != "").then(pl.col("code")).otherwise(pl.col("project"))
    )
    whos = whos.with_columns(subject=pl.coalesce("subject", _chosen(pl.col("key"), choices)))
    skipped = pl.col("key").is_in([key for key, value in choices.items() if value == SKIP])
    return whos.with_columns(skip=skipped | (pl.col("skip") & pl.col("subject").is_null()))


def _units_to_make(
    whos: pl.DataFrame, choices: Mapping[str, Any], *, create: bool
) -> tuple[pl.DataFrame, dict[int, dict[str, Any]]]:
    """Numbers below zero for unknown units that a person wants made; only
    where a name tells what to call them.
    """
    unit_keys = [
        key.removeprefix(UNIT)
        for key, value in choices.items()
        if value == CREATE and key.startswith(UNIT)
    ]
    lost = pl.col("subject").is_null() & ~pl.col("skip") & pl.col("unit_id").is_null()
    wanted = whos.filter(
        lost & (pl.col("unit_shown") != "") & (pl.lit(create) | pl.col("unit_key").is_in(unit_keys))
    )
    keys = wanted.unique("unit_key", keep="first", maintain_order=True)
    units = {
        -at: {"code": row["unit_code"], "name": row["unit_shown"]}
        for at, row in enumerate(keys.iter_rows(named=True), 1)
    }
    numbers = dict(zip(keys["unit_key"], units, strict=True))
    unit = pl.when(lost).then(_numbered(pl.col("unit_key"), numbers)).otherwise("unit_id")
    return whos.with_columns(unit_id=unit), units


def _subjects_to_make(
    whos: pl.DataFrame, choices: Mapping[str, Any], *, create: bool
) -> tuple[pl.DataFrame, dict[int, dict[str, Any]]]:
    """The same for projects: a name, a unit, and the person's word.
    One code is one project, whoever it is named under.
    """
    subject_keys = [
        key for key, value in choices.items() if value == CREATE and not key.startswith(UNIT)
    ]
    lost = (
        pl.col("subject").is_null()
        & ~pl.col("skip")
        & pl.col("unit_id").is_not_null()
        & (pl.col("project") != "")
    )
    whos = whos.with_columns(
        own=pl.when(pl.col("code") != "")
        .then(pl.format("#{}", "code"))
        .otherwise(pl.format("{} {}", "unit_id", "fold"))
    )
    wanted = whos.filter(lost & (pl.lit(create) | pl.col("key").is_in(subject_keys)))
    first = wanted.unique("own", keep="first", maintain_order=True)
    subjects = {
        -at: {"code": row["code"], "name": row["project"], "unit": row["unit_id"]}
        for at, row in enumerate(first.iter_rows(named=True), 1)
    }
    numbers = dict(zip(first["own"], subjects, strict=True))
    subject = pl.when(lost).then(_numbered(pl.col("own"), numbers)).otherwise("subject")
    return whos.with_columns(subject=subject).drop("own"), subjects


def _numbered(key: pl.Expr, numbers: Mapping[str, int]) -> pl.Expr:
    if not numbers:
        return pl.lit(None, pl.Int64)
    return key.replace_strict(
        list(numbers), list(numbers.values()), default=None, return_dtype=pl.Int64
    )


def _unknown_units(rows: pl.DataFrame) -> list[Unmatched]:
    named = (pl.col("unit_shown") != "") | (pl.col("unit_code") != "")
    groups = (
        rows.filter(named & pl.col("unit_id").is_null())
        .group_by("unit_key", "unit_code", "unit_shown")
        .agg(pl.col("line").head(1_000), pl.len().alias("n"))
        .sort(pl.col("line").list.first())
    )
    return [
        Unmatched(
            "unit",
            row["unit_key"],
            row["unit_code"],
            row["unit_shown"],
            row["unit_shown"],
            None,
            row["line"],
            row["n"],
        )
        for row in groups.iter_rows(named=True)
    ]


def _unknown_projects(rows: pl.DataFrame) -> list[Unmatched]:
    groups = (
        rows.group_by("key", "code", "project", "unit_shown", "unit_id")
        .agg(pl.col("line").head(1_000), pl.len().alias("n"))
        .sort(pl.col("line").list.first())
    )
    return [
        Unmatched(
            "project",
            row["key"],
            row["code"],
            row["project"],
            row["unit_shown"],
            row["unit_id"],
            row["line"],
            row["n"],
        )
        for row in groups.iter_rows(named=True)
    ]


def _offer(unknown: list[Unmatched], division: Division, by: User | None) -> None:
    """Up to five near names each; 限制知悉 subjects are offered only to those who may see them."""
    if not unknown:
        return
    units = dict(Unit.objects.filter(division=division).values_list("name", "pk"))
    seen = subjects_visible_to(by) if by is not None else Subject.objects.all()
    rows = seen.filter(division=division).values("pk", "code", "name", "unit_id", "unit__name")
    subjects: dict[str, list[dict[str, Any]]] = {}
    within: dict[int | None, list[str]] = {}
    for row in rows:
        subjects.setdefault(row["name"], []).append(dict(row))
        within.setdefault(row["unit_id"], []).append(row["name"])
    unit_names, subject_names = _Names(units), _Names(subjects)
    for item in unknown[:_MANY]:
        if item.kind == "unit":
            item.candidates = [
                {"id": units[name], "name": name} for name in unit_names.near(item.name)
            ]
            continue
        item.namesakes = 0 if item.code else _namesakes(item, subjects)
        own = within.get(item.unit_id)
        near = (
            difflib.get_close_matches(item.name, own, n=5, cutoff=0.5)
            if own
            else subject_names.near(item.name)
        )
        item.candidates = [
            {"id": r["pk"], "code": r["code"], "name": r["name"], "unit": r["unit__name"]}
            for n in dict.fromkeys(near)
            for r in subjects[n]
        ][:5]


class _Names:
    """Names by the pairs of letters in them: of fifty thousand only those
    that share some are compared in full.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._by_pair: dict[str, list[str]] = {}
        for name in names:
            for pair in _pairs(name):
                self._by_pair.setdefault(pair, []).append(name)

    def near(self, name: str) -> list[str]:
        """Up to five names of a similar wording, the nearest first."""
        shared = Counter(known for pair in _pairs(name) for known in self._by_pair.get(pair, ()))
        alike = [known for known, _ in shared.most_common(_COMPARED)]
        return difflib.get_close_matches(name, alike, n=5, cutoff=0.5)


def _pairs(name: str) -> set[str]:
    return {name[at : at + 2] for at in range(max(1, len(name) - 1))}


def _namesakes(item: Unmatched, subjects: Mapping[str, list[dict[str, Any]]]) -> int:
    """How many projects bear exactly this name: within the line's unit
    where that is known, else anywhere.
    """
    alike = subjects.get(item.name, [])
    return sum(item.unit_id is None or row["unit_id"] == item.unit_id for row in alike)


def _say_strange_units(
    frame: pl.DataFrame, numbered: pl.DataFrame, findings: LedgerProblems
) -> None:
    """The code names one subject, the line another unit: the code counts, a person should look."""
    named = (pl.col("unit_shown") != "") | (pl.col("unit_code") != "")
    strange = numbered.filter(
        pl.col("owner").is_not_null()
        & named
        & (pl.col("owner") != pl.col("unit_id")).fill_null(value=True)
    )
    if not strange.height:
        return
    shown = pl.when(pl.col("unit_shown") != "").then(pl.col("unit_shown")).otherwise("unit_code")
    strange = strange.with_columns(unit_shown=shown)
    seen = frame.select("line", "who").join(strange.select("who", "code", "unit_shown"), on="who")
    findings.each(
        seen.group_by("code", "unit_shown").agg(pl.col("line").min()).sort("line"),
        CODE_OF_OTHER_UNIT,
        "警告",
        "项目代码 {code} 不属于“{unit_shown}”，按项目代码计入。",
        mend="请核对项目代码和单位名称。",
        got="unit_shown",
    )


def say_unknown(unknown: list[Unmatched], findings: LedgerProblems) -> None:
    """阻断 for each line whose unit or project nobody knows."""
    reported: set[int] = set()
    for item in unknown:
        what = "单位" if item.kind == "unit" else "项目"
        name = item.name or item.code or "（空白）"
        near = (
            f"相近的有：{'、'.join(c['name'] for c in item.candidates)}。"
            if item.candidates
            else ""
        )
        for line in item.lines:
            if line not in reported:
                code = LEDGER_UNIT_UNKNOWN if item.kind == "unit" else LEDGER_SUBJECT_UNKNOWN
                text, mend = (
                    f"{what}“{name}”不在本级{what}库中。",
                    f"{near}请匹配到已有{what}、新建或不导入。",
                )
                if item.namesakes > 1:
                    text = f"项目“{name}”有 {item.namesakes} 个同名项目，不能确定是哪一个。"
                    mend = f"请填写{'项目代码' if item.unit_id is not None else '实施单位或项目代码'}，或匹配到其中一个、不导入。"
                role = "unit_shown" if item.kind == "unit" else "code" if item.code else "project"
                findings.say(code, "阻断", line, text, mend=mend, got=item.key, role=role)
                reported.add(line)
