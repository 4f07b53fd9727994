"""Django's name for this room, and the marks the database sets for it."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class FollowupConfig(AppConfig):
    """后续"""

    name = "wenxiao.followup"
    label = "followup"
    verbose_name = "后续"

    def ready(self) -> None:
        """Triggers stand aside while tables are rebuilt (SQLite would lose
        them) and come back afterwards.
        """
        pre_migrate.connect(_stand_aside, sender=self)
        post_migrate.connect(_watch_again, sender=self)


def _stand_aside(*, plan: list[Any], **_: Any) -> None:
    from wenxiao.followup.watch.inputs import unwatch_inputs

    if plan:
        unwatch_inputs()


def _watch_again(**_: Any) -> None:
    from wenxiao.followup.services.keeping import watch_changes

    watch_changes()
