"""Django's name for this room."""

from django.apps import AppConfig


class OrgsConfig(AppConfig):
    """机构与人员"""

    name = "wenxiao.orgs"
    label = "orgs"
    verbose_name = "机构与人员"
