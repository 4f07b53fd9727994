"""The officers' addresses."""

from django.urls import path

from wenxiao.desk import disclosures_urls, dossiers, entry, following_urls, imports_urls, office_urls, report, subjects, work_urls

app_name = "desk"
urlpatterns = [
    path("login", entry.enter, name="login"),
    path("logout", entry.leave, name="logout"),
    path("password", entry.password, name="password"),
    path("subjects", subjects.subjects, name="subjects"),
    path("dossiers/<int:pk>", dossiers.dossier, name="dossier"),
    path("dossiers/<int:pk>/spending", dossiers.spending, name="spending"),
    path("marks/<int:pk>/why", dossiers.why, name="why"),
    path("report", report.now, name="report_now"),
    path("report/<int:year>", report.report, name="report"),
    path("report/<int:year>/figures/<path:ident>", report.figure, name="figure"),
    *work_urls.urlpatterns,
    *imports_urls.urlpatterns,
    *following_urls.urlpatterns,
    *disclosures_urls.urlpatterns,
    *office_urls.urlpatterns,
]
