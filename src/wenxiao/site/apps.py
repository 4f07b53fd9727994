"""Django's name for this room."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """系统"""

    name = "wenxiao.site"
    label = "site"
    verbose_name = "系统"
