"""Which subject a line speaks of: its code, else its exact name within the unit. Close names are offered, never taken."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from wenxiao.budget.models import Subject
from wenxiao.budget.selectors import subjects_visible_to
from wenxiao.orgs.models import Unit
from wenxiao.store.frames import read_frame

if TYPE_CHECKING:
    from wenxiao.budget.sheets.lines import Findings
    from wenxiao.orgs.models import Division, User

_MANY = 200
SKIP, CREATE = "skip", "create"


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

    def as_json(self) -> dict[str, Any]:
        """For the match step and the command line."""
        return {
            "kind": self.kind, "key": self.key, "code": self.code, "name": self.name, "unit": self.unit,
            "lines": self.lines, "count": self.count, "candidates": self.candidates,
        }  # fmt: skip


def matched(
    frame: pl.DataFrame,
    *,
    division: Division,
    by: User | None,
    choices: Mapping[str, Any],
    findings: Findings,
) -> tuple[pl.DataFrame, list[Unmatched]]:
    """``subject`` and ``unit_id`` per line (null: unknown), ``skip`` where a person said so, and what is unknown.

    ``choices`` are what a person said in the match step: key (code, else name) → subject id, "skip" or "create".
    """
    frame = _with_units(frame, division)
    frame = _with_subjects(frame, division)
    frame = _with_choices(frame, choices)
    open_rows = frame.filter(pl.col("subject").is_null() & ~pl.col("skip"))
    unknown = _unknown_units(open_rows) + _unknown_projects(open_rows)
    _offer(unknown, division, by)
    _say_strange_units(frame, findings)
    return frame, unknown


def _with_units(frame: pl.DataFrame, division: Division) -> pl.DataFrame:
    units = read_frame(Unit.objects.filter(division=division), ["id", "code", "name"])
    by_code = units.select(pl.col("code").alias("unit_code"), pl.col("id").alias("unit_by_code"))
    by_name = (
        units.select(folded(pl.col("name")).alias("unit_fold"), pl.col("id").alias("unit_by_name"))
        .unique("unit_fold", keep="none")
    )  # fmt: skip
    shown = pl.when(pl.col("unit") != "").then(pl.col("unit")).otherwise(pl.col("department"))
    return (
        frame.with_columns(unit_shown=shown, unit_fold=folded(shown))
        .join(by_code, on="unit_code", how="left")
        .join(by_name, on="unit_fold", how="left")
        .with_columns(unit_id=pl.coalesce("unit_by_code", "unit_by_name"))
        .drop("unit_by_code", "unit_by_name")
    )


def _with_subjects(frame: pl.DataFrame, division: Division) -> pl.DataFrame:
    subjects = read_frame(Subject.objects.filter(division=division), ["id", "code", "name", "unit_id"])
    by_code = subjects.select("code", pl.col("id").alias("by_code"), pl.col("unit_id").alias("owner"))
    named = subjects.with_columns(fold=folded(pl.col("name")))
    in_unit = (
        named.select(pl.col("fold"), pl.col("unit_id"), pl.col("id").alias("by_unit"))
        .unique(["fold", "unit_id"], keep="none")
    )  # fmt: skip
    alone = named.select("fold", pl.col("id").alias("by_name")).unique("fold", keep="none")
    no_unit = (pl.col("unit_shown") == "") & (pl.col("unit_code") == "")
    by_name_alone = pl.when(no_unit & (pl.col("code") == "")).then(pl.col("by_name"))
    by_name_in_unit = pl.when(pl.col("code") == "").then(pl.col("by_unit"))
    return (
        frame.with_columns(fold=folded(pl.col("project")))
        .join(by_code, on="code", how="left")
        .join(in_unit, on=["fold", "unit_id"], how="left")
        .join(alone, on="fold", how="left")
        .with_columns(subject=pl.coalesce("by_code", by_name_in_unit, by_name_alone))
        .drop("by_code", "by_unit", "by_name")
    )


def _with_choices(frame: pl.DataFrame, choices: Mapping[str, Any]) -> pl.DataFrame:
    key = pl.when(pl.col("code") != "").then(pl.col("code")).otherwise(pl.col("project"))
    chosen = {k: int(v) for k, v in choices.items() if str(v).isdigit()}
    skipped = [k for k, v in choices.items() if v == SKIP]
    created = [k for k, v in choices.items() if v == CREATE]
    frame = frame.with_columns(
        key=key, skip=key.is_in(skipped), create=key.is_in(created),
        said=key.replace_strict(list(chosen), list(chosen.values()), default=None, return_dtype=pl.Int64) if chosen else None,
    )  # fmt: skip
    return frame.with_columns(subject=pl.coalesce("subject", pl.col("said").cast(pl.Int64))).drop("said")


def _unknown_units(rows: pl.DataFrame) -> list[Unmatched]:
    named = (pl.col("unit_shown") != "") | (pl.col("unit_code") != "")
    groups = (
        rows.filter(named & pl.col("unit_id").is_null()).group_by("unit_code", "unit_shown")
        .agg(pl.col("line").head(1_000), pl.len().alias("n")).sort(pl.col("line").list.first())
    )  # fmt: skip
    return [
        Unmatched("unit", row["unit_code"] or row["unit_shown"], row["unit_code"], row["unit_shown"], row["unit_shown"],
                  None, row["line"], row["n"])
        for row in groups.iter_rows(named=True)
    ]  # fmt: skip


def _unknown_projects(rows: pl.DataFrame) -> list[Unmatched]:
    groups = (
        rows.group_by("key", "code", "project", "unit_shown", "unit_id")
        .agg(pl.col("line").head(1_000), pl.len().alias("n")).sort(pl.col("line").list.first())
    )  # fmt: skip
    return [
        Unmatched("project", row["key"], row["code"], row["project"], row["unit_shown"], row["unit_id"],
                  row["line"], row["n"])
        for row in groups.iter_rows(named=True)
    ]  # fmt: skip


def _offer(unknown: list[Unmatched], division: Division, by: User | None) -> None:
    """Up to five near names each; 限制知悉 subjects are offered only to those who may see them."""
    if not unknown:
        return
    units = dict(Unit.objects.filter(division=division).values_list("name", "pk"))
    seen = subjects_visible_to(by) if by is not None else Subject.objects.all()
    rows = seen.filter(division=division).values("pk", "code", "name", "unit_id", "unit__name")
    subjects: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        subjects.setdefault(row["name"], []).append(dict(row))
    for item in unknown[:_MANY]:
        if item.kind == "unit":
            near = difflib.get_close_matches(item.name, units, n=5, cutoff=0.5)
            item.candidates = [{"id": units[name], "name": name} for name in near]
            continue
        item.namesakes = 0 if item.code else _namesakes(item, subjects)
        own = {name: found for name, found in subjects.items() if any(r["unit_id"] == item.unit_id for r in found)}
        near = difflib.get_close_matches(item.name, own or subjects, n=5, cutoff=0.5)
        item.candidates = [
            {"id": r["pk"], "code": r["code"], "name": r["name"], "unit": r["unit__name"]}
            for n in near
            for r in subjects[n]
        ][:5]


def _namesakes(item: Unmatched, subjects: Mapping[str, list[dict[str, Any]]]) -> int:
    """How many projects bear exactly this name: within the line's unit where that is known, else anywhere."""
    alike = subjects.get(item.name, [])
    return sum(item.unit_id is None or row["unit_id"] == item.unit_id for row in alike)


def _say_strange_units(frame: pl.DataFrame, findings: Findings) -> None:
    """The code names one subject, the line another unit: the code counts, a person should look."""
    strange = frame.filter(
        pl.col("owner").is_not_null() & pl.col("unit_id").is_not_null() & (pl.col("owner") != pl.col("unit_id"))
    )
    once = strange.group_by("code", "unit_shown").agg(pl.col("line").min()).sort("line")
    findings.each(
        once,
        "DR-64",
        "警告",
        "项目代码 {code} 不属于“{unit_shown}”，按项目代码计入。",
        mend="请核对项目代码和单位名称。",
        got="unit_shown",
    )


def say_unknown(unknown: list[Unmatched], findings: Findings) -> None:
    """阻断 for each line whose unit or project nobody knows."""
    told: set[int] = set()
    for item in unknown:
        what = "单位" if item.kind == "unit" else "项目"
        name = item.name or item.code or "（空白）"
        near = f"相近的有：{'、'.join(c['name'] for c in item.candidates)}。" if item.candidates else ""
        for line in item.lines:
            if line not in told:
                code = "DR-65" if item.kind == "unit" else "DR-66"
                text, mend = f"{what}“{name}”不在本级{what}库中。", f"{near}请匹配到已有{what}、新建或不导入。"
                if item.namesakes > 1:
                    text = f"项目“{name}”有 {item.namesakes} 个同名项目，不能确定是哪一个。"
                    mend = f"请填写{'项目代码' if item.unit_id is not None else '实施单位或项目代码'}，或匹配到其中一个、不导入。"
                findings.say(code, "阻断", line, text, mend=mend, got=item.key)
                told.add(line)
