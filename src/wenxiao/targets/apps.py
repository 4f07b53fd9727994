"""Django's name for this room."""

from django.apps import AppConfig


class TargetsConfig(AppConfig):
    """绩效目标"""

    name = "wenxiao.targets"
    label = "targets"
    verbose_name = "绩效目标"
