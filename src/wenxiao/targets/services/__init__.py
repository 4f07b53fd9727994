"""What happens to targets: one function per act, each on record."""

from wenxiao.targets.services.adjusting import keep_target
from wenxiao.targets.services.approving import (
    AskedAmount,
    Contents,
    OpenJoins,
    approve_target,
    noted,
)
from wenxiao.targets.services.drafting import (
    MOST_AMOUNTS,
    MOST_LONG,
    MOST_ROWS,
    MOST_STEPS,
    begin_adjustment,
    begin_target,
    fill_target,
    last_years,
)
from wenxiao.targets.services.engaging import engage_reviewer
from wenxiao.targets.services.filing import (
    approval_paper,
    approve_filed,
    blocking,
    check_target,
    return_target,
    submit_target,
    submit_target_for_unit,
    withdraw_target,
)
from wenxiao.targets.services.layouts import add_sample, map_layout, register_layout, retire_layout
from wenxiao.targets.services.library import (
    LibraryEntry,
    confirm_row,
    decline_row,
    fill_library,
    import_library,
    propose_row,
    publish_row,
    retire_row,
    turn_boilerplate,
)
from wenxiao.targets.services.offline import take_workbook
from wenxiao.targets.services.reviewing import SEATS, score_rubric, seats_of, state_opinion
from wenxiao.targets.services.row_revisions import Revision, revise_rows
from wenxiao.targets.services.rows import WIDEST, Explanation, TargetRow
from wenxiao.targets.services.sheets import bring_target, complete_target

__all__ = [
    "MOST_AMOUNTS",
    "MOST_LONG",
    "MOST_ROWS",
    "MOST_STEPS",
    "SEATS",
    "WIDEST",
    "AskedAmount",
    "Contents",
    "Explanation",
    "LibraryEntry",
    "OpenJoins",
    "Revision",
    "TargetRow",
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
    "confirm_row",
    "decline_row",
    "engage_reviewer",
    "fill_library",
    "fill_target",
    "import_library",
    "keep_target",
    "last_years",
    "map_layout",
    "noted",
    "propose_row",
    "publish_row",
    "register_layout",
    "retire_layout",
    "retire_row",
    "return_target",
    "revise_rows",
    "score_rubric",
    "seats_of",
    "state_opinion",
    "submit_target",
    "submit_target_for_unit",
    "take_workbook",
    "turn_boilerplate",
    "withdraw_target",
]
