"""规则提案: what a trial of rules showed, kept with its papers; published by another person or thrown
away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.followup.selectors.proposals import proposals_seen_by
from wenxiao.followup.services.proposing import drop_proposal, publish_proposal, retry_proposal
from wenxiao.pages.acts import Typed, carry_out, text_of, version_of
from wenxiao.pages.downloads import as_received, attachment
from wenxiao.pages.frame import work_year
from wenxiao.pages.rule_words import plain, word
from wenxiao.pages.views import division_of, held, need_any, person, view
from wenxiao.reports.rule_proposal import ValueLine, proposal_docx
from wenxiao.reviews.kinds import KINDS
from wenxiao.reviews.worklists import rounds_at_work
from wenxiao.rulebook import basis
from wenxiao.rulebook.changes import start_of
from wenxiao.rulebook.grounds import READ

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Round
    from wenxiao.followup.rule_proposals import RuleProposal

ENTRY = "desk:rules"
POWERS = ("manage_rules", "sign_report")
"""Who sees proposals: those who may publish one."""


@view("see_unit")
def proposals(request: HttpRequest) -> HttpResponse:
    """Every proposal: who proposes what, how many objects it moves, what became of it."""
    division_of(request, ENTRY)
    need_any(request, *POWERS)
    rows = list(proposals_seen_by(person(request))[:200])
    waiting = sum(row.state == "open" for row in rows)
    values = {"proposals": rows, "waiting": waiting}
    return render(request, "desk/office/rules/proposals.html", values)


def _proposal(request: HttpRequest, pk: int) -> RuleProposal:
    division_of(request, ENTRY)
    need_any(request, *POWERS)
    proposal = proposals_seen_by(person(request)).filter(pk=pk).first()
    if proposal is None:
        raise Http404
    return proposal


@view("see_unit")
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal: values before and after, what they move, its paper and what may be done."""
    row = _proposal(request, pk)
    is_open = row.state == "open"
    mine = row.by_id == person(request).pk
    values = {
        "proposal": row,
        "values": list(value_lines(row)),
        "trial": row.trial,
        "read": row.standing == READ,
        "publishes": is_open and not mine,
        "drops": is_open,
        "retries": is_open and held(request).can("manage_rules"),
        "mine": mine,
        "outdated": is_open and row.seen != len(row.division.rules),
        "rounds": _rounds_to_score(request, row),
    }
    return render(request, "desk/office/rules/proposal.html", values)


def _rounds_to_score(request: HttpRequest, row: RuleProposal) -> list[Round]:
    """Open rounds the published values reach, which somebody may score again."""
    if row.state != "published" or not held(request).can("manage_rules"):
        return []
    first = min(start_of(one) for one in row.changes)
    rounds = rounds_at_work(person(request), work_year(request))
    return [
        one
        for one in rounds
        if one.state == "open"
        and one.fiscal_year >= first.year
        and (kind := KINDS.get(one.kind)) is not None
        and kind.scores
    ]


@view("see_unit", methods=("POST",))
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """公布 · 不采用 · 重新试算."""
    row = _proposal(request, pk)
    acts = {"publish": _publish, "drop": _drop, "retry": _retry}
    if act not in acts:
        raise Http404
    why = text_of(request, "why", 500)
    back = reverse("desk:rule_proposal", args=[pk])
    typed = [Typed("理由", "decision", why)]
    return carry_out(request, lambda: acts[act](request, row), back, typed)


def _publish(request: HttpRequest, row: RuleProposal) -> str:
    why = text_of(request, "why", 500)
    publish_proposal(proposal=row, by=person(request), why=why, version=version_of(request))
    first = min(start_of(one) for one in row.changes)
    return (
        f"已公布“{row.name}”，{first.year}年{first.month}月{first.day}日起用。旧年度仍按当年规则；"
        "已有得分不会自动改变，要按新规则计分的任务在本页下方重新计分。"
    )


def _drop(request: HttpRequest, row: RuleProposal) -> str:
    why = text_of(request, "why", 500)
    drop_proposal(proposal=row, by=person(request), why=why, version=version_of(request))
    return f"“{row.name}”的提案不采用，规则没有变。"


def _retry(request: HttpRequest, row: RuleProposal) -> str:
    retry_proposal(proposal=row, by=person(request), version=version_of(request))
    return "已按现在的数据和规则重新试算，清单已更新。"


@view("see_unit")
def paper(request: HttpRequest, pk: int, ending: str) -> HttpResponse:
    """The proposal on paper: .docx to circulate, .xlsx with every object tried."""
    row = _proposal(request, pk)
    if ending == "xlsx":
        return as_received(row.paper)
    if ending != "docx":
        raise Http404
    return attachment(proposal_docx(row, list(value_lines(row))), f"{row.name}规则提案", "docx")


# ---- values before and after, in words -----------------------------------------------------------


def value_lines(row: RuleProposal) -> Iterator[ValueLine]:
    """Each changed value: its rule, what it is, before and after in words."""
    for one in row.changes:
        title, start = basis.load(one["rule"]).title, start_of(one)
        for path, old, new in _leaves(one["was"], one["content"], ()):
            if old != new:
                where = " · ".join(word(key) for key in path)
                yield ValueLine(title, start, where, _said(old), _said(new))


def _leaves(
    was: Mapping[str, object], content: Mapping[str, object], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], object, object]]:
    for key, value in content.items():
        here, old = (*path, str(key)), was.get(key)
        if isinstance(value, dict):
            yield from _leaves(old if isinstance(old, dict) else {}, value, here)
        else:
            yield here, old, value


def _said(value: object) -> str:
    """A value in one line: rows of a list after each other."""
    if isinstance(value, list | tuple):
        return "；".join(_said(one) for one in value)
    if isinstance(value, dict):
        return " ".join(f"{word(str(key))} {_said(one)}" for key, one in value.items())
    return plain(value)
