"""Addresses of the assessment of units' work (工作考核)."""

from django.urls import path

from wenxiao.desk.assessments import assessments

urlpatterns = [
    path("assessments", assessments.listed, name="assessments"),
    path("assessments/prepare", assessments.prepare, name="assessments_prepare"),
    path("assessments/list.xlsx", assessments.list_file, name="assessments_file"),
    path("assessments/<int:pk>", assessments.assessment, name="assessment"),
    path("assessments/<int:pk>/points", assessments.points, name="assessment_points"),
    path("assessments/<int:pk>/confirm", assessments.confirm, name="assessment_confirm"),
    path("assessments/<int:pk>/reopen", assessments.reopen, name="assessment_reopen"),
]
