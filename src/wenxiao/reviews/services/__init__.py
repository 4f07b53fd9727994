"""What people do with reviews: start, fill, mark, submit, return, check, confirm, issue.
One function per act.
"""

from wenxiao.reviews.services.approval import (
    approve_filed_target,
    receive_approval,
    request_adjustment,
    running_of,
)
from wenxiao.reviews.services.assigning import assign_reviewer, unassign_reviewer
from wenxiao.reviews.services.batch_assigning import assign_batch
from wenxiao.reviews.services.contracting import accept_contract, add_contract
from wenxiao.reviews.services.exante import (
    begin_ex_ante,
    conclude_ex_ante,
    note_meeting,
    request_ex_ante,
)
from wenxiao.reviews.services.exchanging import (
    close_exchange,
    decide_objection,
    finish_objections,
    open_exchange,
    raise_objection,
    sign_exchange,
)
from wenxiao.reviews.services.filling import (
    record_actual,
    record_field_notes,
    record_mark,
    set_suggestions,
)
from wenxiao.reviews.services.framing import (
    begin_evaluation,
    bring_frame,
    fix_frame,
    open_frame,
    set_weights,
)
from wenxiao.reviews.services.hands import barred_in, note_imported_changes
from wenxiao.reviews.services.packaging import take_package
from wenxiao.reviews.services.panel import agree_panel, hand_in_scores, return_scores, settle_panel
from wenxiao.reviews.services.paper import confirm_paper, hand_in_paper, pending_paper, refuse_paper
from wenxiao.reviews.services.papering import (
    change_paper,
    confirm_facts,
    write_criterion_facts,
    write_paper,
)
from wenxiao.reviews.services.planning import draft_plan, drop_plan, issue_plan
from wenxiao.reviews.services.proving import judge_proof
from wenxiao.reviews.services.receiving import (
    arrival,
    correct_received_day,
    receives,
    register_received,
    submit_for_unit,
    submit_for_units,
)
from wenxiao.reviews.services.rechecking import draw_recheck, start_rechecks
from wenxiao.reviews.services.rescoring import (
    Moved,
    indicator_rows,
    rescore_round,
    results_under,
    what_if,
)
from wenxiao.reviews.services.road import (
    check_review,
    confirm_review,
    issue_review,
    reopen_review,
    return_review,
    route_of,
    start_review,
    submit_review,
    waiting_for,
)
from wenxiao.reviews.services.scoring import score_review

__all__ = [
    "Moved",
    "accept_contract",
    "add_contract",
    "agree_panel",
    "approve_filed_target",
    "arrival",
    "assign_batch",
    "assign_reviewer",
    "barred_in",
    "begin_evaluation",
    "begin_ex_ante",
    "bring_frame",
    "change_paper",
    "check_review",
    "close_exchange",
    "conclude_ex_ante",
    "confirm_facts",
    "confirm_paper",
    "confirm_review",
    "correct_received_day",
    "decide_objection",
    "draft_plan",
    "draw_recheck",
    "drop_plan",
    "finish_objections",
    "fix_frame",
    "hand_in_paper",
    "hand_in_scores",
    "indicator_rows",
    "issue_plan",
    "issue_review",
    "judge_proof",
    "note_imported_changes",
    "note_meeting",
    "open_exchange",
    "open_frame",
    "pending_paper",
    "raise_objection",
    "receive_approval",
    "receives",
    "record_actual",
    "record_field_notes",
    "record_mark",
    "refuse_paper",
    "register_received",
    "reopen_review",
    "request_adjustment",
    "request_ex_ante",
    "rescore_round",
    "results_under",
    "return_review",
    "return_scores",
    "route_of",
    "running_of",
    "score_review",
    "set_suggestions",
    "set_weights",
    "settle_panel",
    "sign_exchange",
    "start_rechecks",
    "start_review",
    "submit_for_unit",
    "submit_for_units",
    "submit_review",
    "take_package",
    "unassign_reviewer",
    "waiting_for",
    "what_if",
    "write_criterion_facts",
    "write_paper",
]
