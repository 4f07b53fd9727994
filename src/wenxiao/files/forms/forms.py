"""What a form says, typed: every amount, figure and text with the cell it stands in.

These structs cross the child's pipe and are, flattened by :func:`form_json`, the JSON of ``wenxiao
read``. Numbers stay decimal text as written; money is 元. None is missing. A field that has a
default is left out of the JSON while it holds it.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from wenxiao.files.cells.seen import Amount, FormPart, Seen, Year
from wenxiao.files.forms.dossier_forms import MonitorForm, SelfEvalForm
from wenxiao.files.forms.score_sheet import ScoreSheet
from wenxiao.files.forms.targets.form import TargetForm
from wenxiao.rulebook.problems import Problem


class ListRow(FormPart, kw_only=True):
    """One object of a list: its texts and its money by the key of the column."""

    row: int
    texts: dict[str, Seen]
    money: dict[str, Amount]
    year: Year | None = None
    group: str | None = None
    sheet_of: str | None = None
    hidden: bool = False


class Sums(FormPart, kw_only=True):
    """A line of sums: a subtotal or the total, by the key of the column."""

    row: int | None
    money: dict[str, Amount]


class Group(FormPart, kw_only=True):
    """A line that opens a group, with the money beside it and the subtotal that closes it."""

    name: str
    row: int
    cell: str
    money: dict[str, Amount]
    subtotal: Sums | None = None


class ListForm(FormPart, kw_only=True, tag_field="kind", tag="list"):
    """A list of objects; ``role`` "summary" where it only repeats the score sheets of its file."""

    kind: ClassVar[str] = "list"
    sheet: str
    title: Seen | None
    header_row: int
    money_unit: str | None
    unit_cell: str | None
    year: int | None
    columns: dict[str, str]
    rows: list[ListRow]
    groups: list[Group]
    total_row: int | None
    totals: dict[str, Amount]
    role: str | None = None


ObjectForm = SelfEvalForm | MonitorForm | ScoreSheet | TargetForm
"""A form about one object of performance management, a dossier's."""
Form = ObjectForm | ListForm


class Reading(msgspec.Struct, kw_only=True):
    """What was read of one file; ``kind`` is that of most of its forms,
    None when nothing could be read.
    """

    file: str
    kind: str | None
    forms: list[Form]
    problems: list[Problem]


def reading_json(reading: Reading) -> dict[str, Any]:
    """The JSON of ``wenxiao read``."""
    return {
        "file": reading.file,
        "kind": reading.kind,
        "forms": [form_json(form) for form in reading.forms],
        "problems": [problem.as_json() for problem in reading.problems],
    }


def typed(draft: dict[str, Any]) -> Form:
    """A form as its reader put it down, typed; ``msgspec.ValidationError``
    where it says what no form has.
    """
    if draft["kind"] == "list":
        draft = list_draft(draft)
    form: Form = msgspec.convert(draft, Form)
    return form


def reading_of(said: dict[str, Any]) -> Reading:
    """The reading behind its JSON, as a batch keeps it."""
    return Reading(
        file=said["file"],
        kind=said["kind"],
        forms=[typed(form) for form in said["forms"]],
        problems=[Problem(**problem) for problem in said["problems"]],
    )


def form_json(form: Form) -> dict[str, Any]:
    """A form as promised on the command line: the columns of a list stand
    in its rows by their keys.
    """
    if isinstance(form, ListForm):
        return list_json(form)
    out: dict[str, Any] = msgspec.to_builtins(form)
    return out


_ROW_FIELDS = frozenset(ListRow.__struct_fields__)
_GROUP_FIELDS = frozenset(Group.__struct_fields__)


def list_draft(draft: dict[str, Any]) -> dict[str, Any]:
    """A list as its reader put it down, texts and money each in a place of their own."""
    rows = [_sorted_columns(row, _ROW_FIELDS, texts=True) for row in draft["rows"]]
    groups = [_sorted_columns(group, _GROUP_FIELDS) for group in draft["groups"]]
    for group in groups:
        if "subtotal" in group:
            group["subtotal"] = _sorted_columns(group["subtotal"], frozenset({"row"}))
    return draft | {"rows": rows, "groups": groups}


def _sorted_columns(
    line: dict[str, Any], fields: frozenset[str], *, texts: bool = False
) -> dict[str, Any]:
    """A line whose columns stand among its fields, texts and money each in a place of their own."""
    out = {key: value for key, value in line.items() if key in fields}
    others = {key: value for key, value in line.items() if key not in fields}
    out["money"] = {key: value for key, value in others.items() if "yuan" in value}
    if texts:
        out["texts"] = {key: value for key, value in others.items() if "yuan" not in value}
    return out


def list_json(form: ListForm) -> dict[str, Any]:
    """A list as promised on the command line."""
    out: dict[str, Any] = msgspec.to_builtins(form)
    out["rows"] = [_row_json(row) for row in out["rows"]]
    out["groups"] = [_group_json(group) for group in out["groups"]]
    return out


def _row_json(row: dict[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = row.pop("texts") | row.pop("money")
    return row | columns


def _group_json(group: dict[str, Any]) -> dict[str, Any]:
    money: dict[str, Any] = group.pop("money")
    if "subtotal" in group:
        sums = group["subtotal"].pop("money")
        group["subtotal"] |= sums
    return group | money
