"""Django's name for this room."""

from django.apps import AppConfig


class FollowupConfig(AppConfig):
    """后续"""

    name = "wenxiao.followup"
    label = "followup"
    verbose_name = "后续"
