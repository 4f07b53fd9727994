"""Addresses of the office's own pages: rules, library, people, trail, third parties."""

from django.urls import path

from wenxiao.desk.office import agencies, documents, resets, rules, trail, units, users

urlpatterns = [
    path("rules", rules.rules, name="rules"),
    path("rules/checks", rules.checks, name="checks"),
    path("rules/rescore/<int:pk>", rules.rescore, name="rescore"),
    path("rules/<str:name>", rules.rule, name="rule"),
    path("rules/<str:name>/change", rules.change, name="rule_change"),
    path("documents", documents.documents, name="documents"),
    path("documents/add", documents.add, name="document_add"),
    path("documents/<int:pk>", documents.document, name="document"),
    path("documents/<int:pk>/file", documents.file, name="document_file"),
    path("documents/<int:pk>/edit", documents.edit, name="document_edit"),
    path("people", units.people, name="people"),
    path("people/units/add", units.add, name="unit_add"),
    path("people/units/<int:pk>", units.unit, name="unit"),
    path("people/units/<int:pk>/<str:act>", units.act, name="unit_act"),
    path("people/resets", resets.resets, name="resets"),
    path("people/resets/<int:pk>/<str:act>", resets.act, name="reset_act"),
    path("people/users", users.users, name="users"),
    path("people/users/add", users.add, name="user_add"),
    path("people/users/<int:pk>", users.user, name="user"),
    path("people/users/<int:pk>/grant", users.grant, name="user_grant"),
    path("people/users/<int:pk>/<str:act>", users.act, name="user_act"),
    path("people/grants/<int:pk>/end", users.end_grant, name="grant_end"),
    path("trail", trail.trail, name="trail"),
    path("trail/verify", trail.verify, name="trail_verify"),
    path("trail/export.json", trail.export, name="trail_export"),
    path("trail/packages", trail.packages, name="packages"),
    path("trail/packages/<int:pk>.zip", trail.package_of, name="package"),
    path("agencies", agencies.agencies, name="agencies"),
    path("agencies/add", agencies.add, name="agency_add"),
    path("experts/add", agencies.expert, name="expert_add"),
    path("agencies/assign", agencies.assign, name="assign"),
    path("agencies/assignments/<int:pk>/end", agencies.end, name="assignment_end"),
]
