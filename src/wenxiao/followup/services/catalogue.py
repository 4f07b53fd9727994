"""The division's problem catalogue, kept by the bureau: added, reworded, switched off.
What findings rest on stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from wenxiao.followup.models import CatalogueItem
from wenxiao.orgs import permissions
from wenxiao.records.services import record
from wenxiao.store.moves import NotAllowed, Stale

if TYPE_CHECKING:
    from wenxiao.orgs.models import Division, User


@transaction.atomic
def add_item(
    *, division: Division, by: User | None, code: str, text: str, category: str = ""
) -> CatalogueItem:
    """Add a problem under a code the division has not used yet; NotAllowed
    names what is missing or taken.
    """
    permissions.require_for_all(by, "confirm_finding", division)
    code, text = code.strip(), text.strip()
    if not code or not text:
        raise NotAllowed("请填写编码和问题表述。")
    if CatalogueItem.objects.filter(division=division, code=code).exists():
        raise NotAllowed(f"编码 {code} 已有，请换一个编码，或在原条目上修改。")
    last = CatalogueItem.objects.filter(division=division).aggregate(last=Max("order"))["last"] or 0
    item = CatalogueItem.objects.create(
        division=division,
        code=code[:20],
        text=text[:200],
        category=category.strip()[:30],
        order=last + 1,
    )
    record(division=division, by=by, act="增加目录问题", target=item, label=f"{code} {text}"[:300])
    return item


@transaction.atomic
def change_item(
    *, item: CatalogueItem, by: User | None, text: str, category: str, active: bool, seen: str
) -> CatalogueItem:
    """Reword, re-sort or switch an item; its code stays.
    ``seen`` is the wording the person had before them (Stale).
    """
    permissions.require_for_all(by, "confirm_finding", item.division)
    text = text.strip()
    if not text:
        raise NotAllowed("请填写问题表述。")
    before = {"text": item.text, "category": item.category, "active": item.active}
    after = {"text": text[:200], "category": category.strip()[:30], "active": active}
    if before == after:
        return item
    if CatalogueItem.objects.filter(pk=item.pk, text=seen).update(**after) != 1:
        raise Stale(item)
    item.refresh_from_db()
    record(
        division=item.division,
        by=by,
        act="修改目录问题",
        target=item,
        label=f"{item.code} {item.text}"[:300],
        data={"before": before, "after": after},
    )
    return item
