"""What a form says beside its rows: the year's goal as reached, the whole form's explanation, who
filled it in, money by source.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.budget.money import money
from wenxiao.orgs import permissions
from wenxiao.records.services import record
from wenxiao.reviews.kinds import FILED, kind_of
from wenxiao.reviews.services.hands import add_author
from wenxiao.reviews.states import OPEN
from wenxiao.rulebook.numbers import wan
from wenxiao.store.moves import NotAllowed, change

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wenxiao.orgs.models import User
    from wenxiao.reviews.models import Review

SOURCES = {
    "selfeval": {"fiscal": "当年财政拨款", "carried": "上年结转资金", "other": "其他资金"},
    "monitoring": {"fiscal": "本年一般公共预算拨款", "other": "其他资金"},
}
"""The sources of money each official form asks for, beside the whole."""
SIDES = {"budget": "全年预算数", "executed": "执行数"}
TEXTS = {
    "goal_done": ("年度总体目标实际完成情况", 2_000),
    "remarks": ("整表说明", 2_000),
    "filler": ("填报人", 60),
    "filler_phone": ("联系电话", 40),
}
"""What each text is called on the page, and how long it may be."""


@transaction.atomic
def describe_form(
    *,
    review: Review,
    by: User | None,
    texts: Mapping[str, str],
    funds: Mapping[str, Mapping[str, Decimal | None]] | None = None,
    version: int | None = None,
) -> Review:
    """Write what stands beside the rows: ``texts`` by field, ``funds`` by source in 元 (None leaves
    what stands).

    Raises Refused, NotAllowed (handed in already, too long, sources that don't add up to the
    whole), Stale.
    """
    kind = kind_of(review.kind)
    permissions.require_for(by, kind.fill, review.dossier)
    if review.kind not in FILED or review.state not in OPEN:
        raise NotAllowed(
            f"现为“{review.get_state_display()}”，填的内容不能再改；如确需更改，请由审核人退回。"
        )
    values: dict[str, Any] = {name: texts[name].strip() for name in TEXTS if name in texts}
    for name, (word, most) in TEXTS.items():
        if len(values.get(name, "")) > most:
            raise NotAllowed(f"{word}最多 {most} 字，现在 {len(values[name])} 字。")
    if funds is not None:
        _refuse_unequal(review, funds)
        values["funds"] = _stored(funds)
    before = {name: getattr(review, name) for name in values}
    if before == values:
        return review
    begun = {"state": "filling"} if review.state in {"waiting", "returned"} else {}
    change(review, version=version, **values, **begun)
    add_author(review, by)
    record(
        division=review.round.division,
        by=by,
        act="填报总体情况",
        target=review,
        label=str(review),
        data={"before": before, "after": values},
    )
    return review


def _stored(funds: Mapping[str, Mapping[str, Decimal | None]]) -> dict[str, dict[str, str]]:
    """Amounts as text, empty ones left out."""
    rows = {
        source: {side: str(amount) for side, amount in sides.items() if amount is not None}
        for source, sides in funds.items()
    }
    return {source: sides for source, sides in rows.items() if sides}


def funds_of(review: Review) -> dict[str, dict[str, Decimal]]:
    """The money by source as typed, in 元; what is no number counts as not typed."""
    rows: dict[str, dict[str, Decimal]] = {}
    for source, sides in (review.funds or {}).items():
        for side, text in sides.items():
            try:
                rows.setdefault(source, {})[side] = Decimal(text)
            except InvalidOperation:
                continue
    return rows


def whole_of_form(review: Review) -> dict[str, Decimal | None]:
    """The whole the sources must come to: the form's own figures, else the records'."""
    known = money(review.dossier, through_month=review.round.through_month or 12)
    return {
        "budget": known.budget if review.budget is None else review.budget,
        "executed": known.spent if review.executed is None else review.executed,
    }


def _refuse_unequal(review: Review, funds: Mapping[str, Mapping[str, Decimal | None]]) -> None:
    """Where every source has its amount they must come to the whole."""
    sources, whole = SOURCES[review.kind], whole_of_form(review)
    for side, word in SIDES.items():
        parts = [funds.get(source, {}).get(side) for source in sources]
        if any(part is not None and part < 0 for part in parts):
            raise NotAllowed(f"分来源的{word}不能为负数。")
        total = whole[side]
        known = [part for part in parts if part is not None]
        if total is None or len(known) < len(parts):
            continue
        if sum(known, Decimal(0)) != total:
            raise NotAllowed(
                f"分来源的{word}合计 {wan(sum(known, Decimal(0)))} 万元，与年度资金总额 {wan(total)} 万元不等，请核对；单位是万元。"
            )
