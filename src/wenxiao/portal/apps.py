"""Django's name for this room."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """公开"""

    name = "wenxiao.portal"
    label = "portal"
    verbose_name = "公开"
