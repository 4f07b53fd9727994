"""Addresses of targets: the year's list, one target with its checks."""

from django.urls import path

from wenxiao.desk.targets import alike, fill, layouts, review, target, year

urlpatterns = [
    path("targets", year.targets, name="targets"),
    path("targets/layouts", layouts.layouts, name="target_layouts"),
    path("targets/layouts/<int:pk>", layouts.layout, name="target_layout"),
    path("targets/layouts/<int:pk>/export", layouts.export, name="target_export"),
    path("targets/alike", alike.alike, name="targets_alike"),
    path("targets/start", fill.start, name="target_start"),
    path("targets/approval", review.approval, name="target_approval"),
    path("targets/<int:pk>/fill", fill.fill, name="target_fill"),
    path("targets/<int:pk>/adjust", fill.adjust, name="target_adjust"),
    path("targets/<int:pk>/submit-for", review.submit_for, name="target_submit_for"),
    path("targets/<int:pk>/judge", review.judge, name="target_judge"),
    path("targets/<int:pk>", target.target, name="target"),
]
