"""恢复演练: put a backup back in a scratch place, compare it with its manifest,
note the result where administrators see it.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from wenxiao.site.backups.archive import opened
from wenxiao.site.backups.database import scratch_database
from wenxiao.site.backups.restoring import restore
from wenxiao.site.backups.writing import make
from wenxiao.site.database_state import NotReady


def drill(path: Path | None = None) -> dict[str, Any]:
    """Restore the backup at ``path``, else one made just now, in a scratch place; the result is
    noted in the product.

    Restoring compares rows, sums, the trail and its heads, and every file's digest; whatever
    differs is in ``faults``.
    """
    from wenxiao.orgs.models import Division
    from wenxiao.records.backup_runs import note_backup_run
    from wenxiao.records.models import BackupRun

    begun = time.monotonic()
    outcome: dict[str, Any] = {"directory": str(path or ""), "faults": []}
    with tempfile.TemporaryDirectory(prefix="wenxiao-drill-") as scratch:
        try:
            outcome |= _drilled(path, Path(scratch))
        except NotReady as refusal:
            outcome["faults"] = [str(refusal)]
    outcome["seconds"] = f"{time.monotonic() - begun:.1f}"
    note_backup_run(
        divisions=Division.objects.order_by("pk"),
        kind=BackupRun.Kind.DRILL,
        place=str(path or "当场所做的备份"),
        made_at=outcome.get("made_at"),
        seconds=outcome["seconds"],
        rows=outcome.get("rows", 0),
        files=outcome.get("files", 0),
        faults=outcome["faults"],
        by=None,
        why="核对备份能否恢复",
    )
    return outcome


def _drilled(path: Path | None, scratch: Path) -> dict[str, Any]:
    source = path
    if source is None:
        source = scratch / "backup"
        make(source)
    archive = opened(source)
    begun = time.monotonic()
    with scratch_database(scratch):
        outcome = restore(source, files=scratch / "files")
    return {
        "made_at": archive.head["made_at"],
        "manifest_sha256": archive.seal,
        "rows": outcome["rows"],
        "files": outcome["files"],
        "sums": len(archive.head["facts"]["sums"]),
        "heads": len(archive.head["facts"]["heads"]),
        "missing_files": archive.head["missing_files"],
        "upgrade_applied": outcome["upgrade_applied"],
        "restore_seconds": f"{time.monotonic() - begun:.1f}",
    }
