"""The very same file again, with nothing imported or taken back since: told from what stands
stored, without reading it.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from wenxiao.intake.ledger.plan import LedgerOutcome, problem_of
from wenxiao.records.chain import digest_of
from wenxiao.records.models import Entry, ImportBatch
from wenxiao.rulebook.numbers import fen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wenxiao.orgs.models import Division

_KINDS = ("spending", "budget", "request")


def digest_of_asked(asked: Mapping[str, Any]) -> str:
    """What a person asked of an import (kind, year, source, choices) in short."""
    choices = asked["choices"].as_json()
    return digest_of([[asked["kind"], asked["year"], str(asked["source"]), choices]])


def unchanged(path: Path, *, division: Division, asked: Mapping[str, Any]) -> LedgerOutcome | None:
    """The outcome when this file is the last ledger imported, whole and in the same way; None when
    it must be read.

    Any ledger imported later, any import taken back and any line left out make it worth reading
    again.
    """
    applied = ImportBatch.objects.filter(
        division=division, kind__in=_KINDS, state=ImportBatch.State.APPLIED
    )
    last = applied.select_related("file").defer("written").order_by("-pk").first()
    if last is None or last.file is None or last.reading.get("asked") != digest_of_asked(asked):
        return None
    if last.reading["left_out"] or not path.is_file() or path.stat().st_size != last.file.size:
        return None
    if Entry.objects.filter(division=division, act="撤销导入", at__gt=last.at).exists():
        return None
    with path.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != last.file.sha256:
            return None
    return _told(last)


def _told(batch: ImportBatch) -> LedgerOutcome:
    before = batch.reading["difference"]
    same = before["new"] + before["changed"] + before["same"]
    none = {"new": 0, "changed": 0, "same": same, "changes": []} | (
        {"new_yuan": "0.00"} if "new_yuan" in before else {}
    )
    return LedgerOutcome(
        kind=batch.kind,
        year=batch.reading["year"],
        source_rows=batch.source_rows,
        accepted=batch.accepted,
        total_fen=fen(Decimal(batch.reading["total_yuan"])),
        unit=batch.reading["unit"],
        encoding=batch.reading["encoding"],
        problems=[problem_of(problem) for problem in batch.problems],
        columns=batch.reading["columns"],
        difference=before | none,
        months=batch.reading["months"],
    )
