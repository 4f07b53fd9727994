"""Django's name for this room, and what the database itself refuses in it."""

from __future__ import annotations

from django.apps import AppConfig

from wenxiao.store.guards import Guard, keep
from wenxiao.store.heard import hear_names
from wenxiao.store.prepared import hash_columns_by_field

_CLASS = "CASE WHEN {0}.role IN ('system', 'security', 'audit') THEN {0}.role ELSE 'business' END"
_CLASHES = (
    "EXISTS (SELECT 1 FROM orgs_grant g WHERE g.user_id = NEW.user_id AND g.id <> COALESCE(NEW.id, -1) AND "
    f"{_CLASS.format('g')} <> {_CLASS.format('NEW')})"
)
_MOVED = "(NEW.role <> OLD.role OR NEW.user_id <> OLD.user_id)"
"""Ending a grant must always do: it is how an account of an older database is mended."""
GUARDS = tuple(
    Guard(
        "orgs_grant",
        event,
        "system, security and audit administrators and business are four different people",
        when=_CLASHES if event == "INSERT" else f"{_MOVED} AND {_CLASHES}",
        lock="SELECT 1 FROM orgs_user u WHERE u.id = NEW.user_id FOR UPDATE",
    )
    for event in ("INSERT", "UPDATE")
)
"""三员与业务互不兼任, also for whoever writes grants past the services."""


class OrgsConfig(AppConfig):
    """机构与人员"""

    name = "wenxiao.orgs"
    label = "orgs"
    verbose_name = "机构与人员"

    def ready(self) -> None:
        """The database refuses what the services refuse; a session knows when it began; columns
        are looked up fast; names are found by their sound.
        """
        keep(self, GUARDS)
        hash_columns_by_field()
        hear_names()
        from django.contrib.auth.signals import user_logged_in

        from wenxiao.orgs.middleware import keep_entered

        user_logged_in.connect(keep_entered)
