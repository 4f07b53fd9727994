"""Django's name for this room."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """页面"""

    name = "wenxiao.pages"
    label = "pages"
    verbose_name = "页面"
