"""The public's addresses: no login, nothing that was not signed for publication."""

from django.urls import path

from wenxiao.portal import assisting, site_file, surveying, views

app_name = "portal"
urlpatterns = [
    path("assist/<str:token>", assisting.assist, name="assist"),
    path("survey/<str:token>", surveying.survey, name="survey"),
    path("open", views.results, name="home"),
    path("open/units", views.units, name="units"),
    path("open/data", views.data, name="data"),
    path("open/data.xlsx", views.data_file, name="data_file"),
    path("open/data.csv", views.data_csv, name="data_csv"),
    path("open/data.json", views.data_json, name="data_json"),
    path("open/schema.json", views.data_schema, name="data_schema"),
    path("disclosures/site.zip", site_file.site_file, name="static_site"),
    path("open/<int:pk>", views.result, name="result"),
    path("open/<int:pk>/result.xlsx", views.result_file, name="result_file"),
    path("open/<int:pk>/comment", views.comment, name="comment"),
]
