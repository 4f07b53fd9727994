"""`wenxiao import`: one file to the room that reads its kind, whatever the officer calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wenxiao.files.pool import forms_in_child
from wenxiao.intake.apply_batch import import_file
from wenxiao.intake.ledger import Choices, import_ledger, matches_told
from wenxiao.rulebook.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wenxiao.orgs.models import Division, User

LEDGERS = {"spending": "spending", "budget": "budget", "list": "budget", "ledger": ""}
"""Kinds that are tables of many lines, by the kind of ledger they are read as ("" lets the headings say)."""
FORMS = {"selfeval": "自评表", "monitor": "监控表", "evaluation": "评分表"}
"""Kinds that are forms of one dossier each, as the readers call them."""
KINDS = (*sorted(LEDGERS), *sorted(FORMS))


def take(
    path: Path,
    *,
    division: Division,
    by: User | None,
    kind: str = "",
    dry_run: bool = False,
    create: bool = False,
    leave_out: bool = False,
    year: int | None = None,
    source: str = "",
    accounting: bool = False,
    matches: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Import one file as ``kind``, or as what it turns out to be; the outcome as the command line promises."""
    found = "" if kind in LEDGERS else _turns_out(path)
    if (kind or found) in LEDGERS:
        choices = Choices(
            create=create,
            leave_out=leave_out,
            source_name=source.strip()[:40],
            matches=matches_told(matches or {}, division=division, by=by),
        )
        return import_ledger(
            path=path,
            division=division,
            by=by,
            kind=LEDGERS[kind or found],
            year=year,
            dry_run=dry_run,
            choices=choices,
            source="accounting" if accounting else "treasury",
        ).as_json()
    strange = bool(kind and found and kind != found)
    outcome = import_file(path, division=division, by=by, dry_run=dry_run or strange, create=create)
    if strange:
        text = f"这是{FORMS[found]}，不是{FORMS[kind]}。"
        outcome.problems.append(
            Problem("DR-44", "阻断", text, mend="请改写 --kind，或不写，由系统辨认。").as_json()
        )
        outcome.accepted = 0
    return outcome.as_json()


def _turns_out(path: Path) -> str:
    """What a file is when nobody says: a form where forms are recognised, a ledger where a table of lines is."""
    if path.suffix.lower() == ".csv":
        return "ledger"
    kind = forms_in_child(path).kind
    return "ledger" if kind == "list" else str(kind or "")
