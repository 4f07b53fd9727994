"""Django's name for this room, and the marks the database sets for its kept counts."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class ReviewsConfig(AppConfig):
    """评审"""

    name = "wenxiao.reviews"
    label = "reviews"
    verbose_name = "评审"

    def ready(self) -> None:
        """Triggers stand aside while tables are rebuilt and come back afterwards."""
        pre_migrate.connect(_stand_aside, sender=self)
        post_migrate.connect(_watch_again, sender=self)


def _stand_aside(*, plan: list[Any], **_: Any) -> None:
    from wenxiao.reviews.services.tallies import unwatch_counts

    if plan:
        unwatch_counts()


def _watch_again(**_: Any) -> None:
    from wenxiao.reviews.services.tallies import watch_counts

    watch_counts()
