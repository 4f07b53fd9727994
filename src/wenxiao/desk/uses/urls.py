"""Addresses of uses of results (应用)."""

from django.urls import path

from wenxiao.desk.uses import next_budget, rule_runs, uses

urlpatterns = [
    path("uses", uses.uses, name="uses"),
    path("uses/draw", rule_runs.propose, name="uses_draw"),
    path("uses/drawn", rule_runs.uses_drawn, name="uses_drawn"),
    path("uses/propose", uses.propose, name="use_propose"),
    path("uses/<int:pk>/decide", uses.decide, name="use_decide"),
    path("uses/next", next_budget.departments, name="next_budget"),
    path("uses/next/approved", next_budget.approved, name="budget_approved"),
    path("uses/next/list.xlsx", next_budget.whole_file, name="next_budget_file"),
    path("uses/next/<int:pk>", next_budget.department, name="next_budget_of"),
    path("uses/next/<int:pk>/decide", next_budget.decide, name="next_budget_decide"),
    path("uses/next/<int:pk>/take", next_budget.take, name="next_budget_take"),
    path("uses/next/<int:pk>/sign", next_budget.sign, name="next_budget_sign"),
    path("uses/next/<int:pk>/reopen", next_budget.reopen, name="next_budget_reopen"),
    path("uses/next/<int:pk>/list/<str:name>", next_budget.list_file, name="next_budget_list"),
    path("uses/strict.xlsx", uses.strict_file, name="strict_file"),
]
