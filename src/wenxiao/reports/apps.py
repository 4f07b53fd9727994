"""Django's name for this room."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """报告"""

    name = "wenxiao.reports"
    label = "reports"
    verbose_name = "报告"
