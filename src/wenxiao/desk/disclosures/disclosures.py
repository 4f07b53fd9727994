"""公开: results on their way to the public, with the scan of their texts, and
the opinions that come back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.followup.selectors.disclosed import (
    PARTS,
    comments_seen_by,
    disclosable_reviews,
    disclosures_seen_by,
    draft_sentence,
)
from wenxiao.followup.services import disclosing
from wenxiao.pages.acts import Typed, carry_out, person, text_of, version_of
from wenxiao.pages.frame import work_year
from wenxiao.pages.views import put_under, view
from wenxiao.store.keyset import page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.followup.models import Disclosure

STATES = {
    "proposed": "待审查",
    "approved": "待签发",
    "published": "已公开",
    "declined": "不公开",
    "withdrawn": "已撤下",
}
WAITING = "waiting"
SIZE = 30


@view("disclose")
def disclosures(request: HttpRequest) -> HttpResponse:
    """What waits for review and signature, what is public, and what the public said."""
    me = person(request)
    rows = disclosures_seen_by(me)
    counts = dict.fromkeys(STATES, 0) | dict(
        rows.order_by().values_list("state").annotate(n=Count("pk"))
    )
    state = request.GET.get("state", "")
    rows = rows.filter(state=state) if state in STATES else rows
    shown = page(rows, ["-pk"], size=SIZE, token=request.GET.get("at"))
    candidates, comments = disclosable_reviews(me), comments_seen_by(me).filter(state="waiting")
    values = {
        "shown": shown,
        "states": STATES,
        "counts": counts,
        "state": state if state in STATES else "",
        "me": me.pk,
        "waiting": candidates.count(),
        "candidates": list(candidates.order_by("pk")[:20]),
        "comments": list(comments.order_by("pk")[:20]),
        "comment_count": comments.count(),
        "parts": PARTS,
        "site_year": work_year(request) - 1,
    }
    return render(request, "desk/disclosures/index.html", values)


@view("disclose", methods=("GET", "POST"))
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the plain sentence, choose the parts, see what the scan finds, and propose."""
    review = disclosable_reviews(person(request)).filter(pk=pk).first()
    if review is None:
        raise Http404
    put_under(request, "desk:disclosures")
    if request.method == "POST":
        sentence, what = text_of(request, "sentence", 400), request.POST.getlist("what")

        def run() -> str:
            disclosing.propose_disclosure(
                review=review, by=person(request), sentence=sentence, what=what
            )
            return f"已提出公开“{review}”，请另一位同事审查。"

        back = reverse("desk:disclosures")
        return carry_out(request, run, back, [Typed("一句话说明", "", sentence)])
    values = {"review": review, "sentence": draft_sentence(review), "parts": PARTS}
    return render(request, "desk/disclosures/propose.html", values)


def _disclosure(request: HttpRequest, pk: int) -> Disclosure:
    row = disclosures_seen_by(person(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


ACTS = ("approve", "decline", "publish", "withdraw")


@view("disclose", methods=("POST",))
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Review, sign, decline or withdraw one."""
    row, why = _disclosure(request, pk), text_of(request, "why", 1_000)
    if act not in ACTS:
        raise Http404
    me, version = person(request), version_of(request)

    def run() -> str:
        if act == "approve":
            disclosing.approve_disclosure(disclosure=row, by=me, opinion=why, version=version)
            return "审查通过，请另一位同事签发。"
        if act == "publish":
            disclosing.publish_disclosure(disclosure=row, by=me, version=version)
            return f"“{row}”已公开。"
        if act == "decline":
            disclosing.decline_disclosure(disclosure=row, by=me, why=why, version=version)
            return "已定为不公开，理由已留存。"
        disclosing.withdraw_disclosure(disclosure=row, by=me, why=why, version=version)
        return "已撤下，公众不再看到。"

    return carry_out(request, run, reverse("desk:disclosures"), [Typed("意见或理由", "", why)])


@view("disclose", methods=("POST",))
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer an opinion, publicly or not."""
    comment = comments_seen_by(person(request)).filter(pk=pk).first()
    if comment is None:
        raise Http404
    answered, show = text_of(request, "answer", 600), request.POST.get("verdict") == "show"

    def run() -> str:
        disclosing.answer_comment(
            comment=comment,
            by=person(request),
            answer=answered,
            show=show,
            version=version_of(request),
        )
        return "回应已公开。" if show else "意见已留存，不公开显示。"

    return carry_out(request, run, reverse("desk:disclosures"), [Typed("回应", "", answered)])
