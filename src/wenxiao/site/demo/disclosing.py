"""Disclosures of the demonstration: some named results are public, one
waits for review; the acts themselves are 合成.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.followup.selectors.disclosed import draft_sentence
from wenxiao.followup.services.disclosing import (
    answer_comment,
    approve_disclosure,
    propose_disclosure,
    publish_disclosure,
    take_comment,
)
from wenxiao.reviews.models import Review

if TYPE_CHECKING:
    from wenxiao.orgs.models import Division, User

PUBLISHED = 8
OPINION = "内容与评价报告一致，不含个人信息和不宜公开的内容（合成）。"
VOICE = "村卫生室建好了，希望医生也能配齐。（合成）"
QUESTION = "这个项目建成后由谁来维护？（合成）"
ANSWER = "已转区社发局研究，办理情况将在整改进展中公布。（合成）"


def play(division: Division, proposer: User, reviewer: User, signer: User) -> None:
    """Publish the first results issued, leave the next two waiting for
    review and signature, and answer one opinion.
    """
    reviews = Review.objects.filter(
        round__division=division,
        state=Review.State.ISSUED,
        kind="finance_evaluation",
        dossier__subject__restriction="open",
    ).select_related("dossier__subject__division", "dossier__unit", "audited", "round")
    for number, review in enumerate(reviews.order_by("pk")[: PUBLISHED + 2]):
        row = propose_disclosure(
            review=review, by=proposer, sentence=draft_sentence(review), synthetic=True
        )
        if number <= PUBLISHED:
            approve_disclosure(disclosure=row, by=reviewer, opinion=OPINION)
        if number < PUBLISHED:
            publish_disclosure(disclosure=row, by=signer)
        if number == 2:
            comment = take_comment(disclosure=row, text=VOICE, address="demo", name="市民（合成）")
            answer_comment(comment=comment, by=proposer, answer=ANSWER, show=True)
        if number == 4:
            take_comment(disclosure=row, text=QUESTION, address="demo-2", name="居民（合成）")
