"""Addresses of one dossier: its results, proofs, milestones, points."""

from django.urls import path

from wenxiao.desk.dossiers import (
    about,
    correction,
    dossier,
    kind_facts,
    materials,
    milestones,
    openness,
    unit_cost,
)

urlpatterns = [
    path("dossiers/<int:pk>", dossier.dossier, name="dossier"),
    path("dossiers/<int:pk>/spending", dossier.spending, name="spending"),
    path("dossiers/<int:pk>/plan", milestones.plan, name="milestones"),
    path("dossiers/<int:pk>/plan/<int:step>/done", milestones.step_done, name="step_done"),
    path("dossiers/<int:pk>/kind", kind_facts.kind_facts, name="kind_facts"),
    path("dossiers/<int:pk>/kind.xlsx", kind_facts.kind_facts_file, name="kind_facts_file"),
    path("dossiers/<int:pk>/unit-cost", unit_cost.unit_cost, name="unit_cost"),
    path("dossiers/<int:pk>/about", about.about, name="about"),
    path("dossiers/<int:pk>/restriction", openness.restriction, name="restriction"),
    path("marks/<int:pk>/why", dossier.why, name="why"),
    path("marks/<int:pk>/value", correction.change_value, name="change_value"),
    path("dossiers/<int:pk>/materials", materials.materials, name="materials"),
    path("dossiers/<int:pk>/materials/add", materials.add, name="material_add"),
    path("materials/<int:pk>/file", materials.file, name="material_file"),
    path("materials/<int:pk>/<str:act>/do", materials.act, name="material_act"),
    path("dossiers/<int:pk>/reviews/<str:kind>", dossier.latest_review, name="dossier_review"),
]
