"""Django's name for this room, and what the database itself refuses in it."""

from django.apps import AppConfig

from wenxiao.store.guards import Guard, keep

_HEAD = "FROM records_chainhead h WHERE h.division_id = NEW.division_id"
_FOLLOWS = f"{_HEAD} AND h.day = NEW.day AND h.number = NEW.number - 1 AND h.hash = NEW.previous"
_NAMES = (
    "FROM records_entry e WHERE e.division_id = NEW.division_id AND e.day = NEW.day"
    " AND e.number = NEW.number AND e.hash = NEW.hash"
)
_MOVED = "NEW.division_id <> OLD.division_id OR NEW.day <> OLD.day OR NEW.number <> OLD.number + 1"
_ONLY_GROWS = "the trail only grows: no entry is changed or removed"
_IN_ORDER = "an entry follows the last one of its chain"
_HEADS = "the head of a chain moves on to the entry that was just added"
GUARDS = (
    Guard("records_entry", "INSERT", _IN_ORDER, when=f"NOT EXISTS (SELECT 1 {_FOLLOWS})"),
    Guard("records_entry", "UPDATE", _ONLY_GROWS),
    Guard("records_entry", "DELETE", _ONLY_GROWS),
    Guard(
        "records_chainhead",
        "INSERT",
        _HEADS,
        when=f"NEW.number <> 0 OR EXISTS (SELECT 1 {_HEAD} AND h.day > NEW.day)",
    ),
    Guard(
        "records_chainhead", "UPDATE", _HEADS, when=f"{_MOVED} OR NOT EXISTS (SELECT 1 {_NAMES})"
    ),
    Guard("records_chainhead", "DELETE", _ONLY_GROWS),
)
"""留痕只增不改, also for whoever writes past the services."""


class RecordsConfig(AppConfig):
    """留痕与文件"""

    name = "wenxiao.records"
    label = "records"
    verbose_name = "留痕与文件"

    def ready(self) -> None:
        """From here on no child reads a file while a transaction is open,
        and the trail only grows.
        """
        from wenxiao.files import pool
        from wenxiao.store.locks import nothing_held

        if nothing_held not in pool.BEFORE_READING:
            pool.BEFORE_READING.append(nothing_held)
        keep(self, GUARDS)
