"""Addresses of uses of results (应用)."""

from django.urls import path

from wenxiao.desk.uses import rule_runs, uses

urlpatterns = [
    path("uses", uses.uses, name="uses"),
    path("uses/draw", rule_runs.propose, name="uses_draw"),
    path("uses/drawn", rule_runs.uses_drawn, name="uses_drawn"),
    path("uses/propose", uses.propose, name="use_propose"),
    path("uses/<int:pk>/decide", uses.decide, name="use_decide"),
    path("uses/strict.xlsx", uses.strict_file, name="strict_file"),
]
