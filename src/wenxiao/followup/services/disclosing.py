"""公开: a result is proposed, reviewed by a named second person, signed by a
third, and only then seen outside.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from wenxiao.files.door.markings import marking_in
from wenxiao.files.door.personal import masked, personal_data_in
from wenxiao.followup.models import Comment, Disclosure
from wenxiao.followup.selectors.disclosed import DISCLOSABLE, PARTS, figures_of, texts_of
from wenxiao.followup.states import COMMENT, DISCLOSURE
from wenxiao.orgs.permissions import require, require_other
from wenxiao.records.services import record
from wenxiao.rulebook.code_levels import codes_in_force
from wenxiao.rulebook.codes import FIGURE_NOT_PUBLISHED
from wenxiao.rulebook.published_figures import Published
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, move

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wenxiao.orgs.models import User
    from wenxiao.reviews.models import Review

MARKING = "国家秘密标志"
LONGEST_COMMENT = 500
MOST_COMMENTS_AN_HOUR = 5
MOST_COMMENTS_WAITING = 2_000


def scan_texts(texts: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """What stands in (place, text) pairs that the public may not see:
    secrecy markings (阻断) and personal data (警告).
    """
    findings = []
    for place, text in texts:
        marking = marking_in(text)
        if marking:
            findings.append(
                {"level": "阻断", "place": place, "kind": MARKING, "text": marking[:12]}
            )
        findings += [
            {"level": "警告", "place": place, "kind": kind, "text": hidden}
            for kind, hidden in personal_data_in(text)
        ]
    return findings


def _scan(review: Review, sentence: str, parts: Iterable[str]) -> list[dict[str, str]]:
    """What stands in a result's texts that the public may not see, and
    figures of its sentence that aren't the result's.
    """
    chosen = list(parts)
    scan = scan_texts(texts_of(review, sentence, chosen))
    own = figures_of(review, PARTS)
    level = codes_in_force(review.dossier.subject.division.own_rules)[FIGURE_NOT_PUBLISHED].level
    for one in Published.of([own]).in_text(f"{own.name}{sentence}"):
        text = f"{one.measure} {one.stated}（结果是 {one.published}）"
        row = {"level": level, "place": "一句话说明", "kind": "与结果不同的数", "text": text}
        scan.append(row)
    return scan


def _refuse_closed(review: Review) -> None:
    """Only an issued result of a subject that may be public."""
    subject = review.dossier.subject
    if review.kind not in DISCLOSABLE:
        raise NotAllowed(f"{review.get_kind_display()}不在公开范围；公开的是评价和自评的结果。")
    if review.state != "issued":
        raise NotAllowed(f"“{review}”现为“{review.get_state_display()}”，出具后才能办理公开。")
    if subject.restriction != "open":
        raise NotAllowed(
            f"“{subject}”的公开属性为“{subject.get_restriction_display()}”，不得公开。"
        )


@transaction.atomic
def propose_disclosure(
    *,
    review: Review,
    by: User | None,
    sentence: str,
    what: Iterable[str] = tuple(PARTS),
    synthetic: bool = False,
) -> Disclosure:
    """Propose a result for publication with its one plain sentence and the parts to show (keys of
    PARTS).

    The texts are scanned at once; a declined or withdrawn one may be proposed again.
    """
    require(by, "disclose", subject=review.dossier.subject)
    _refuse_closed(review)
    text, parts = " ".join(sentence.split()), [part for part in PARTS if part in set(what)]
    if not text or len(text) > 300:
        raise NotAllowed("请用一句话（300 字以内）说明花了多少钱、办成了什么、还差什么。")
    scan = _scan(review, text, parts)
    values: dict[str, Any] = {
        "sentence": text,
        "what": parts,
        "scan": scan,
        "proposed_by": by,
        "reviewed_by": None,
        "reviewed_on": None,
        "opinion": "",
        "signed_by": None,
        "published_on": None,
        "withdrawn_why": "",
    }
    known, before = Disclosure.objects.filter(review=review).first(), ""
    if known is None:
        known = Disclosure.objects.create(review=review, synthetic=synthetic, **values)
    else:
        before = move(known, allowed=DISCLOSURE, to="proposed", **values)
    _record(known, "提出公开", by, before=before, scan=len(scan), what=parts)
    return known


@transaction.atomic
def approve_disclosure(
    *, disclosure: Disclosure, by: User | None, opinion: str, version: int | None = None
) -> Disclosure:
    """公开审查 by a named person who did not propose it.
    What the scan found must be answered in ``opinion``.

    A text that carries a secrecy marking is never let through.
    """
    require(
        by,
        "disclose",
        subject=disclosure.review.dossier.subject,
        submitted_by=disclosure.proposed_by,
    )
    _refuse_closed(disclosure.review)
    scan = _scan(disclosure.review, disclosure.sentence, disclosure.what)
    if any(row["kind"] == MARKING for row in scan):
        raise NotAllowed(
            "公开内容带有国家秘密标志，不得公开。请立即按保密规定处理，并告知保密工作机构。"
        )
    if wrong := [row for row in scan if row["level"] == "阻断"]:
        raise NotAllowed(
            f"{wrong[0]['place']}里有{wrong[0]['kind']}：{wrong[0]['text']}，请改正后重新提出。"
        )
    if not opinion.strip():
        raise NotAllowed(
            "请写明审查意见"
            + ("，并逐项说明扫描出的个人信息、与结果不同的数为什么可以公开。" if scan else "。")
        )
    before = move(
        disclosure,
        allowed=DISCLOSURE,
        to="approved",
        version=version,
        reviewed_by=by,
        reviewed_on=today(),
        opinion=opinion.strip(),
        scan=scan,
    )
    return _record(disclosure, "公开审查通过", by, before=before, why=opinion)


@transaction.atomic
def publish_disclosure(
    *, disclosure: Disclosure, by: User | None, version: int | None = None
) -> Disclosure:
    """签发: a person other than the reviewer signs, and from now on the public sees it."""
    require(by, "disclose", subject=disclosure.review.dossier.subject)
    require_other(by, disclosure.reviewed_by)
    _refuse_closed(disclosure.review)
    before = move(
        disclosure,
        allowed=DISCLOSURE,
        to="published",
        version=version,
        signed_by=by,
        published_on=today(),
    )
    return _record(disclosure, "签发公开", by, before=before)


@transaction.atomic
def decline_disclosure(
    *, disclosure: Disclosure, by: User | None, why: str, version: int | None = None
) -> Disclosure:
    """Not to be published, with the reason."""
    require(by, "disclose", subject=disclosure.review.dossier.subject)
    if not why.strip():
        raise NotAllowed("请写明不公开的理由。")
    before = move(
        disclosure, allowed=DISCLOSURE, to="declined", version=version, opinion=why.strip()
    )
    return _record(disclosure, "决定不公开", by, before=before, why=why)


@transaction.atomic
def withdraw_disclosure(
    *, disclosure: Disclosure, by: User | None, why: str, version: int | None = None
) -> Disclosure:
    """撤下 at once, with the reason; what the public had seen stays in the trail."""
    require(by, "disclose", subject=disclosure.review.dossier.subject)
    if not why.strip():
        raise NotAllowed("请写明撤下的理由。")
    before = move(
        disclosure, allowed=DISCLOSURE, to="withdrawn", version=version, withdrawn_why=why.strip()
    )
    return _record(disclosure, "撤下公开", by, before=before, why=why)


def _record(
    disclosure: Disclosure, act: str, by: User | None, *, before: str, why: str = "", **data: Any
) -> Disclosure:
    """The entry of a step: the state it left (empty: none) and the one it is in, in words."""
    subject = disclosure.review.dossier.subject
    record(
        division=subject.division,
        by=by,
        act=act,
        target=disclosure,
        label=str(disclosure),
        why=why,
        data={
            "before": Disclosure.State(before).label if before else "",
            "after": disclosure.get_state_display(),
            **data,
        },
    )
    return disclosure


@transaction.atomic
def take_comment(
    *, disclosure: Disclosure, text: str, address: str, name: str = "", contact: str = ""
) -> Comment:
    """An opinion from outside: bounded in length and in number per sender;
    kept until a person deals with it.
    """
    cleaned = masked(re.sub(r"[ \t　]+", " ", text.replace("\0", "")).strip())
    if len(cleaned) < 5 or len(cleaned) > LONGEST_COMMENT:
        raise NotAllowed(f"意见请写 5 至 {LONGEST_COMMENT} 字，现在是 {len(cleaned)} 字。")
    sender = salted_hmac("wenxiao.comment", address).hexdigest()
    since = timezone.now() - timedelta(hours=1)
    if (
        Comment.objects.filter(sender=sender, received_at__gte=since).count()
        >= MOST_COMMENTS_AN_HOUR
    ):
        raise NotAllowed(f"一小时内最多提 {MOST_COMMENTS_AN_HOUR} 条意见，请稍后再提。")
    if Comment.objects.filter(state=Comment.State.WAITING).count() >= MOST_COMMENTS_WAITING:
        raise NotAllowed("待处理的意见已满，请过几天再提，或直接联系财政部门。")
    same = Comment.objects.filter(disclosure=disclosure, sender=sender, text=cleaned).first()
    if same is not None:
        return same
    comment = Comment.objects.create(
        disclosure=disclosure,
        text=cleaned,
        name=masked(name.strip())[:30],
        contact=contact.strip()[:60],
        sender=sender,
    )
    subject = disclosure.review.dossier.subject
    record(
        division=subject.division,
        by=None,
        act="收到公众意见",
        target=comment,
        label=str(disclosure),
    )
    return comment


@transaction.atomic
def answer_comment(
    *, comment: Comment, by: User | None, answer: str, show: bool, version: int | None = None
) -> Comment:
    """Answer an opinion and show both, or keep it unshown with the reason in ``answer``."""
    subject = comment.disclosure.review.dossier.subject
    require(by, "disclose", subject=subject)
    if not answer.strip() or len(answer.strip()) > 500:
        raise NotAllowed("请写明回应（500 字以内）；不公开的写明理由。")
    if show and scan_texts([("意见", comment.text), ("称呼", comment.name), ("回应", answer)]):
        raise NotAllowed("意见或回应里有个人信息或密级标志，不能公开显示；可以留存。")
    before = move(
        comment,
        allowed=COMMENT,
        to="shown" if show else "kept",
        version=version,
        answer=answer.strip(),
        answered_by=by,
        answered_on=today(),
    )
    record(
        division=subject.division,
        by=by,
        act="处理公众意见",
        target=comment,
        label=str(comment.disclosure),
        data={
            "before": Comment.State(before).label,
            "after": comment.get_state_display(),
            "shown": show,
        },
    )
    return comment
