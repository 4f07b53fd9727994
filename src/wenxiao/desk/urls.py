"""The officers' addresses."""

from django.urls import path

from wenxiao.desk import (
    disclosures_urls,
    dossiers,
    entry,
    following_urls,
    guide,
    imports_urls,
    materials_urls,
    office_urls,
    planning,
    report_urls,
    restricting,
    subject_batch,
    subject_export,
    subject_problems,
    subjects,
    work_urls,
)

app_name = "desk"
urlpatterns = [
    path("login", entry.enter, name="login"),
    path("logout", entry.leave, name="logout"),
    path("password", entry.password, name="password"),
    path("help", guide.help_page, name="help"),
    path("subjects", subjects.subjects, name="subjects"),
    path("subjects/list.xlsx", subject_export.subjects_file, name="subjects_file"),
    path("subjects/problems", subject_problems.subject_problems, name="subject_problems"),
    path("subjects/batch", subject_batch.batch, name="subjects_batch"),
    path("dossiers/<int:pk>", dossiers.dossier, name="dossier"),
    path("dossiers/<int:pk>/spending", dossiers.spending, name="spending"),
    path("dossiers/<int:pk>/plan", planning.plan, name="plan"),
    path("dossiers/<int:pk>/plan/<int:step>/done", planning.step_done, name="step_done"),
    path("dossiers/<int:pk>/restriction", restricting.restriction, name="restriction"),
    path("marks/<int:pk>/why", dossiers.why, name="why"),
    *work_urls.urlpatterns,
    *materials_urls.urlpatterns,
    *imports_urls.urlpatterns,
    *following_urls.urlpatterns,
    *report_urls.urlpatterns,
    *disclosures_urls.urlpatterns,
    *office_urls.urlpatterns,
]
