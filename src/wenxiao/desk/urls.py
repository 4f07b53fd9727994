"""The officers' addresses: one line per station, each named like the addresses it answers."""

from django.urls import include, path

STATIONS = (
    "home",
    "subjects",
    "departments",
    "dossiers",
    "targets",
    "exante",
    "library",
    "rounds",
    "filling",
    "selfeval",
    "monitoring",
    "imports",
    "evaluations",
    "findings",
    "rectifications",
    "uses",
    "uploads",
    "disclosures",
    "training",
    "assessments",
    "packages",
    "report",
    "office",
)

app_name = "desk"
urlpatterns = [path("", include(f"wenxiao.desk.{station}.urls")) for station in STATIONS]
