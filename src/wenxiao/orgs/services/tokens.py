"""接口令牌: made at the machine, shown once, kept as a digest; a machine
holding one acts as its user.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from wenxiao.orgs.models import ApiToken
from wenxiao.orgs.permissions import require
from wenxiao.records.services import record
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from wenxiao.orgs.models import User

LONGEST_DAYS = 730


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def make_token(*, user: User, name: str, days: int, by: User | None) -> tuple[ApiToken, str]:
    """A token for a user, and its text, which is never to be had again. At most two years."""
    require(by, "manage_users")
    if user.division is None:
        raise NotAllowed(f"账号“{user.username}”不属于任何财政区划，不能生成接口令牌。")
    if not 1 <= days <= LONGEST_DAYS:
        raise NotAllowed(f"有效天数应为 1 至 {LONGEST_DAYS}，收到 {days}。")
    text = f"wx_{secrets.token_urlsafe(32)}"
    until = timezone.localdate() + timedelta(days=days)
    token = ApiToken.objects.create(user=user, name=name[:60], digest=_digest(text), until=until)
    record(
        division=user.division,
        by=by,
        act="生成接口令牌",
        target=token,
        label=f"{user.username}：{name}",
    )
    return token, text


@transaction.atomic
def revoke_token(*, number: int, by: User | None, why: str) -> ApiToken:
    """From now on nobody gets in with it."""
    require(by, "manage_users")
    token = ApiToken.objects.filter(pk=number).select_related("user__division").first()
    if token is None or token.revoked_at is not None:
        raise NotAllowed(f"没有编号 {number} 的在用令牌。")
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    assert token.user.division is not None
    record(
        division=token.user.division,
        by=by,
        act="停用接口令牌",
        target=token,
        label=str(token),
        why=why,
    )
    return token


def user_of_token(text: str) -> User | None:
    """Whose token this is; None for an unknown, ended or revoked one, and for a disabled user."""
    today = timezone.localdate()
    valid = ApiToken.objects.filter(
        digest=_digest(text), revoked_at=None, until__gte=today, user__is_active=True
    )
    token = valid.select_related("user__division").first()
    if token is None:
        return None
    if token.used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(used_on=today)
    return token.user


def tokens() -> list[dict[str, Any]]:
    """All tokens without their texts, latest first."""
    rows = ApiToken.objects.select_related("user").order_by("-pk")
    return [
        {
            "number": row.pk,
            "username": row.user.username,
            "name": row.name,
            "until": row.until,
            "used_on": row.used_on,
            "revoked": row.revoked_at is not None,
        }
        for row in rows
    ]
