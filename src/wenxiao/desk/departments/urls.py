"""Addresses of departments as a whole (部门整体)."""

from django.urls import path

from wenxiao.desk.departments import departments

urlpatterns = [
    path("departments", departments.listed, name="departments"),
    path("departments/<int:pk>/<int:fiscal>", departments.department, name="department"),
]
