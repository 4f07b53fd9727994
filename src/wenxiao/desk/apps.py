"""Django's name for this room."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """工作台"""

    name = "wenxiao.desk"
    label = "desk"
    verbose_name = "工作台"
