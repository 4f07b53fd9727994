"""Addresses of packages (材料包): 人大, the upper level, a department's public ones."""

from django.urls import path

from wenxiao.desk.packages import packages

urlpatterns = [
    path("packages", packages.listed, name="packages"),
    path("packages/<str:package>.zip", packages.package_file, name="package_file"),
    path(
        "packages/departments/<int:pk>/<str:occasion>.zip",
        packages.department_file,
        name="department_package_file",
    ),
    path(
        "packages/departments/<int:pk>/<str:occasion>",
        packages.department,
        name="department_package",
    ),
]
