"""Django's name for this room."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """实绩与佐证"""

    name = "wenxiao.evidence"
    label = "evidence"
    verbose_name = "实绩与佐证"
