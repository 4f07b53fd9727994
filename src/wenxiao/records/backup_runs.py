"""备份记录: what backups and drills left to know, for administrators and
whoever watches the machine.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.records.models import BackupRun
from wenxiao.records.trail import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wenxiao.orgs.models import Division, User


@transaction.atomic
def note_backup_run(
    *,
    divisions: Iterable[Division],
    kind: str,
    place: str,
    made_at: str | None,
    seconds: str,
    rows: int,
    files: int,
    faults: list[str],
    by: User | None,
    why: str,
    new_bytes: int | None = None,
) -> BackupRun:
    """A backup or drill came to its end, well or with faults; of a store only the latest run
    stands, without an entry each.
    """
    values = {
        "made_at": made_at,
        "seconds": Decimal(seconds),
        "rows": rows,
        "files": files,
        "new_bytes": new_bytes,
        "faults": faults[:20],
    }
    if kind == BackupRun.Kind.REPEATED:
        run, _ = BackupRun.objects.update_or_create(kind=kind, place=place[:300], defaults=values)
        return run
    run = BackupRun.objects.create(kind=kind, place=place[:300], **values)
    for division in divisions:
        record(
            division=division,
            by=by,
            act=run.get_kind_display(),
            target=run,
            label=place[:300],
            why=why,
            data={"faults": len(faults), "rows": rows, "files": files, "seconds": seconds},
        )
    return run


def backup_runs() -> list[BackupRun]:
    """What was noted, latest first."""
    return list(BackupRun.objects.order_by("-at", "-pk")[:50])


def latest_of_each_kind() -> dict[str, dict[str, Any]]:
    """By kind the latest run: when, of what moment, whether without a fault."""
    latest: dict[str, dict[str, Any]] = {}
    for run in BackupRun.objects.order_by("at", "pk"):
        latest[run.kind] = {"at": run.at, "made_at": run.made_at, "fine": not run.faults}
    return latest
