"""绩效目标 MB, the table: what a target table must hold as a whole before
anyone looks at its values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from wenxiao.rulebook import basis
from wenxiao.rulebook.checks.registry import Hit, Table, head_number, numbered, rule, said
from wenxiao.rulebook.numbers import plain
from wenxiao.rulebook.profiles import default_code

_BRANCHES = ("成本", "满意度", "效益", "产出")
_SECRET = re.compile(r"绝密|机密|(?<!商业)(?<!工作)(?<!个人)秘密[★☆级]|(?<!非)(?<!不)涉密")
_EXECUTION = "预算执行率"


@rule("MB-13")
def no_rows(table: Table) -> Iterator[Hit]:
    """A named project that promises nothing."""
    if str(table.head.get("name") or "").strip() and not table.rows:
        yield Hit(None, None, "目标表没有任何指标。")


@rule("MB-14")
def nameless_indicator(table: Table) -> Iterator[Hit]:
    """A row with a target or a weight and no name."""
    for index, row in enumerate(table.rows):
        if not said(row, "level3").strip() and (
            said(row, "target").strip() or row.get("weight") is not None
        ):
            yield Hit(index, "level3", f"第 {index + 1} 行没有三级指标名称。")


@rule("MB-15")
def no_budget(table: Table) -> Iterator[Hit]:
    """Targets for money that isn't there; a budget nobody gave is not meant."""
    budget = head_number(table, "budget_yuan")
    if budget is not None and budget <= 0:
        yield Hit(None, "budget_yuan", f"预算数为 {plain(budget)} 元。", "大于0", plain(budget))


@rule("MB-18")
def without_source(table: Table) -> Iterator[Hit]:
    """Rows that say neither where their figure comes from nor what proves
    it, where other rows do.
    """
    with_source = [bool(said(row, "source", "proof").strip()) for row in table.rows]
    if not any(with_source):
        return
    for index, (row, has) in enumerate(zip(table.rows, with_source, strict=True)):
        hollow = "效益" in said(row, "level1") and re.search(
            r"[%％]", said(row, "target", "unit")
        )  # said by MB-04
        if not has and not hollow and said(row, "target").strip():
            yield Hit(index, "source", f"指标“{row.get('level3') or ''}”没有数据来源，也没有佐证。")


@rule("MB-21")
def secret_subject(table: Table) -> Iterator[Hit]:
    """State secrets may not enter under any measure; 非涉密 and 商业秘密 are none."""
    for key, label in (("name", "项目名称"), ("text", "项目内容")):
        marking = _SECRET.search(str(table.head.get(key) or ""))
        if marking:
            yield Hit(None, key, f"{label}带有“{marking.group().rstrip('★☆')}”字样。")
    for index, row in enumerate(table.rows):
        marking = _SECRET.search(said(row, "level3"))
        if marking:
            yield Hit(index, "level3", f"指标名称带有“{marking.group().rstrip('★☆')}”字样。")


@rule("MB-22")
def weights_not_as_scored(table: Table) -> Iterator[Hit]:
    """Weights of the first level (90 without 预算执行率) that no scoring profile
    in force in the year has.
    """
    sums: dict[str, Decimal] = {}
    for _, weight, row in numbered(table, "weight"):
        branch = next((name for name in _BRANCHES if name in said(row, "level1")), None)
        if branch is None:
            return
        sums[branch] = sums.get(branch, Decimal(0)) + weight
    known = _known_shares(table)
    default = known.get(default_code(table.year, table.overrides))
    if default is None:  # the division's profile leaves the shares of the indicators free
        return
    # a branch that is missing altogether is named as that
    alike = any(set(sums) == set(weights) for weights in known.values())
    if alike and sum(sums.values()) == sum(default.values()) and sums not in known.values():
        shown = "、".join(
            f"{name}{plain(sums[name])}" for name in reversed(_BRANCHES) if name in sums
        )
        due = "、".join(f"{name}{plain(value)}" for name, value in default.items())
        yield Hit(None, "weight", f"各级分值 {shown}，计分口径为 {due}。", due, shown)


def _known_shares(table: Table) -> dict[str, dict[str, Decimal]]:
    content = basis.in_force("profiles", table.year, table.overrides).content
    return {
        code: _branches(profile["weights"])
        for code, profile in content["profiles"].items()
        if profile.get("shares") != "free"
    }


def weights_beside_due(table: Table) -> list[tuple[str, Decimal, Decimal | None]]:
    """(first level, what its rows have together, what the year's profile gives it) in the order of
    the forms.

    None where the profile leaves it free or doesn't know that level; rows of no known level are
    left out.
    """
    sums: dict[str, Decimal] = {}
    for _, weight, row in numbered(table, "weight"):
        branch = next((name for name in _BRANCHES if name in said(row, "level1")), None)
        if branch is not None:
            sums[branch] = sums.get(branch, Decimal(0)) + weight
    due = _known_shares(table).get(default_code(table.year, table.overrides), {})
    return [
        (name, sums.get(name, Decimal(0)), due.get(name))
        for name in reversed(_BRANCHES)
        if name in sums or name in due
    ]


def _branches(weights: Mapping[str, str]) -> dict[str, Decimal]:
    """A profile's weights of the first level, without the execution rate."""
    return {name: basis.number(value) for name, value in weights.items() if name != _EXECUTION}


@rule("MB-23")
def same_indicator_twice(table: Table) -> Iterator[Hit]:
    """The same name twice under one first level; output beside benefit is MB-03."""
    seen: dict[tuple[str, str], int] = {}
    for index, row in enumerate(table.rows):
        name = re.sub(r"\s", "", said(row, "level3"))
        key = (re.sub(r"\s", "", said(row, "level1")), name)
        if name and key in seen:
            yield Hit(index, "level3", f"“{row['level3']}”与第 {seen[key] + 1} 行重复。")
        seen.setdefault(key, index)


@rule("MB-28")
def branch_missing(table: Table) -> Iterator[Hit]:
    """A table whose weights are all given and that has no output, or
    neither benefit nor satisfaction.
    """
    weights = [weight for _, weight, _ in numbered(table, "weight")]
    limits = table.limits
    sums = {limits["whole"], limits["without_execution"]}
    if len(weights) < max(len(table.rows), int(limits["fewest_rows"])) or sum(weights) not in sums:
        return
    named = [said(row, "level1", "level2") for row in table.rows]
    if not any("产出" in one for one in named):
        yield Hit(None, "level1", "没有产出指标。")
    if not any("效益" in one or "满意" in one for one in named):
        yield Hit(None, "level1", "没有效益指标。")
