"""What happens to targets: one function per act, each on record."""

from wenxiao.targets.services.approving import Amount, Contents, OpenJoins, approve_target, noted
from wenxiao.targets.services.rows import WIDEST, Promise
from wenxiao.targets.services.sheets import bring_target, complete_target

__all__ = [
    "WIDEST",
    "Amount",
    "Contents",
    "OpenJoins",
    "Promise",
    "approve_target",
    "bring_target",
    "complete_target",
    "noted",
]
