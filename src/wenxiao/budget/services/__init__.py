"""Subjects, dossiers, money and the year's rounds: every act of this room."""

from wenxiao.budget.services.departments import set_department_figures
from wenxiao.budget.services.filing_scope import choose_own_filing
from wenxiao.budget.services.kind_facts import record_kind_facts
from wenxiao.budget.services.lists import (
    AppropriationList,
    Arrangement,
    NewSubject,
    add_subjects,
    open_dossiers,
    set_appropriations,
)
from wenxiao.budget.services.money import add_spending, set_appropriation, set_audited
from wenxiao.budget.services.requests import approve_budget, set_requests
from wenxiao.budget.services.rounds import (
    DEFAULT_ROUTE,
    KEYED,
    ROUND_TODO,
    close_round,
    end_exemption,
    exempt,
    extend_round,
    issue_round,
    open_round,
    refuse_ended,
    refuse_unlisted,
    reopen_round,
    round_kinds,
)
from wenxiao.budget.services.subject_table import DescribedRow, describe_subjects
from wenxiao.budget.services.subjects import (
    SUBJECT_FACTS,
    describe_subject,
    edit_subject,
    ensure_subject,
    facts_of,
    fill_subject_facts,
    hand_over,
    kinds_for,
    open_dossier,
    restrict_subject,
    tag_subject,
)

__all__ = [
    "DEFAULT_ROUTE",
    "KEYED",
    "ROUND_TODO",
    "SUBJECT_FACTS",
    "AppropriationList",
    "Arrangement",
    "DescribedRow",
    "NewSubject",
    "add_spending",
    "add_subjects",
    "approve_budget",
    "choose_own_filing",
    "close_round",
    "describe_subject",
    "describe_subjects",
    "edit_subject",
    "end_exemption",
    "ensure_subject",
    "exempt",
    "extend_round",
    "facts_of",
    "fill_subject_facts",
    "hand_over",
    "issue_round",
    "kinds_for",
    "open_dossier",
    "open_dossiers",
    "open_round",
    "record_kind_facts",
    "refuse_ended",
    "refuse_unlisted",
    "reopen_round",
    "restrict_subject",
    "round_kinds",
    "set_appropriation",
    "set_appropriations",
    "set_audited",
    "set_department_figures",
    "set_requests",
    "tag_subject",
]
