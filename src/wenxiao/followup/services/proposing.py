"""规则提案: what ``rules try`` shows is kept with its paper or thrown away, and published by another
person than who proposed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.files.out.rule_trial import trial_book
from wenxiao.followup.rule_proposals import RuleProposal
from wenxiao.followup.services.trying import try_rules
from wenxiao.orgs.permissions import require
from wenxiao.orgs.services import (
    RuleSource,
    override_rule,
    readied_source,
    require_publisher,
    with_rule,
)
from wenxiao.records.services import place_file, record, store_file
from wenxiao.records.trail import OPERATOR, plain_data
from wenxiao.rulebook import basis
from wenxiao.rulebook.changes import ChangeError, start_of
from wenxiao.rulebook.trial_summary import Trial, ledger_lines, trial_summary
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, Stale, change

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.orgs.models import Division, User
    from wenxiao.records.services import Placed

WATERMARK = "演示"
_TRIED = ("changes", "trial", "tried_on", "paper", "seen")
"""What a trial sets."""


def propose_rules(
    *,
    division: Division,
    changes: Sequence[Mapping[str, Any]],
    source: RuleSource,
    by: User | None,
    why: str,
    seen: int | None = None,
) -> RuleProposal:
    """Keep proposed values with what they would move and its paper; nothing counts yet.
    Raises Refused, NotAllowed, Stale.

    ``changes`` are {rule, from, content}; ``seen`` how many own values the person had before them.
    """
    require(by, "manage_rules", division=division)
    division.refresh_from_db(fields=["rules"])
    if seen is not None and seen != len(division.rules):
        raise Stale(division, "本级规则刚被他人改动，请看最新内容后再办。")
    if not changes:
        raise NotAllowed("没有改动任何数值：请写明规则、起用日期和改后的数值。")
    kept = [_kept(one) for one in changes]
    for one in kept:
        source = readied_source(
            division=division,
            rule=one["rule"],
            start=start_of(one),
            source=source,
            content=one["content"],
            proposer=by,
            why=why,
        )
        _refuse_same(division, one)
        with_rule(division, one)
        one["was"] = _was(division, one)
    name = "、".join(dict.fromkeys(basis.load(one["rule"]).title for one in kept))[:200]
    proposal = RuleProposal(
        division=division,
        name=name,
        changes=plain_data(kept),
        document=source.document,
        clause=source.clause.strip(),
        standing=source.standing,
        compared_by=source.compared_by,
        words_digest=source.digest,
        why=why.strip(),
        by=by,
        proposed_on=today(),
    )
    trial, book = _tried(proposal, by)
    with transaction.atomic():
        _put_paper(proposal, book, by)
        proposal.save()
        data = {"changes": proposal.changes, **_counts(trial)}
        _say(proposal, "提出规则提案", by, why, data)
    return proposal


def retry_proposal(
    *, proposal: RuleProposal, by: User | None, version: int | None = None
) -> RuleProposal:
    """Try a kept proposal again over what is stored now; its paper becomes today's.
    Raises Refused, NotAllowed, Stale.
    """
    require(by, "manage_rules", division=proposal.division)
    _refuse_decided(proposal)
    proposal.division.refresh_from_db(fields=["rules"])
    proposal.changes = [one | {"was": _was(proposal.division, one)} for one in proposal.changes]
    proposal.changes = plain_data(proposal.changes)
    trial, book = _tried(proposal, by)
    with transaction.atomic():
        _put_paper(proposal, book, by)
        new = {key: getattr(proposal, key) for key in _TRIED}
        change(proposal, version=version, **new)
        _say(proposal, "重新试算规则提案", by, "", _counts(trial))
    return proposal


@transaction.atomic
def publish_proposal(
    *, proposal: RuleProposal, by: User | None, why: str, version: int | None = None
) -> RuleProposal:
    """Publish what another person proposed: its values are the division's from their day on.
    Results that are there stay until somebody scores again. Raises Refused, NotAllowed, Stale.
    """
    division = proposal.division
    require_publisher(by, proposal.by, division)
    _refuse_decided(proposal)
    if not why.strip():
        raise NotAllowed("公布本级规则须写明理由或批准的会议、文号。")
    division.refresh_from_db(fields=["rules"])
    if len(division.rules) != proposal.seen:
        raise NotAllowed("试算以后本级规则又有改动，清单已不是现在的结果；请先重新试算，再公布。")
    _close(proposal, RuleProposal.State.PUBLISHED, by, why, version)
    for at, one in enumerate(proposal.changes):
        override_rule(
            division=division,
            rule=one["rule"],
            start=start_of(one),
            source=_source(proposal),
            content=one["content"],
            proposed_by=proposal.by,
            by=by,
            why=why,
            seen=proposal.seen + at,
        )
    _say(proposal, "公布规则提案", by, why, {"changes": proposal.changes})
    return proposal


@transaction.atomic
def drop_proposal(
    *, proposal: RuleProposal, by: User | None, why: str, version: int | None = None
) -> RuleProposal:
    """Throw a proposal away, with the reason: by whoever proposed it or whoever may publish it.
    Raises Refused, NotAllowed, Stale.
    """
    if by is None or proposal.by_id != by.pk:
        require_publisher(by, proposal.by, proposal.division)
    else:
        require(by, "manage_rules", division=proposal.division)
    _refuse_decided(proposal)
    if not why.strip():
        raise NotAllowed("不采用提案须写明理由。")
    _close(proposal, RuleProposal.State.DROPPED, by, why, version)
    _say(proposal, "不采用规则提案", by, why, {"changes": proposal.changes})
    return proposal


def _kept(one: Mapping[str, Any]) -> dict[str, Any]:
    try:
        start = start_of(one)
    except ChangeError as error:
        raise NotAllowed(str(error)) from error
    content = one.get("content")
    if not isinstance(one.get("rule"), str) or not isinstance(content, dict):
        raise NotAllowed("改动应写明规则名“rule”、起用日期“from”和改后的数值“content”（对象）。")
    return {"rule": one["rule"], "from": start.isoformat(), "content": content}


def _was(division: Division, one: Mapping[str, Any]) -> Any:
    """What is in force now in the places a change sets."""
    now = basis.in_force(one["rule"], start_of(one), division.own_rules).content
    return _same_places(one["content"], now)


def _same_places(content: Mapping[str, Any], now: Any) -> dict[str, Any]:
    held = now if isinstance(now, Mapping) else {}
    return {
        key: _same_places(value, held.get(key)) if isinstance(value, dict) else held.get(key)
        for key, value in content.items()
    }


def _refuse_same(division: Division, one: Mapping[str, Any]) -> None:
    """One open proposal a rule and day: two would contradict each other."""
    for other in RuleProposal.objects.filter(division=division, state=RuleProposal.State.OPEN):
        if any(row["rule"] == one["rule"] and row["from"] == one["from"] for row in other.changes):
            raise NotAllowed(
                f"{one['from']} 起的“{other.name}”已有一份提案等公布；请先公布或不采用那一份。"
            )


def _refuse_decided(proposal: RuleProposal) -> None:
    if proposal.state != RuleProposal.State.OPEN:
        raise NotAllowed(f"这份提案{proposal.get_state_display()}，不能再办。")


def _close(
    proposal: RuleProposal, state: str, by: User | None, why: str, version: int | None
) -> None:
    change(
        proposal,
        version=version,
        state=state,
        decided_by=by,
        decided_on=today(),
        decision=why.strip(),
    )


def _source(proposal: RuleProposal) -> RuleSource:
    standing: Any = proposal.standing
    return RuleSource(
        document=proposal.document,
        clause=proposal.clause,
        standing=standing,
        compared_by=proposal.compared_by,
        words_digest=proposal.words_digest,
    )


def _tried(proposal: RuleProposal, by: User | None) -> tuple[Trial, Placed]:
    """Try the values over what is stored now: the ledger on the proposal, its paper on disk,
    nothing in the database yet.
    """
    division = proposal.division
    changes = [{key: one[key] for key in ("rule", "from", "content")} for one in proposal.changes]
    ledger = try_rules(division=division, changes=changes, by=by)
    trial = trial_summary(ledger)
    who = by.name if by else OPERATOR
    notes = [f"{today().isoformat()} 试算，经办：{who}；没有写入任何结果。"]
    watermark = WATERMARK if division.demo else None
    book = trial_book(proposal.name, ledger_lines(ledger), notes, watermark)
    proposal.trial = plain_data(trial.as_data())
    proposal.tried_on = today()
    proposal.seen = len(division.rules)
    return trial, place_file(book)


def _put_paper(proposal: RuleProposal, book: Placed, by: User | None) -> None:
    name = f"{proposal.name[:60]}试算清单.xlsx"
    proposal.paper = store_file(division=proposal.division, by=by, name=name, content=book)


def _counts(trial: Trial) -> dict[str, int]:
    return {
        "objects": trial.objects,
        "moved": trial.moved,
        "points": trial.points,
        "grades": trial.grades,
        "lights": trial.lights,
    }


def _say(
    proposal: RuleProposal, act: str, by: User | None, why: str, data: Mapping[str, Any]
) -> None:
    record(
        division=proposal.division,
        by=by,
        act=act,
        target=proposal,
        why=why,
        label=proposal.name,
        data=dict(data),
    )
