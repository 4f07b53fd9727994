"""The division's own rule values: laid over the national ones from their own day, by its own document, never edited."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.orgs.models import Division
from wenxiao.orgs.permissions import require
from wenxiao.records.services import record
from wenxiao.records.trail import plain_data
from wenxiao.rulebook import basis, grading
from wenxiao.rulebook.checks import LEVELS, rules_in_force
from wenxiao.rulebook.pace import lights_in_force
from wenxiao.rulebook.profiles import profile
from wenxiao.store.moves import NotAllowed, Stale

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from wenxiao.orgs.models import User
    from wenxiao.records.models import Document


def own_rules(division: Division) -> dict[str, list[dict[str, Any]]]:
    """The division's own dated rule values by rule name, in the rulebook's shape of overrides."""
    grouped: dict[str, list[dict[str, Any]]] = {}
    for entry in division.rules:
        grouped.setdefault(entry["rule"], []).append(entry)
    return grouped


def with_rule(division: Division, entry: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The division's own rules with one more entry, checked to be readable; NotAllowed says what is wrong with it."""
    trial = own_rules(division)
    trial.setdefault(entry["rule"], []).append(dict(entry))
    start = entry["from"]
    try:
        basis.in_force(entry["rule"], _date_of(start), trial)
        bands = grading.bands_in_force(_date_of(start), trial)
        profile(None, _date_of(start), trial)
        lights, strict = (
            lights_in_force(_date_of(start), trial),
            rules_in_force(trial, _date_of(start)),
        )
        levels = {
            one["level"]
            for one in basis.in_force("checks", _date_of(start), trial).content["checks"]
        }
        limits = [
            basis.number(basis.in_force("monitoring", _date_of(start), trial).content[key])
            for key in _LIMITS
        ]
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        ArithmeticError,
        StopIteration,
    ) as error:
        raise NotAllowed(f"改后的规则不能用来计算，请核对各项数值：{error}") from error
    _refuse_gaps(bands.bands)
    if not 0 <= lights.red_below <= lights.green_from:
        raise NotAllowed("红灯界限不能高于绿灯界限，也不能是负数。")
    if min(limits) < 0 or not strict:
        raise NotAllowed("监控提示的界限不能是负数，检查也不能全部停用。")
    if wrong := levels - set(LEVELS):
        raise NotAllowed(
            f"检查的级别只能是{'、'.join(LEVELS)}，收到“{'、'.join(sorted(map(str, wrong)))}”。"
        )
    return trial


_LIMITS = ("unspent_below", "idle_months")


def _date_of(text: str) -> date:
    return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day of the calendar, not a moment


def _refuse_gaps(bands: Iterable[grading.Band]) -> None:
    """Grades hold every total from 0 to 100 exactly once."""
    rows = sorted(bands, key=lambda band: band.at_least)
    ends = [row.at_least for row in rows[1:]] + [100]
    if (
        not rows
        or rows[0].at_least != 0
        or any(row.below != end for row, end in zip(rows, ends, strict=True))
    ):
        raise NotAllowed("等级区间须从0分到100分首尾相接，既不重叠也不断开。")


def rule_entry(
    *,
    rule: str,
    start: date,
    document: Document,
    clause: str,
    verified: bool,
    content: Mapping[str, Any],
    checked_by: str = "",
) -> dict[str, Any]:
    """A value of the division's own in the shape the rulebook reads, with the library's document it stands in."""
    number = f"{document.number} " if document.number else ""
    note = f"已对照原文，核对人：{checked_by}" if verified else "尚未对照原文，只能警告"
    return {
        "rule": rule,
        "from": start.isoformat(),
        "document": f"{number}{document.title}",
        "document_id": document.pk,
        "clause": clause,
        "verified": verified,
        "note": note,
        "content": plain_data(content),
    }


def _locked(division: Division, seen: int | None) -> Division:
    """The division's row, locked; Stale when it has other than ``seen`` own values by now."""
    held = Division.objects.select_for_update().get(pk=division.pk)
    if seen is not None and seen != len(held.rules):
        raise Stale(held, "本级规则刚被他人改动，请看最新内容后再办。")
    return held


@transaction.atomic
def override_rule(
    *,
    division: Division,
    rule: str,
    start: date,
    document: Document,
    clause: str,
    verified: bool,
    content: Mapping[str, Any],
    by: User | None,
    why: str,
    checked_by: str = "",
    seen: int | None = None,
) -> dict[str, Any]:
    """The division's own value of a rule from a day on, by its own document. Appended; no earlier value is touched.

    ``content`` holds what differs from the value below (numbers as decimal text; lists whole). ``seen`` is how many own
    values the person had before them: Stale when another was added meanwhile.
    """
    require(by, "manage_rules")
    held = _locked(division, seen)
    _refuse_override(
        division=held,
        rule=rule,
        start=start,
        document=document,
        clause=clause,
        content=content,
        why=why,
    )
    if verified and not checked_by.strip():
        raise NotAllowed("勾选“已核对原文”时须写明核对人。")
    entry = rule_entry(
        rule=rule,
        start=start,
        document=document,
        clause=clause,
        verified=verified,
        content=content,
        checked_by=checked_by,
    )
    before = _content(rule, start, own_rules(held))
    after = _content(rule, start, with_rule(held, entry))
    held.rules = [*held.rules, entry]
    held.save(update_fields=["rules"])
    division.rules = held.rules
    record(
        division=held,
        by=by,
        act="规定本级规则",
        target=held,
        why=why,
        label=basis.load(rule).title,
        data={"rule": rule, "entry": entry, "before": before, "after": after},
    )
    return entry


def _content(rule: str, on: date, overrides: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The rule's content in force on a day under these values of the division's own."""
    return dict(basis.in_force(rule, on, overrides).content)


def _refuse_override(
    *,
    division: Division,
    rule: str,
    start: date,
    document: Document,
    clause: str,
    content: Mapping[str, Any],
    why: str,
) -> None:
    if rule not in basis.names():
        raise NotAllowed(f"没有名为“{rule}”的规则。")
    if document.division_id != division.pk:
        raise NotAllowed(f"{document}不在本级制度库中；请先登记本级的文件。")
    if not clause.strip() or not why.strip():
        raise NotAllowed("须写明条款和理由。")
    if not content:
        raise NotAllowed("没有改动任何数值，不必另行规定。")
    if any(
        entry["rule"] == rule and entry["from"] == start.isoformat() for entry in division.rules
    ):
        raise NotAllowed(f"{start} 起的本级规定已有一条，旧值不改；请另定起用日期。")
