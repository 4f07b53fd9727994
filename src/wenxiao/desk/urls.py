"""The officers' addresses."""

from django.urls import path

from wenxiao.desk import (
    disclosures_urls,
    dossiers,
    entry,
    following_urls,
    imports_urls,
    office_urls,
    report_urls,
    subjects,
    work_urls,
)

app_name = "desk"
urlpatterns = [
    path("login", entry.enter, name="login"),
    path("logout", entry.leave, name="logout"),
    path("password", entry.password, name="password"),
    path("subjects", subjects.subjects, name="subjects"),
    path("dossiers/<int:pk>", dossiers.dossier, name="dossier"),
    path("dossiers/<int:pk>/spending", dossiers.spending, name="spending"),
    path("marks/<int:pk>/why", dossiers.why, name="why"),
    *work_urls.urlpatterns,
    *imports_urls.urlpatterns,
    *following_urls.urlpatterns,
    *report_urls.urlpatterns,
    *disclosures_urls.urlpatterns,
    *office_urls.urlpatterns,
]
