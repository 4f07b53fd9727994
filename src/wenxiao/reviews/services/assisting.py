"""填报协助: one row asked of the office that owns the figure; what comes back
is a proposal the unit's clerk takes over.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from wenxiao.budget.models import Subject
from wenxiao.evidence.services import hand_in_material
from wenxiao.orgs.models import Role
from wenxiao.records.services import finish_todos, make_todo, record
from wenxiao.reviews.assistance import Assistance
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.selectors import OPEN_TO_LINKS
from wenxiao.reviews.services.filling import record_actual, require_filler
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, move

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from wenxiao.orgs.models import User
    from wenxiao.records.models import StoredFile
    from wenxiao.reviews.models import Review
    from wenxiao.targets.models import Indicator

TOKEN_BYTES = 32
"""256 bits at random: nobody guesses a link."""
LONGEST_DAYS = 30
WAITS = "填报协助"
ROAD = {
    "waiting": frozenset({"answered", "withdrawn"}),
    "answered": frozenset({"taken", "declined"}),
    "taken": frozenset(),
    "declined": frozenset(),
    "withdrawn": frozenset(),
}
CLOSED = "这个链接已经不能用：可能已经填过、过了期限或被撤回。需要再填的，请联系发给您的单位。"
SHUT = "填的内容不能再改，也不能再请人协助填报。"


def number_of(row: Assistance) -> str:
    """What a workbook that goes out is called by."""
    return f"XZ{row.pk:06}"


def digest_of(token: str) -> str:
    """What is kept of a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def ask_assistance(
    *,
    review: Review,
    indicator: Indicator,
    asked_of: str,
    until: date,
    by: User | None,
    road: str = Assistance.Road.WORKBOOK,
    question: str = "",
) -> tuple[Assistance, str]:
    """Ask for one row; the row and, for a link, its token, which is shown this once and kept
    nowhere.

    A link is given only where the division opened that door, and never for an object only some may
    know of.
    """
    require_filler(by, review, SHUT)
    if indicator.target_id != review.target_id:
        raise NotAllowed(f"“{indicator.name}”不是这份表的指标，请刷新页面后再办。")
    if not asked_of.strip():
        raise NotAllowed("请写明请哪个科室、哪位填，答复时好核对。")
    latest = today() + timedelta(days=LONGEST_DAYS)
    if not today() <= until <= latest:
        raise NotAllowed(f"期限请填今天到 {latest} 之间，最长 {LONGEST_DAYS} 天。")
    if road == Assistance.Road.LINK:
        _refuse_closed_door(review)
    if Assistance.objects.filter(review=review, indicator=indicator, state="waiting").exists():
        raise NotAllowed("这一行已有一件在等答复；要改请别人填的，先撤回那一件。")
    token = secrets.token_urlsafe(TOKEN_BYTES) if road == Assistance.Road.LINK else ""
    row = Assistance.objects.create(
        review=review,
        indicator=indicator,
        road=road,
        asked_of=asked_of.strip()[:60],
        question=question.strip()[:300],
        digest=digest_of(token) if token else "",
        expires_at=timezone.make_aware(datetime.combine(until, time(23, 59, 59))),
        asked_by=by,
        synthetic=review.synthetic,
    )
    _enter(
        row,
        by=by,
        act="请求填报协助",
        data={"road": road, "asked_of": row.asked_of, "until": until},
    )
    return row, token


def _refuse_closed_door(review: Review) -> None:
    if not review.round.division.assist_links:
        raise NotAllowed(
            "本区划没有开放免登录链接（由安全管理员在“账号安全要求”里决定）；请用一行表，下载后发给对方填好带回。"
        )
    if review.dossier.subject.restriction == Subject.Restriction.RESTRICTED:
        raise NotAllowed("限制知悉的对象不能用免登录链接；请用一行表，按规定的途径传递。")


def waiting_by_token(token: str) -> Assistance | None:
    """The row a link opens now: not answered, not withdrawn, not expired, its form still open, its
    door still open.

    Its day is that of the clock of deadlines: the demonstration stands at its own. An object that
    only some may know of since the link went out is shut with it.
    """
    rows = Assistance.objects.select_related(
        "review__round__division", "review__dossier__subject", "review__dossier__unit", "indicator"
    )
    waiting = rows.filter(
        digest=digest_of(token),
        state=Assistance.State.WAITING,
        expires_at__gte=timezone.make_aware(datetime.combine(today(), timezone.localtime().time())),
    )
    return waiting.filter(OPEN_TO_LINKS).first() if token else None


@transaction.atomic
def answer_by_link(
    *,
    token: str,
    value: str,
    answered_by: str,
    note: str = "",
    phone: str = "",
    file: StoredFile | None = None,
) -> Assistance:
    """What whoever holds the link says of the row, once.
    NotAllowed where the link opens nothing (any more).
    """
    row = waiting_by_token(token)
    if row is None:
        raise NotAllowed(CLOSED)
    return _answer(row, None, value, (note, answered_by, phone), file)


@transaction.atomic
def answer_by_workbook(
    *,
    assistance: Assistance,
    by: User | None,
    value: str,
    answered_by: str,
    note: str = "",
    phone: str = "",
) -> Assistance:
    """What came back in the one-row workbook, brought in by the unit's clerk."""
    require_filler(by, assistance.review, SHUT)
    return _answer(assistance, by, value, (note, answered_by, phone), None)


def refuse_incomplete(value: str, words: tuple[str, str, str]) -> None:
    """NotAllowed where an answer lacks its value or its author, or a text
    is too long: asked before its file is kept.
    """
    note, answered_by, phone = (word.strip() for word in words)
    if not value.strip():
        raise NotAllowed("请填完成值；填不出的，在说明里写明原因，完成值填“无”。")
    if not answered_by:
        raise NotAllowed("请写填写人姓名，单位采用时要核对。")
    longest = (
        ("完成值", value, 500),
        ("说明", note, 500),
        ("填写人", answered_by, 60),
        ("电话", phone, 40),
    )
    for word, text, most in longest:
        if len(text) > most:
            raise NotAllowed(f"{word}最多 {most} 字，现在 {len(text)} 字。")


def _answer(
    row: Assistance,
    by: User | None,
    value: str,
    words: tuple[str, str, str],
    file: StoredFile | None,
) -> Assistance:
    note, answered_by, phone = (word.strip() for word in words)
    refuse_incomplete(value, (note, answered_by, phone))
    move(
        row,
        allowed=ROAD,
        to="answered",
        value=value.strip(),
        note=note,
        answered_by=answered_by,
        phone=phone,
        file=file,
        answered_at=timezone.now(),
    )
    review = row.review
    make_todo(
        division=review.round.division,
        kind=WAITS,
        title=f"{row.asked_of}答复了“{row.indicator.name}”，请核对采用",
        role=Role.CLERK,
        unit=review.dossier.unit,
        target=review,
        due_on=review.round.deadline,
    )
    data = {
        "value": row.value,
        "note": row.note,
        "answered_by": answered_by,
        "file": file and file.sha256,
    }
    _enter(row, by=by, act="答复填报协助", data=data)
    return row


@transaction.atomic
def take_assistance(
    *,
    assistance: Assistance,
    by: User | None,
    kind: str = "",
    version: int | None = None,
    row_version: int | None = None,
) -> Assistance:
    """The clerk takes the proposal over as the row's own value; its photograph becomes a proof of
    the row (``kind``).

    From here on the value is the clerk's: it is written by the act that writes every other.
    """
    review = assistance.review
    require_filler(by, review, SHUT)
    move(assistance, allowed=ROAD, to="taken", version=version)
    record_actual(
        review=review,
        indicator=assistance.indicator,
        by=by,
        value=assistance.value,
        note=assistance.note,
        version=row_version,
        why=f"采用{assistance.asked_of}（{assistance.answered_by}）的填报协助",
    )
    if assistance.file is not None:
        hand_in_material(
            dossier=review.dossier,
            indicators=[assistance.indicator],
            file=assistance.file,
            kind=kind,
            by=by,
            note=f"{assistance.asked_of}提供",
            stage=kind_of(review.kind).stage or "",
            through_month=review.round.through_month or 12,
        )
    _enter(assistance, by=by, act="采用填报协助", data={"value": assistance.value})
    _settle(review)
    return assistance


@transaction.atomic
def decline_assistance(
    *, assistance: Assistance, by: User | None, why: str, version: int | None = None
) -> Assistance:
    """The proposal is not used, with the reason; what was answered stays on record."""
    require_filler(by, assistance.review, SHUT)
    if not why.strip():
        raise NotAllowed("不采用须写明理由。")
    move(assistance, allowed=ROAD, to="declined", version=version, why=why.strip()[:300])
    _enter(assistance, by=by, act="不采用填报协助", why=why)
    _settle(assistance.review)
    return assistance


@transaction.atomic
def withdraw_assistance(
    *, assistance: Assistance, by: User | None, version: int | None = None
) -> Assistance:
    """The request is taken back: its link opens nothing any more."""
    require_filler(by, assistance.review, SHUT)
    move(assistance, allowed=ROAD, to="withdrawn", version=version)
    _enter(assistance, by=by, act="撤回填报协助")
    return assistance


def _settle(review: Review) -> None:
    if not review.assistances.filter(state="answered").exists():
        finish_todos(target=review, kind=WAITS)


def _enter(
    row: Assistance,
    *,
    by: User | None,
    act: str,
    why: str = "",
    data: Mapping[str, object] | None = None,
) -> None:
    record(
        division=row.review.round.division,
        by=by,
        act=act,
        target=row,
        label=str(row),
        why=why,
        data=dict(data or {}),
    )
