"""Seats of a panel: an expert writes the marks of their own seat, everybody
else those of the panel itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.orgs.models import Role
from wenxiao.orgs.permissions import Refused, holdings
from wenxiao.reviews.panels import experts_of
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from wenxiao.orgs.models import User
    from wenxiao.orgs.permissions import Holdings
    from wenxiao.reviews.models import Review


def seat_of(user: User | None, held: Holdings | None = None) -> str:
    """Whose mark a person writes: an expert their own ("" is the panel's).
    ``held`` spares reading the grants.
    """
    if user is None:
        return ""
    roles = {scope.role for scope in (held or holdings(user)).scopes}
    return str(user.name)[:30] if roles == {Role.EXPERT} else ""


def require_own_seat(by: User | None, seat: str) -> None:
    """Refused for another's seat: experts don't mark for the panel, nobody marks for an expert."""
    if by is None or seat == (own := seat_of(by)):
        return
    if own:
        raise Refused("评审专家只记自己的评分；汇总由主评人、主管部门或财政绩效科办理。")
    raise Refused(f"“{seat}”的评分由专家本人记，不能代记；您记的是汇总后的得分。")


def require_panel(by: User | None) -> None:
    """Refused for an expert: joining the marks and handing the sheet in are the panel's."""
    if seat_of(by):
        raise Refused(
            "专家评分由主评人、主管部门或财政绩效科汇总后报送；您只记自己的评分，存好即可。"
        )


def refuse_handed_in(review: Review, by: User | None, seat: str) -> None:
    """NotAllowed once an expert handed the own scores in: they are locked
    until the panel gives them back.
    """
    if not seat or by is None:
        return
    own = experts_of(review).filter(user=by).exclude(scores_in_at=None)
    if own.exists():
        raise NotAllowed("您的评分已经交了，不能再改；确需更改的，请主评人或财政绩效科退回。")
