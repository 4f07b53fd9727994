"""A division's own value of a rule as it is proposed: whether it can count
at all, whoever proposes it and at what door.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from wenxiao.rulebook import basis, grading
from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.checks import CATALOGUE, refused_change, rules_in_force
from wenxiao.rulebook.code_levels import CODES, refused_codes
from wenxiao.rulebook.evaluation_frames import RULE as EVALUATION_FRAMES
from wenxiao.rulebook.evaluation_frames import refused_frames
from wenxiao.rulebook.form_packs import RULE as FORM_PACKS
from wenxiao.rulebook.form_packs import refused_packs
from wenxiao.rulebook.object_kinds import RULE as OBJECT_KINDS
from wenxiao.rulebook.object_kinds import refused_kinds
from wenxiao.rulebook.pace import lights_in_force
from wenxiao.rulebook.packages import RULE as PACKAGE_LISTS
from wenxiao.rulebook.packages import refused_packages
from wenxiao.rulebook.profiles import profile
from wenxiao.rulebook.public_tables import RULE as PUBLIC_TABLES
from wenxiao.rulebook.public_tables import refused_tables
from wenxiao.rulebook.unit_assessment import RULE as UNIT_ASSESSMENT
from wenxiao.rulebook.unit_assessment import refused_items
from wenxiao.rulebook.unit_costs import RULE as UNIT_COSTS
from wenxiao.rulebook.unit_costs import refused_standards

FIXED = frozenset({"disclosure"})
"""Rules no division rules otherwise: terms the law sets."""

_OWN_SHAPE = {
    FORM_PACKS: refused_packs,
    PUBLIC_TABLES: refused_tables,
    UNIT_ASSESSMENT: refused_items,
    UNIT_COSTS: refused_standards,
    PACKAGE_LISTS: refused_packages,
    OBJECT_KINDS: refused_kinds,
    EVALUATION_FRAMES: refused_frames,
}

_LIMITS = ("unspent_below", "idle_months")


class ChangeError(ValueError):
    """A value nothing could be computed by, or one a division may not set;
    the sentence says why.
    """


def laid_over(own: Overrides, entry: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """The division's own values with one more, proved to be readable; ChangeError says what is
    wrong with it.

    ``entry`` has rule, from (ISO date), content, and document, clause, standing where they are
    known.
    """
    rule, start, content = _head(entry)
    if refused := refused_content(rule, content, start):
        raise ChangeError(refused)
    trial: dict[str, list[Mapping[str, Any]]] = {key: list(rows) for key, rows in own.items()}
    trial.setdefault(rule, []).append(dict(entry))
    _refuse_unreadable(rule, start, trial)
    return trial


def refused_content(rule: str, content: Mapping[str, Any], start: date) -> str:
    """Why a division may not set this content of a rule; empty where it may."""
    if rule not in basis.names():
        return f"没有名为“{rule}”的规则。"
    if rule in FIXED:
        return f"“{basis.load(rule).title}”不能由本级另行规定。"
    if not content:
        return "没有改动任何数值，不必另行规定。"
    if rule == CODES:
        return refused_codes(content, start)
    if rule in _OWN_SHAPE:
        return _OWN_SHAPE[rule](content)
    if rule != CATALOGUE:
        return _unknown(rule, content)
    listed = content.get("checks")
    if not isinstance(listed, Mapping):
        return "检查的本级规定应按编号写明级别或停用。"
    return "".join(refused_change(code, entry, start) for code, entry in listed.items())


def _unknown(rule: str, names: Iterable[object]) -> str:
    """Why values of names the rule does not have are refused: nothing would be computed by them."""
    file = basis.load(rule)
    known = {key for value in file.values for key in value.content}
    strange = [str(key) for key in names if key not in known]
    if not strange:
        return ""
    return (
        f"“{file.title}”里没有“{'、'.join(strange)}”这一项，写了也不起作用；"
        f"可以改的是：{'、'.join(sorted(known))}。"
    )


def start_of(entry: Mapping[str, Any]) -> date:
    """The day a value counts from."""
    text = entry.get("from")
    if isinstance(text, date):
        return text
    try:
        return datetime.strptime(str(text), "%Y-%m-%d").date()  # noqa: DTZ007 - a day of the calendar, not a moment
    except ValueError:
        raise ChangeError(f"起用日期“from”应写作 2021-01-01 这样的日期，现为“{text}”。") from None


def _head(entry: Mapping[str, Any]) -> tuple[str, date, Mapping[str, Any]]:
    rule, content = entry.get("rule"), entry.get("content")
    if not isinstance(rule, str) or not isinstance(content, Mapping):
        raise ChangeError("改动应写明规则名“rule”、起用日期“from”和改后的数值“content”（对象）。")
    return rule, start_of(entry), content


def _refuse_unreadable(rule: str, start: date, trial: Overrides) -> None:
    try:
        basis.in_force(rule, start, trial)
        bands = grading.bands_in_force(start, trial)
        profile(None, start, trial)
        lights, strict = lights_in_force(start, trial), rules_in_force(trial, start)
        monitoring = basis.in_force("monitoring", start, trial).content
        limits = [basis.number(monitoring[key]) for key in _LIMITS]
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        ArithmeticError,
        StopIteration,
    ) as error:
        raise ChangeError(f"改后的规则不能用来计算，请核对各项数值：{error}") from error
    _refuse_gaps(bands.bands)
    if not 0 <= lights.red_below <= lights.green_from:
        raise ChangeError("红灯界限不能高于绿灯界限，也不能是负数。")
    if min(limits) < 0 or not strict:
        raise ChangeError("监控提示的界限不能是负数，检查也不能全部停用。")


def _refuse_gaps(bands: Iterable[grading.Band]) -> None:
    """Grades hold every total from 0 to 100 exactly once."""
    rows: Sequence[grading.Band] = sorted(bands, key=lambda band: band.at_least)
    ends = [row.at_least for row in rows[1:]] + [100]
    if (
        not rows
        or rows[0].at_least != 0
        or any(row.below != end for row, end in zip(rows, ends, strict=True))
    ):
        raise ChangeError("等级区间须从0分到100分首尾相接，既不重叠也不断开。")
