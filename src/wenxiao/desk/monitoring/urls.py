"""Addresses of monitoring (监控) and the watch (督看)."""

from django.urls import path

from wenxiao.desk.monitoring import monitoring, watch

urlpatterns = [
    path("watch", watch.watch, name="watch"),
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
    path("monitoring/notes/<int:pk>", monitoring.monitoring_notes, name="monitoring_notes"),
]
