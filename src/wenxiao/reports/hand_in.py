"""送签: the draft goes up to be signed and rests until it is signed, sent
back by a leader or taken back by its writers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from wenxiao.orgs.permissions import Refused, holdings, once, require, who_can
from wenxiao.records.services import record
from wenxiao.reports.models import Draft
from wenxiao.reports.services import current, fingerprint, seen_figures
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, Stale, move

if TYPE_CHECKING:
    from wenxiao.orgs.models import User

ROAD: dict[str, frozenset[str]] = {
    "writing": frozenset({"handed"}),
    "returned": frozenset({"handed"}),
    "handed": frozenset({"writing", "returned"}),
}
"""From each state, where a draft may go; signing ends it at 起草中 again, for a later correction."""


@transaction.atomic
def hand_in_report(
    *, draft: Draft, by: User | None, shown: str | None = None, version: int | None = None
) -> Draft:
    """送签: from now on the words rest and the leaders have it before them.

    ``shown`` is the fingerprint of what the writer had before him: what he didn't see isn't handed
    in. The figures of this moment are remembered, so that the signer learns what changed since.
    Raises Refused, NotAllowed or Stale.
    """
    _require(by, "write_report", draft)
    report = current(draft.division, draft.work_year, draft=draft).report
    if shown is not None and shown != fingerprint(report):
        raise Stale(draft, "报告所用的数据或文字在您查看之后有变化，请看最新内容后再送签。")
    move(
        draft,
        allowed=ROAD,
        to="handed",
        version=version,
        handed_by=by,
        handed_on=today(),
        seen=seen_figures(report),
        back_by=None,
        back_why="",
    )
    _record(draft, by, "报告送签")
    return draft


@transaction.atomic
def take_back_report(
    *, draft: Draft, by: User | None, why: str, version: int | None = None
) -> Draft:
    """撤回 by those who write it, with a reason, as long as nobody signed."""
    _require(by, "write_report", draft)
    return _stop(draft, "writing", by=by, act="撤回送签", why=why, version=version)


@transaction.atomic
def send_back_report(
    *, draft: Draft, by: User | None, why: str, version: int | None = None
) -> Draft:
    """退回 by a leader, with a reason: the writers may change it and hand it in again."""
    _require(by, "sign_report", draft)
    return _stop(draft, "returned", by=by, act="退回报告", why=why, version=version)


def _stop(
    draft: Draft, to: str, *, by: User | None, act: str, why: str, version: int | None
) -> Draft:
    if not why.strip():
        raise NotAllowed(f"{act[:2]}须写明理由。")
    move(draft, allowed=ROAD, to=to, version=version, back_by=by, back_why=why.strip())
    _record(draft, by, act, why.strip())
    return draft


def _record(draft: Draft, by: User | None, act: str, why: str = "") -> None:
    label = f"{draft.work_year}年度预算绩效管理工作情况"
    record(division=draft.division, by=by, act=act, target=draft, label=label, why=why)


def _require(by: User | None, power: str, draft: Draft) -> None:
    require(by, power)
    if by is not None and not holdings(by).can(power, division=draft.division_id):
        raise Refused(
            f"只能办理本区划的报告：{draft.division.name}的报告由其{who_can(power)}办理。"
        )


class DraftState(NamedTuple):
    """How far the report of a work year is: its draft's state."""

    work_year: int
    state: str


def draft_states(user: User) -> list[DraftState]:
    """The drafts of the person's division by year; one query for a whole page."""
    rows = Draft.objects.filter(division=user.division_id).order_by("work_year")
    return once(
        user,
        "draft states",
        lambda: [DraftState(*row) for row in rows.values_list("work_year", "state")],
    )
