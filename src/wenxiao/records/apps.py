"""Django's name for this room."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """留痕与文件"""

    name = "wenxiao.records"
    label = "records"
    verbose_name = "留痕与文件"
