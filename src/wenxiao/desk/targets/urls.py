"""Addresses of targets: the year's list, one target with its checks."""

from django.urls import path

from wenxiao.desk.targets import target, year

urlpatterns = [
    path("targets", year.targets, name="targets"),
    path("targets/<int:pk>", target.target, name="target"),
]
