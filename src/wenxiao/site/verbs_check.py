"""``wenxiao check``: target tables looked at before they are sent, from JSON or from a workbook; needs no database."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wenxiao.site.verbs_plain import (
    _BOOKS,
    WrongUseError,
    _asked_figure,
    _existing,
    _list,
    _of_kind,
    _say_defaults,
    _scalars,
    _words,
)


def check_all(name: str) -> tuple[Any, bool]:
    """What the checks say of every table of a file, and whether they say anything."""
    path = _existing(name)
    if path.suffix.lower() in _BOOKS:
        answers = _check_book(path)
    else:
        tables = [table_of_item(item, at) for at, item in enumerate(_list(name), 1)]
        _say_defaults(table.year for table in tables)
        answers = [{"problems": _problems(table)} for table in tables]
    return answers, any(answer["problems"] for answer in answers)


def _check_book(path: Path) -> list[dict[str, Any]]:
    """The problems of every target form of a workbook or Word file, form by form."""
    from wenxiao.files.forms.tables import table_of
    from wenxiao.files.forms.targets.form import TargetForm
    from wenxiao.files.pool import forms_in_child

    reading = forms_in_child(path)
    forms = [form for form in reading.forms if isinstance(form, TargetForm)]
    if not forms:
        said = "".join(f"{problem.text}{problem.mend or ''}" for problem in reading.problems[:3])
        raise WrongUseError(f"“{path.name}”里没有绩效目标表。{said}")
    tables = [table_of(form) for form in forms]
    _say_defaults(table.year for table in tables)
    return [
        {"sheet": form.sheet, "form": at, "problems": _problems(table)}
        for at, (form, table) in enumerate(zip(forms, tables, strict=True), 1)
    ]


def table_of_item(item: Mapping[str, Any], at: int) -> Any:
    """One target table; rows and head become the plain typed values the checks look at."""
    from wenxiao.rulebook.checks import Table

    head, rows = _of_kind(item, "subject", dict, {}, at), _of_kind(item, "rows", list, [], at)
    if any(not isinstance(row, dict) for row in rows):
        raise WrongUseError(f"第 {at} 项的“rows”应是对象的清单。")
    for number, row in enumerate(rows, 1):
        _scalars(row, f"第 {at} 项“rows”第 {number} 行")
    _scalars(
        {key: head[key] for key in head if key not in {"goals", "tasks"}}, f"第 {at} 项的“subject”"
    )
    typed = [
        {
            **row,
            "target": _words(row.get("target")),
            "weight": _asked_figure(row, "weight", f"第 {at} 项第 {number} 行"),
        }
        for number, row in enumerate(rows, 1)
    ]
    budget, year = (
        _asked_figure(head, key, f"第 {at} 项的“subject”") for key in ("budget_yuan", "year")
    )
    whole = {**head, "budget_yuan": budget, "year": None if year is None else int(year)}
    whole["text"] = _words(_of_kind(item, "text", str, "", at))
    whole["budget_change_yuan"] = _asked_figure(item, "budget_change_yuan", f"第 {at} 项")
    _join_approved(item, typed, whole, at)
    return Table(typed, whole)


def _join_approved(
    item: Mapping[str, Any], rows: list[dict[str, Any]], head: dict[str, Any], at: int
) -> None:
    """What the approved target and last year's said of the same row, joined by level 2 and name."""
    approved, before = (_earlier(item, key, at) for key in ("approved", "previous"))
    if approved:
        for row in rows:
            row["target_before"] = approved.pop(_row_name(row), {}).get("target")
        head["rows_gone"] = len(approved)
    for row in rows:
        last = before.get(_row_name(row), {})
        row.setdefault(
            "last_actual", last.get("actual") or last.get("last_actual") or last.get("target")
        )


def _earlier(item: Mapping[str, Any], key: str, at: int) -> dict[str, dict[str, Any]]:
    """The rows of an earlier target by name: a list of them, or a table that has ``rows``."""
    given = item.get(key) or []
    rows = given.get("rows") or [] if isinstance(given, dict) else given
    if not isinstance(rows, list) or any(not isinstance(row, dict) for row in rows):
        raise WrongUseError(f"第 {at} 项的“{key}”应是指标行的清单。")
    return {_row_name(row): row for row in rows}


def _row_name(row: Mapping[str, Any]) -> str:
    return "".join(f"{row.get('level2') or ''}{row.get('level3') or ''}".split())


def _problems(table: Any) -> list[dict[str, Any]]:
    from wenxiao.rulebook.checks import doors, rules_in_force

    strict = rules_in_force(None, table.year)
    rules = {one.code: one for one in strict}
    return [
        {
            "code": problem.code,
            "ground": rules[problem.code].ground,
            "standing": rules[problem.code].standing,
            "level": problem.level,
            "row": hit.row,
            "cell": problem.cell,
            "field": hit.field,
            "text": problem.text,
            "basis": problem.basis,
            "mend": problem.mend,
        }
        for hit, problem in doors.TARGETS.run(table, "target", strict)
    ]
