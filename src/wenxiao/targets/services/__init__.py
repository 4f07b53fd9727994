"""What happens to targets: one function per act, each on record."""

from wenxiao.targets.services.approving import Amount, Contents, OpenJoins, approve_target, noted
from wenxiao.targets.services.layouts import add_sample, map_layout, register_layout, retire_layout
from wenxiao.targets.services.rows import WIDEST, Promise
from wenxiao.targets.services.sheets import bring_target, complete_target

__all__ = [
    "WIDEST",
    "Amount",
    "Contents",
    "OpenJoins",
    "Promise",
    "add_sample",
    "approve_target",
    "bring_target",
    "complete_target",
    "map_layout",
    "noted",
    "register_layout",
    "retire_layout",
]
