"""Addresses of the form a unit fills in, and passing it on."""

from django.urls import path

from wenxiao.desk.filling import (
    approval,
    assisting,
    evaluation_surveys,
    filling,
    money,
    report_file,
    survey_file,
    surveying,
    whole,
)

urlpatterns = [
    path("filling/<int:pk>", filling.filling, name="filling"),
    path("filling/<int:pk>/rows", filling.save, name="filling_save"),
    path("filling/<int:pk>/whole", whole.whole, name="filling_whole"),
    path("filling/<int:pk>/money", money.money, name="filling_money"),
    path("filling/<int:pk>/report.docx", report_file.report, name="filling_report"),
    path("filling/<int:pk>/submit", filling.submit, name="filling_submit"),
    path("filling/<int:pk>/assistance/<int:indicator>", assisting.assistance, name="assistance"),
    path("filling/<int:pk>/survey/<int:indicator>", surveying.survey, name="survey"),
    path(
        "surveys/criteria/<int:pk>/<int:criterion>",
        evaluation_surveys.survey,
        name="evaluation_survey",
    ),
    path("surveys/<int:pk>/file", survey_file.upload, name="survey_file"),
    path("surveys/<int:pk>/columns", survey_file.columns, name="survey_columns"),
    path("surveys/<int:pk>/<str:act>/do", surveying.act, name="survey_act"),
    path("assistances/<int:pk>/row.xlsx", assisting.row_file, name="assistance_row"),
    path("assistances/<int:pk>/back", assisting.bring_back, name="assistance_back"),
    path("assistances/<int:pk>/photo", assisting.photo, name="assistance_photo"),
    path("assistances/<int:pk>/<str:act>/do", assisting.act, name="assistance_act"),
    path("filling/<int:pk>/scan", approval.scan, name="filling_scan"),
    path("filling/<int:pk>/judge/<str:act>", approval.judge, name="filling_judge"),
]
