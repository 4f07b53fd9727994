"""Lists people keep for themselves (我的视图).
Nobody else sees them, so keeping one leaves no entry.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from wenxiao.orgs.models import SavedView
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from wenxiao.orgs.models import User

MOST = 20
LONGEST_LOOK = 1000
LOOKS = {"table": str, "hidden": list, "widths": dict, "height": str, "sort": list}


def look_of(text: str) -> str:
    """What a browser says of a table's columns and order, its known parts alone; empty where it is
    no such thing or too long.
    """
    try:
        given: Any = json.loads(text or "null")
    except ValueError:
        return ""
    if not isinstance(given, dict):
        return ""
    known = {word: given[word] for word, sort in LOOKS.items() if isinstance(given.get(word), sort)}
    plain = json.dumps(known, ensure_ascii=False) if known else ""
    return plain if len(plain) <= LONGEST_LOOK else ""


def save_view(*, user: User, page: str, name: str, query: str, look: str = "") -> SavedView:
    """Keep a list's conditions and the look of its table under a name; the same name again replaces
    them. NotAllowed without name, beyond twenty a list.
    """
    name = name.strip()[:30]
    if not name:
        raise NotAllowed("请给视图起个名字。")
    known = SavedView.objects.filter(user=user, page=page)
    if known.count() >= MOST and not known.filter(name=name).exists():
        raise NotAllowed(f"最多存 {MOST} 个视图，请先删掉不用的。")
    row, _ = SavedView.objects.update_or_create(
        user=user, page=page, name=name, defaults={"query": query[:500], "look": look_of(look)}
    )
    return row


def forget_view(*, user: User, pk: int) -> str:
    """Drop one of the user's own; its name, empty where there was none."""
    row = SavedView.objects.filter(user=user, pk=pk).first()
    if row is None:
        return ""
    row.delete()
    return row.name
