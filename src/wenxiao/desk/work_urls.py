"""Addresses of the day's work: desk, monitoring, watch, self-evaluation, filling, search."""

from django.urls import path

from wenxiao.desk import (
    beginning,
    editing,
    filling,
    filling_money,
    home,
    monitoring,
    searching,
    selfeval,
    settling,
    subjects,
    watching,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("search", searching.search, name="search"),
    path("subjects/views", subjects.keep_view, name="keep_view"),
    path("watch", watching.watch, name="watch"),
    path("monitoring", monitoring.monitoring, name="monitoring"),
    path("monitoring/<int:year>/key.docx", monitoring.key_report, name="key_report"),
    path("monitoring/<int:pk>", monitoring.monitoring_round, name="monitoring_round"),
    path("monitoring/<int:pk>/report.docx", monitoring.monitoring_report, name="monitoring_report"),
    path("monitoring/<int:pk>/<int:dossier>", monitoring.monitored, name="monitored"),
    path(
        "monitoring/<int:pk>/<int:dossier>/report.docx",
        monitoring.monitored_report,
        name="monitored_report",
    ),
    path("rounds/<int:pk>/dossiers/<int:dossier>/begin", beginning.begin, name="begin"),
    path("rounds/<int:pk>/settle", settling.settle, name="settle"),
    path("rounds/<int:pk>/settle/ticked", settling.settle_ticked, name="settle_ticked"),
    path("rounds/<int:pk>/settled", settling.settled, name="settled"),
    path("monitoring/notes/<int:pk>", monitoring.monitoring_notes, name="monitoring_notes"),
    path("selfeval", selfeval.selfeval, name="selfeval"),
    path("selfeval/<int:pk>", selfeval.selfeval_round, name="selfeval_round"),
    path("filling/<int:pk>", filling.filling, name="filling"),
    path("filling/<int:pk>/rows", filling.save, name="filling_save"),
    path("filling/<int:pk>/money", filling_money.money, name="filling_money"),
    path("filling/<int:pk>/submit", filling.submit, name="filling_submit"),
    path("filling/<int:pk>/judge/<str:act>", selfeval.judge, name="filling_judge"),
    path("marks/<int:pk>/value", editing.change_value, name="change_value"),
]
