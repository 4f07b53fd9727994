"""Django's migrate, with a database of no tables given today's at once (docs/adr/0028)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import no_translations
from django.core.management.commands import migrate
from django.db import connections

from wenxiao.store import first_tables

PARTIAL = (
    "app_label",
    "migration_name",
    "fake",
    "fake_initial",
    "plan",
    "check_unapplied",
    "prune",
)
"""Asked for one of these, an empty database is treated as Django does."""


class Command(migrate.Command):
    """migrate; its arguments are Django's."""

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        """Make all tables where there are none; then what Django's own does."""
        if not any(options.get(name) for name in PARTIAL):
            connection = connections[options["database"]]
            if not connection.introspection.table_names():
                first_tables.create(connection)
        super().handle(*args, **options)
