"""规则提案 on paper: which values change, by which document, how many objects move, who proposes and
publishes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from wenxiao.files.out.documents import OfficialDocument
from wenxiao.records.trail import OPERATOR
from wenxiao.reports.printing import WATERMARK
from wenxiao.reports.wording import day_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.followup.rule_proposals import RuleProposal


@dataclass(frozen=True, slots=True)
class ValueLine:
    """One changed value of a rule in words, from a day on."""

    rule: str
    start: date
    name: str
    before: str
    after: str


def proposal_docx(proposal: RuleProposal, values: Sequence[ValueLine]) -> bytes:
    """The proposal as .docx, to circulate and file."""
    trial, division = proposal.trial, proposal.division
    paper = OfficialDocument(watermark=WATERMARK if division.demo else None)
    title = f"关于调整本级“{proposal.name}”的提案"
    paper.document.core_properties.title = title
    paper.add_title(title)
    document = proposal.document
    named = f"{document.number} {document.title}".strip()
    paper.add_paragraph(f"依据：{named}，{proposal.clause}（{proposal.standing}）。")
    paper.add_paragraph(f"理由：{proposal.why}")
    who = proposal.by.name if proposal.by else OPERATOR
    paper.add_paragraph(f"提出：{who}，{day_text(proposal.proposed_on)}。")
    paper.add_heading1("一、改动的数值")
    paper.add_table(
        ["规则", "起用", "数值", "改前", "改后"],
        [[one.rule, day_text(one.start), one.name, one.before, one.after] for one in values],
        [18, 16, 22, 22, 22],
        size=10.5,
    )
    paper.add_heading1("二、试算")
    paper.add_paragraph(
        f"{day_text(proposal.tried_on)}试算 {trial['objects']} 项：{trial['points']} 项改得分，"
        f"{trial['grades']} 项改等级，得分、等级或检查有变的共 {trial['moved']} 项，"
        f"{trial['lights']} 个监控灯会变。全部对象见《{proposal.paper.name}》。"
    )
    rows = [
        [
            group["name"],
            one["name"],
            "，".join(f"{w} {old} → {new}" for w, old, new in one["parts"]),
        ]
        for group in trial["groups"]
        for one in group["shown"]
    ]
    if rows:
        paper.add_table(["任务", "对象", "改前 → 改后"], rows, [26, 37, 37], size=10.5)
    for group in trial["groups"]:
        if group["more"]:
            paper.add_paragraph(f"{group['name']}另有 {group['more']} 项，见清单。")
        if group["fixed_count"]:
            paper.add_paragraph(f"{group['name']}有 {group['fixed_count']} 项结果已确认，不改动。")
    paper.add_heading1("三、办理")
    paper.add_paragraph(_outcome(proposal))
    return paper.save()


def _outcome(proposal: RuleProposal) -> str:
    if proposal.state == "open" or proposal.decided_on is None:
        return "待另一人公布。公布人（签字）：　　　　　　日期：　　　　"
    who = proposal.decided_by.name if proposal.decided_by else OPERATOR
    return (
        f"{day_text(proposal.decided_on)}{proposal.get_state_display()}，经办：{who}。"
        f"理由：{proposal.decision}"
    )
