"""The division's own rule values: laid over the national ones from their
own day, by its own document, never edited.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.orgs.models import AWAITS, Division
from wenxiao.orgs.permissions import Refused, require, require_one
from wenxiao.orgs.selectors import waiting_node
from wenxiao.records.services import record
from wenxiao.records.trail import OPERATOR, plain_data
from wenxiao.rulebook import basis
from wenxiao.rulebook.articles import label_of
from wenxiao.rulebook.changes import ChangeError, laid_over, refused_content
from wenxiao.rulebook.grounds import READ, STANDINGS, UNREAD, Standing, digest
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, Stale

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from wenxiao.orgs.models import User
    from wenxiao.records.models import Document
    from wenxiao.rulebook.basis import Value


@dataclass(frozen=True)
class RuleSource:
    """The division's document behind a value: the clause, how far it was read, and by whom.

    原文 needs the clause's ``words`` (kept as digest alone, ``words_digest`` where only that is
    known); it holds when another login has compared them too.
    """

    document: Document
    clause: str
    standing: Standing = UNREAD
    words: str = ""
    compared_by: str = ""
    words_digest: str = ""

    @property
    def digest(self) -> str:
        """The digest of the clause's words; empty where nobody read them."""
        return self.words_digest or (digest(self.words) if self.words.strip() else "")

    @property
    def named(self) -> str:
        """Number and title in one line."""
        return f"{self.document.number} {self.document.title}".strip()


def with_rule(division: Division, entry: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """The division's own rules with one more entry, checked to be readable;
    NotAllowed says what is wrong with it.
    """
    try:
        return laid_over(division.own_rules, entry)
    except ChangeError as error:
        raise NotAllowed(str(error)) from error


def rule_entry(
    *, rule: str, start: date, source: RuleSource, content: Mapping[str, Any]
) -> dict[str, Any]:
    """A value of the division's own in the shape the rulebook reads, with
    the library's document it stands in.
    """
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
        "note": f"核对人：{source.compared_by}，等另一人复核",
        "cite": {**cite, "date": issued, "clause": source.clause},
        "seen": {**seen, "sha256": source.digest, "by": source.compared_by},
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
    source: RuleSource,
    content: Mapping[str, Any],
    proposed_by: User | None,
    by: User | None,
    why: str,
    seen: int | None = None,
) -> dict[str, Any]:
    """Publish the division's own value of a rule from a day on, by its own document: two hands,
    never whoever proposed it. Appended; no earlier value is touched.

    ``content`` holds what differs from the value below (numbers as decimal text; lists whole).
    ``seen`` is how many own values the division had when it was proposed: Stale when another was
    added meanwhile. Of 原文 the publisher has compared the clause too.
    """
    require_publisher(by, proposed_by, division)
    held = _locked(division, seen)
    source = readied_source(
        division=held,
        rule=rule,
        start=start,
        source=source,
        content=content,
        proposer=proposed_by,
        why=why,
    )
    entry = rule_entry(rule=rule, start=start, source=source, content=content)
    if source.standing == READ and by is not None:
        entry = _read_twice(entry, by)
    before = _content(rule, start, held.own_rules)
    after = _content(rule, start, with_rule(held, entry))
    held.rules = [*held.rules, entry]
    held.save(update_fields=["rules"])
    division.rules = held.rules
    proposer = proposed_by.name if proposed_by else OPERATOR
    data = {"rule": rule, "entry": entry, "proposed_by": proposer}
    record(
        division=held,
        by=by,
        act="规定本级规则",
        target=held,
        why=why,
        label=basis.load(rule).title,
        data=data | {"before": before, "after": after},
    )
    return entry


def require_publisher(by: User | None, proposed_by: User | None, division: Division) -> None:
    """Pass whoever may publish what another person proposed: by name, with the power over rules or
    as a leader. Raises Refused.
    """
    if by is None:
        raise Refused("本级规则须由本人登录后公布，命令行不代人公布。")
    require_one(by, ("manage_rules", "sign_report"), what="公布本级规则", division=division)
    if proposed_by is not None and proposed_by.pk == by.pk:
        raise Refused("提案由您本人提出，不能自己公布；请由另一人登录公布。")


def readied_source(
    *,
    division: Division,
    rule: str,
    start: date,
    source: RuleSource,
    content: Mapping[str, Any],
    proposer: User | None,
    why: str,
) -> RuleSource:
    """The source as it is stored with a value ``proposer`` proposes: clause, standing, who compared
    it. NotAllowed where the value or its paper can't stand.
    """
    if source.standing == READ:
        source = _named(_with_words(source), proposer)
    _refuse_source(division, source, why)
    _refuse_content(division, rule, start, content)
    return source


def _read_twice(entry: dict[str, Any], by: User) -> dict[str, Any]:
    """An entry said to be read, compared by the second person too."""
    first = entry["seen"]["by"]
    if by.name == first:
        raise NotAllowed("核对人和复核人不能是同一人。")
    return entry | {
        "seen": entry["seen"] | {"second": by.name, "confirmed": today().isoformat()},
        "note": f"已对照原文，核对人：{first}，复核人：{by.name}",
    }


def _content(
    rule: str, on: date, overrides: Mapping[str, Sequence[Mapping[str, Any]]]
) -> dict[str, Any]:
    """The rule's content in force on a day under these values of the division's own."""
    return dict(basis.in_force(rule, on, overrides).content)


def _refuse_source(division: Division, source: RuleSource, why: str) -> None:
    """The document is the division's own, the clause is named, and who says
    原文 has read it with somebody else.
    """
    if source.document.division_id != division.pk:
        raise NotAllowed(f"{source.document}不在本级制度库中；请先登记本级的文件。")
    if not source.clause.strip() or not why.strip():
        raise NotAllowed("须写明条款和理由。")
    if source.standing not in STANDINGS:
        raise NotAllowed(f"核对情况只能是{'、'.join(STANDINGS)}，收到“{source.standing}”。")
    if source.standing != READ:
        return
    if not source.compared_by:
        raise NotAllowed("须写明核对人。")
    _refuse_unread(source)


def _named(source: RuleSource, by: User | None) -> RuleSource:
    """Who compared the clause: the one named, else whoever is logged in."""
    return replace(source, compared_by=source.compared_by.strip() or (by.name if by else ""))


def _waiting(by: User | None) -> dict[str, Any]:
    """Until another login confirms it, whose word an entry is."""
    return {AWAITS: {"by": by.pk if by else None, "name": by.name if by else "命令行"}}


def _refuse_unread(source: RuleSource) -> None:
    if not source.digest:
        raise NotAllowed("写作“原文”的，须录入所核对的条文原文，系统只保存它的摘要值。")


def _refuse_content(division: Division, rule: str, start: date, content: Mapping[str, Any]) -> None:
    """The rule exists, may be ruled otherwise, and was not on that day already."""
    if refused := refused_content(rule, content, start):
        raise NotAllowed(refused)
    if any(
        entry["rule"] == rule
        and entry["from"] == start.isoformat()
        and entry.get(basis.RAISED) is None
        for entry in division.rules
    ):
        raise NotAllowed(f"{start} 起的本级规定已有一条，旧值不改；请另定起用日期。")


@transaction.atomic
def raise_standing(
    *,
    division: Division,
    rule: str,
    node: str,
    on: date,
    source: RuleSource,
    by: User | None,
    why: str,
) -> dict[str, Any]:
    """Say of a rule, or of one node of it, that its clause was read; it counts when another login
    confirms it.

    The value stays as it is; its standing becomes 原文 with citation and digest, for this division
    alone and for the value in force ``on`` that day: a newer one has not been read. ``node`` is a
    path (``rules/POS``), empty for the whole rule. The clause's words come from the library where
    it has them. See :func:`confirm_standing`.
    """
    require(by, "manage_rules", division=division)
    held = _locked(division, None)
    if rule not in basis.names():
        raise NotAllowed(f"没有名为“{rule}”的规则。")
    source = _named(_with_words(replace(source, standing=READ)), by)
    _refuse_source(held, source, why)
    value = basis.in_force(rule, on, held.own_rules)
    before = _standing_in(rule, node, value)
    if before == READ:
        raise NotAllowed("这一条已登记为原文，不必再登记。")
    if any(_is_of(entry, rule, node) for entry in held.rules):
        raise NotAllowed("这一条已有人登记核对，等另一人复核。")
    national = basis.in_force(rule, on)
    entry = rule_entry(rule=rule, start=national.start, source=source, content={})
    entry |= {basis.RAISED: node, basis.OF: national.start.isoformat()}
    entry |= _waiting(by)
    _put_rules(division, held, [*held.rules, entry])
    after = {"standing": before, "cite": entry["cite"], "seen": entry["seen"]}
    data = {"rule": rule, "node": node, "before": {"standing": before}, "after": after}
    _say(held, by, "核对规则原文", rule, why, data)
    return entry


@transaction.atomic
def confirm_standing(
    *, division: Division, rule: str, node: str, by: User | None, why: str
) -> dict[str, Any]:
    """The second login compares the clause too: from now on the standing is 原文, and an own value
    holds (``node`` as :func:`waiting_node` names it). Never whoever said it first.
    """
    require(by, "manage_rules", division=division)
    held = _locked(division, None)
    entry = _awaiting(held, rule, node)
    if by is None or entry[AWAITS]["by"] == by.pk:
        raise NotAllowed("复核的不能是登记核对的人，请由另一人登录办理。")
    read = _read_twice({name: value for name, value in entry.items() if name != AWAITS}, by)
    if entry.get(basis.RAISED) is None:
        with_rule(held, read)  # the values beside it may be others by now
    _put_rules(division, held, [read if one is entry else one for one in held.rules])
    after = {"standing": READ, "cite": read["cite"], "seen": read["seen"]}
    data = {"rule": rule, "node": node, "after": after}
    _say(held, by, "复核规则原文", rule, why, data)
    return read


@transaction.atomic
def drop_standing(*, division: Division, rule: str, node: str, by: User | None, why: str) -> None:
    """What was said to be read is not confirmed: it is taken out again,
    with the reason on the trail.
    """
    require(by, "manage_rules", division=division)
    held = _locked(division, None)
    entry = _awaiting(held, rule, node)
    if not why.strip():
        raise NotAllowed("不予复核须写明理由。")
    _put_rules(division, held, [one for one in held.rules if one is not entry])
    _say(
        held, by, "不予复核规则原文", rule, why, {"rule": rule, "node": node, "seen": entry["seen"]}
    )


def _is_of(entry: Mapping[str, Any], rule: str, node: str) -> bool:
    return AWAITS in entry and entry["rule"] == rule and waiting_node(entry) == node


def _awaiting(held: Division, rule: str, node: str) -> dict[str, Any]:
    entry: dict[str, Any] | None = next(
        (one for one in held.rules if _is_of(one, rule, node)), None
    )
    if entry is None:
        raise NotAllowed("没有等复核的登记：已复核，或已撤下。")
    return entry


def _put_rules(division: Division, held: Division, rules: list[dict[str, Any]]) -> None:
    held.rules = rules
    held.save(update_fields=["rules"])
    division.rules = held.rules


def _say(
    held: Division, by: User | None, act: str, rule: str, why: str, data: dict[str, Any]
) -> None:
    label = basis.load(rule).title
    record(division=held, by=by, act=act, target=held, why=why, label=label, data=data)


def _with_words(source: RuleSource) -> RuleSource:
    """The source with its clause's words from the library, where nobody typed them."""
    label = label_of(source.clause)
    if source.digest or not label:
        return source
    known = source.document.articles.filter(label=label).first()
    return source if known is None else replace(source, words=known.words)


def _standing_in(rule: str, node: str, value: Value) -> str:
    """The standing of the whole value or of one node; NotAllowed where
    there is no such node or the value is own.
    """
    if not node:
        if value.own:
            raise NotAllowed(f"“{basis.load(rule).title}”按本级文件执行，核对情况写在本级规定里。")
        return value.standing
    known = {path: one for path, _, one in basis.nodes_of(value.content)}
    if node not in known:
        raise NotAllowed(f"“{basis.load(rule).title}”里没有“{node}”这一条。")
    return str(known[node]["standing"])
