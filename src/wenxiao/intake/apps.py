"""Django's name for this room; it has no tables, its migration renames
tasks that wait in the queue.
"""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """导入"""

    name = "wenxiao.intake"
    label = "intake"
    verbose_name = "导入"
