"""What happens to targets: one function per act, each on record."""

from wenxiao.targets.services.approving import Amount, Contents, OpenJoins, approve_target, noted
from wenxiao.targets.services.filing import (
    MOST_ROWS,
    approval_paper,
    approve_filed,
    begin_adjustment,
    begin_target,
    blocking,
    check_target,
    fill_target,
    last_years,
    return_target,
    submit_target,
    submit_target_for_unit,
)
from wenxiao.targets.services.layouts import add_sample, map_layout, register_layout, retire_layout
from wenxiao.targets.services.rows import WIDEST, Promise
from wenxiao.targets.services.sheets import bring_target, complete_target

__all__ = [
    "MOST_ROWS",
    "WIDEST",
    "Amount",
    "Contents",
    "OpenJoins",
    "Promise",
    "add_sample",
    "approval_paper",
    "approve_filed",
    "approve_target",
    "begin_adjustment",
    "begin_target",
    "blocking",
    "bring_target",
    "check_target",
    "complete_target",
    "fill_target",
    "last_years",
    "map_layout",
    "noted",
    "register_layout",
    "retire_layout",
    "return_target",
    "submit_target",
    "submit_target_for_unit",
]
