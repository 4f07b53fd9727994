"""Seats of a panel: an expert writes the marks of their own seat, everybody else those of the panel itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.orgs.models import Role
from wenxiao.orgs.permissions import Refused, holdings

if TYPE_CHECKING:
    from wenxiao.orgs.models import User
    from wenxiao.orgs.permissions import Holdings


def seat_of(user: User | None, held: Holdings | None = None) -> str:
    """Whose mark a person writes: an expert their own ("" is the panel's). ``held`` spares reading the grants."""
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
