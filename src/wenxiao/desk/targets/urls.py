"""Addresses of targets: the year's list, one target with its checks."""

from django.urls import path

from wenxiao.desk.targets import layouts, target, year

urlpatterns = [
    path("targets", year.targets, name="targets"),
    path("targets/layouts", layouts.layouts, name="target_layouts"),
    path("targets/layouts/<int:pk>", layouts.layout, name="target_layout"),
    path("targets/layouts/<int:pk>/export", layouts.export, name="target_export"),
    path("targets/<int:pk>", target.target, name="target"),
]
