"""The division's own rule values: laid over the national ones from their own day, by its own document, never edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.orgs.models import Division
from wenxiao.orgs.permissions import require
from wenxiao.records.services import record
from wenxiao.records.trail import plain_data
from wenxiao.rulebook import basis, grading
from wenxiao.rulebook.checks import refused_change, rules_in_force
from wenxiao.rulebook.grounds import READ, STANDINGS, UNREAD, Standing, digest
from wenxiao.rulebook.pace import lights_in_force
from wenxiao.rulebook.profiles import profile
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, Stale

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from wenxiao.orgs.models import User
    from wenxiao.records.models import Document

FIXED = frozenset({"codes", "disclosure"})
"""Rules no division rules otherwise: refusals of files, and terms the law sets."""


@dataclass(frozen=True)
class Source:
    """The division's document behind a value: the clause, how far it was read, and by whom.

    原文 needs the clause's ``words`` (kept as digest alone), who compared them, and a second person.
    """

    document: Document
    clause: str
    standing: Standing = UNREAD
    words: str = ""
    compared_by: str = ""
    second: str = ""

    @property
    def named(self) -> str:
        """Number and title in one line."""
        return f"{self.document.number} {self.document.title}".strip()


def with_rule(division: Division, entry: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The division's own rules with one more entry, checked to be readable; NotAllowed says what is wrong with it."""
    trial = division.own_rules
    trial.setdefault(entry["rule"], []).append(dict(entry))
    start = _date_of(entry["from"])
    try:
        basis.in_force(entry["rule"], start, trial)
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
        raise NotAllowed(f"改后的规则不能用来计算，请核对各项数值：{error}") from error
    _refuse_gaps(bands.bands)
    if not 0 <= lights.red_below <= lights.green_from:
        raise NotAllowed("红灯界限不能高于绿灯界限，也不能是负数。")
    if min(limits) < 0 or not strict:
        raise NotAllowed("监控提示的界限不能是负数，检查也不能全部停用。")
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
    *, rule: str, start: date, source: Source, content: Mapping[str, Any]
) -> dict[str, Any]:
    """A value of the division's own in the shape the rulebook reads, with the library's document it stands in."""
    entry = {
        "rule": rule,
        "from": start.isoformat(),
        "document": source.named,
        "document_id": source.document.pk,
        "clause": source.clause,
        "standing": source.standing,
        "note": "" if source.standing == READ else "没有逐字核对原文，至多警告",
        "content": plain_data(content),
    }
    if source.standing != READ:
        return entry
    paper = source.document
    issued = paper.issued_on.isoformat() if paper.issued_on else ""
    cite = {"body": paper.issuer, "title": paper.title, "number": paper.number}
    seen = {"what": f"{paper.title}{source.clause}", "compared": today().isoformat()}
    return {
        **entry,
        "note": f"已对照原文，核对人：{source.compared_by}，复核人：{source.second}",
        "cite": {**cite, "date": issued, "clause": source.clause},
        "seen": {**seen, "sha256": digest(source.words), "by": source.compared_by}
        | {"second": source.second},
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
    source: Source,
    content: Mapping[str, Any],
    by: User | None,
    why: str,
    seen: int | None = None,
) -> dict[str, Any]:
    """The division's own value of a rule from a day on, by its own document. Appended; no earlier value is touched.

    ``content`` holds what differs from the value below (numbers as decimal text; lists whole). ``seen`` is how many own
    values the person had before them: Stale when another was added meanwhile.
    """
    require(by, "manage_rules", division=division)
    held = _locked(division, seen)
    _refuse_source(held, source, why)
    _refuse_content(held, rule, start, content)
    entry = rule_entry(rule=rule, start=start, source=source, content=content)
    before = _content(rule, start, held.own_rules)
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


def _refuse_source(division: Division, source: Source, why: str) -> None:
    """The document is the division's own, the clause is named, and who says 原文 has read it with somebody else."""
    if source.document.division_id != division.pk:
        raise NotAllowed(f"{source.document}不在本级制度库中；请先登记本级的文件。")
    if not source.clause.strip() or not why.strip():
        raise NotAllowed("须写明条款和理由。")
    if source.standing not in STANDINGS:
        raise NotAllowed(f"核对情况只能是{'、'.join(STANDINGS)}，收到“{source.standing}”。")
    if source.standing != READ:
        return
    if not source.compared_by.strip() or not source.second.strip():
        raise NotAllowed("写作“原文”的，须写明核对人和复核人。")
    if source.compared_by.strip() == source.second.strip():
        raise NotAllowed("核对人和复核人不能是同一人。")
    if not source.words.strip():
        raise NotAllowed("写作“原文”的，须录入所核对的条文原文，系统只保存它的摘要值。")


def _refuse_content(division: Division, rule: str, start: date, content: Mapping[str, Any]) -> None:
    """The rule exists, may be ruled otherwise, and was not on that day already."""
    if rule not in basis.names():
        raise NotAllowed(f"没有名为“{rule}”的规则。")
    if rule in FIXED:
        raise NotAllowed(f"“{basis.load(rule).title}”不能由本级另行规定。")
    if not content:
        raise NotAllowed("没有改动任何数值，不必另行规定。")
    if rule == "checks":
        _refuse_checks(content, start)
    if any(
        entry["rule"] == rule and entry["from"] == start.isoformat() for entry in division.rules
    ):
        raise NotAllowed(f"{start} 起的本级规定已有一条，旧值不改；请另定起用日期。")


def _refuse_checks(content: Mapping[str, Any], start: date) -> None:
    """What a division may not say of a check: the ground decides (:mod:`wenxiao.rulebook.grounds`)."""
    listed = content.get("checks")
    if not isinstance(listed, dict):
        raise NotAllowed("检查的本级规定应按编号写明级别或停用。")
    reasons = [refused_change(code, entry, start) for code, entry in listed.items()]
    if refused := [reason for reason in reasons if reason]:
        raise NotAllowed("".join(refused))
