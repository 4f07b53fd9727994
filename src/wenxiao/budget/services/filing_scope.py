"""申报范围: for which kinds of subjects of a budget year the targets are filed
here; the rest is approved elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.budget.models import OwnFiling, Subject
from wenxiao.budget.selectors import KINDS, kinds_filed_here
from wenxiao.orgs.permissions import require
from wenxiao.records.services import record
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wenxiao.orgs.models import Division, User


@transaction.atomic
def choose_own_filing(
    *, division: Division, fiscal_year: int, kinds: Iterable[str], by: User | None, why: str
) -> frozenset[str]:
    """These kinds file their targets of the year here from now on, and no others.
    What was begun goes on.
    """
    require(by, "manage_round", division=division)
    wanted = frozenset(kinds)
    strange = sorted(wanted - set(Subject.Kind.values))
    if strange:
        raise NotAllowed(f"没有“{strange[0]}”这种类型的对象。")
    before = kinds_filed_here(division, fiscal_year)
    if wanted == before:
        raise NotAllowed(f"{fiscal_year} 预算年度的申报范围没有改动。")
    if not why.strip():
        raise NotAllowed("改动申报范围须写明理由，如“一体化系统本年不受理政策类”。")
    rows = OwnFiling.objects.filter(division=division, fiscal_year=fiscal_year)
    rows.exclude(kind__in=wanted).delete()
    for kind in sorted(wanted - before):
        OwnFiling.objects.create(division=division, fiscal_year=fiscal_year, kind=kind)
    data: dict[str, Any] = {"year": fiscal_year, "before": sorted(before), "after": sorted(wanted)}
    record(
        division=division,
        by=by,
        act="规定目标申报范围",
        target=division,
        label=f"{fiscal_year} 预算年度",
        why=why,
        data=data,
    )
    return wanted


def filed_here(division: Division, fiscal_year: int, scope: Mapping[str, Any]) -> dict[str, Any]:
    """The scope of a target round: the kinds filed here.
    NotAllowed names what is asked for and filed elsewhere.
    """
    here = kinds_filed_here(division, fiscal_year)
    if not here:
        raise NotAllowed(
            f"{fiscal_year} 预算年度没有设为在本系统申报的类型，不能下达目标申报；"
            "请先在“目标 → 申报范围”里选定，其余类型批复后导入。"
        )
    other = [KINDS.get(kind, kind) for kind in scope.get("kinds", ()) if kind not in here]
    if other:
        raise NotAllowed(
            f"{fiscal_year} 预算年度{'、'.join(other)}的目标不在本系统申报，批复后导入；"
            "请改范围，或先改“目标 → 申报范围”。"
        )
    return {**scope, "kinds": list(scope.get("kinds") or sorted(here))}
