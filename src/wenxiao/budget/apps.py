"""Django's name for this room."""

from django.apps import AppConfig


class BudgetConfig(AppConfig):
    """预算与执行"""

    name = "wenxiao.budget"
    label = "budget"
    verbose_name = "预算与执行"
