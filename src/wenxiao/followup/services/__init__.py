"""What people do after a judgement: confirm findings, feed back, mend,
verify, close, use results, hold to account.
"""

from wenxiao.followup.services.auditing import (
    WHICH,
    AuditDifference,
    AuditedFund,
    audit_money,
    explain_audit,
)
from wenxiao.followup.services.budgeting import (
    Verdict,
    decide_requests,
    reopen_decisions,
    sign_use_list,
    take_proposals,
)
from wenxiao.followup.services.catalogue import add_item, change_item
from wenxiao.followup.services.findings import (
    CATALOGUE,
    LOW_EXECUTION,
    confirm_finding,
    dismiss_finding,
    ensure_catalogue,
    propose_finding,
    propose_low_execution,
    reopen_finding,
    set_common_problems,
)
from wenxiao.followup.services.keying import set_round_key
from wenxiao.followup.services.notices import announce_evaluation, receive_feedback, send_feedback
from wenxiao.followup.services.rectifying import (
    escalate,
    extend_deadline,
    hold_to_account,
    order_rectification,
    plan_rectification,
    reply_rectification,
    verify_rectification,
)
from wenxiao.followup.services.reminding import remind_units, send_reminder
from wenxiao.followup.services.succeeding import merge_with_work, split_with_work, succeed_in_work
from wenxiao.followup.services.turning import roll_over, undo_roll_over
from wenxiao.followup.services.using import decide_use, propose_use

__all__ = [
    "CATALOGUE",
    "LOW_EXECUTION",
    "WHICH",
    "AuditDifference",
    "AuditedFund",
    "Verdict",
    "add_item",
    "announce_evaluation",
    "audit_money",
    "change_item",
    "confirm_finding",
    "decide_requests",
    "decide_use",
    "dismiss_finding",
    "ensure_catalogue",
    "escalate",
    "explain_audit",
    "extend_deadline",
    "hold_to_account",
    "merge_with_work",
    "order_rectification",
    "plan_rectification",
    "propose_finding",
    "propose_low_execution",
    "propose_use",
    "receive_feedback",
    "remind_units",
    "reopen_decisions",
    "reopen_finding",
    "reply_rectification",
    "roll_over",
    "send_feedback",
    "send_reminder",
    "set_common_problems",
    "set_round_key",
    "sign_use_list",
    "split_with_work",
    "succeed_in_work",
    "take_proposals",
    "undo_roll_over",
    "verify_rectification",
]
