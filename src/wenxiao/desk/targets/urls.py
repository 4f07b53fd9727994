"""Addresses of targets: the year's list, one target with its checks."""

from django.urls import path

from wenxiao.desk.targets import (
    adjusting,
    alike,
    fill,
    judging,
    layouts,
    paper,
    returns,
    review,
    rounds,
    target,
    year,
)

urlpatterns = [
    path("targets", year.targets, name="targets"),
    path("targets/layouts", layouts.layouts, name="target_layouts"),
    path("targets/layouts/<int:pk>", layouts.layout, name="target_layout"),
    path("targets/layouts/<int:pk>/export", layouts.export, name="target_export"),
    path("targets/alike", alike.alike, name="targets_alike"),
    path("targets/scope", rounds.scope, name="target_scope"),
    path("targets/rounds/<int:pk>", rounds.target_round, name="target_round"),
    path("targets/start", fill.start, name="target_start"),
    path("targets/review", review.review, name="target_review"),
    path("targets/returns", returns.returns, name="target_returns"),
    path("targets/approval", review.approval, name="target_approval"),
    path("targets/<int:pk>/fill", fill.fill, name="target_fill"),
    path("targets/<int:pk>/form", paper.form, name="target_form"),
    path("targets/<int:pk>/workbook", paper.workbook, name="target_workbook"),
    path("targets/<int:pk>/compare", paper.compare, name="target_compare"),
    path("targets/<int:pk>/alike", alike.alike_part, name="target_alike"),
    path("targets/<int:pk>/withdraw", fill.withdraw, name="target_withdraw"),
    path("targets/<int:pk>/adjust", adjusting.adjust, name="target_adjust"),
    path("targets/<int:pk>/proof", target.proof, name="target_proof"),
    path("targets/<int:pk>/keep", adjusting.keep, name="target_keep"),
    path("targets/budget-changes", adjusting.budget_changes, name="target_budget_changes"),
    path("targets/<int:pk>/submit-for", review.submit_for, name="target_submit_for"),
    path("targets/<int:pk>/rubric", judging.rubric, name="target_rubric"),
    path("targets/<int:pk>/engage", judging.engage, name="target_engage"),
    path("targets/<int:pk>/opinion", judging.opinion, name="target_opinion"),
    path("targets/<int:pk>/judge", review.judge, name="target_judge"),
    path("targets/<int:pk>", target.target, name="target"),
]
