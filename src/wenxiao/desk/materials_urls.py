"""Addresses of proofs (佐证)."""

from django.urls import path

from wenxiao.desk import materials

urlpatterns = [
    path("dossiers/<int:pk>/materials", materials.materials, name="materials"),
    path("dossiers/<int:pk>/materials/add", materials.add, name="material_add"),
    path("materials/<int:pk>/file", materials.file, name="material_file"),
    path("materials/<int:pk>/<str:act>/do", materials.act, name="material_act"),
]
