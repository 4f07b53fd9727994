"""Lists people keep for themselves (我的视图).
Nobody else sees them, so keeping one leaves no entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.orgs.models import SavedView
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from wenxiao.orgs.models import User

MOST = 20


def save_view(*, user: User, page: str, name: str, query: str) -> SavedView:
    """Keep a list's conditions under a name; the same name again replaces them.
    NotAllowed without name, beyond twenty.
    """
    name = name.strip()[:30]
    if not name:
        raise NotAllowed("请给视图起个名字。")
    known = SavedView.objects.filter(user=user, page=page)
    if known.count() >= MOST and not known.filter(name=name).exists():
        raise NotAllowed(f"最多存 {MOST} 个视图，请先删掉不用的。")
    row, _ = SavedView.objects.update_or_create(
        user=user, page=page, name=name, defaults={"query": query[:500]}
    )
    return row


def forget_view(*, user: User, pk: int) -> str:
    """Drop one of the user's own; its name, empty where there was none."""
    row = SavedView.objects.filter(user=user, pk=pk).first()
    if row is None:
        return ""
    row.delete()
    return row.name
