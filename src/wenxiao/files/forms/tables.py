"""The one :class:`Table` of a typed form: plain typed values with the cell each stands in, for
checks and for scoring.

What a reader saw is told as it is: ``written`` holds the text of a figure that is no number,
``shared`` the rows that share merged points, ``unitless`` an amount of which nobody says the unit,
``uncached`` what a formula without saved result yields. Whether any of it is wrong is the
rulebook's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from wenxiao.files.cells.labels import number_in
from wenxiao.files.cells.seen import Amount, Rate, Seen
from wenxiao.files.cells.textforms import number_of
from wenxiao.files.forms.dossier_forms import (
    MonitorForm,
    MonitorRow,
    SelfEvalForm,
    SelfEvalRow,
    Subtotal,
)
from wenxiao.files.forms.forms import Form, ListForm, ListRow
from wenxiao.files.forms.fund_lines import FundLine, total_first
from wenxiao.files.forms.score_sheet import ScoredCriterion, ScoreSheet
from wenxiao.files.forms.targets.form import TargetForm
from wenxiao.files.forms.targets.table import target_table
from wenxiao.rulebook.checks.registry import Table

AMOUNTS = ("initial", "full_year", "arrived", "executed", "expected_full_year")
Row = dict[str, Any]


def table_of(form: Form) -> Table:
    """The rows and the head of a form; the head's own ``places`` and
    ``sheet`` serve what concerns the whole table.
    """
    if isinstance(form, ScoreSheet):
        return Table(_criteria(form), _sheet_head(form))
    if isinstance(form, TargetForm):
        return target_table(form)
    if isinstance(form, ListForm):
        return Table([_list_row(form, row) for row in form.rows], _list_head(form))
    return Table([_indicator(form, row) for row in form.indicators], _dossier_head(form))


def name_of_sheet(form: Form) -> str:
    """How a person finds the form: the name of its sheet, in a Word file
    the number of its table.
    """
    worded = isinstance(form, ScoreSheet | ListForm) and form.table is not None
    return f"第 {form.table} 张表" if worded else form.sheet


class _Values:
    """The values of one row while they are put down: numbers, texts, and
    beside them where and how they stand.
    """

    def __init__(self, form: Form, line: int | None) -> None:
        self.out: Row = {
            "sheet": name_of_sheet(form),
            "line": line,
            "places": {},
            "written": {},
            "unitless": {},
            "shared": {},
            "uncached": {},
        }

    def text(self, key: str, seen: Seen | None) -> None:
        """A text with its place."""
        self.out[key] = "" if seen is None else seen.text
        self.place(key, seen)

    def figure(self, key: str, seen: Seen | None, *, strict: bool = False) -> None:
        """A number with its place; ``strict`` takes no percent for points."""
        number = None
        if seen is not None:
            read = number_of if strict else number_in
            texts = (seen.value, seen.computed if isinstance(seen.computed, str) else None)
            number = next(
                (number_read for text in texts if text and (number_read := read(text)) is not None),
                None,
            )
            if number is None and seen.value:
                self.out["written"][key] = seen.value
            if seen.shared_rows:
                self.out["shared"][key] = seen.shared_rows
        self.out[key] = number
        self.place(key, seen)

    def money(self, key: str, amount: Amount | None) -> None:
        """An amount in 元; what is no number stands in ``written``, a number
        without a unit in ``unitless``.
        """
        self.out[key] = None if amount is None else amount.amount
        if amount is not None and amount.amount is None:
            text = amount.raw or (amount.computed if isinstance(amount.computed, str) else "")
            place = "unitless" if number_in(text or "") is not None else "written"
            if text:
                self.out[place][key] = text
        if amount is not None and amount.raw:
            self.out.setdefault("raw", {})[key] = amount.raw
        self.place(key, amount)

    def place(self, key: str, part: Seen | Amount | Rate | None) -> None:
        """Where a value stands, and what its formula yields where the file holds no result."""
        if part is None:
            return
        if part.cell is not None:
            self.out["places"][key] = part.cell
        if part.is_uncached:
            self.out["uncached"][key] = (part.computed, part.stored)


def _indicator(form: SelfEvalForm | MonitorForm, row: SelfEvalRow | MonitorRow) -> Row:
    values = _Values(form, row.row)
    values.out |= {
        "level1": row.level1,
        "level2": row.level2,
        "level3": row.level3,
        "level1_raw": row.level1_raw,
        "level2_raw": row.level2_raw,
        "target": row.target_text or "",
        "unit": row.unit.text if row.unit is not None else None,
        "hidden": row.hidden,
    }
    for key in ("level1", "level2", "level3"):
        if cell := getattr(row, f"{key}_cell"):
            values.out["places"][key] = cell
    target = row.target_text
    values.text("target", row.target)
    values.out["target"] = target or values.out["target"]
    values.text("actual", row.actual)
    values.figure("weight", row.weight)
    values.figure("score", row.score)
    if isinstance(row, MonitorRow):
        values.text("forecast", row.forecast)
        values.text("possibility", row.possibility)
        values.text("note", row.note)
        values.out["causes"] = {key: seen.text for key, seen in row.causes.items()}
    else:
        values.text("deviation", row.deviation)
        values.text("note", row.note)
    return values.out


def _dossier_head(form: SelfEvalForm | MonitorForm) -> Row:
    values = _Values(form, None)
    values.text("name", form.project_name)
    values.text("title", form.title)
    values.text("unit", form.unit)
    values.text("dept", form.dept)
    lines = [_fund(form, line) for line in total_first(form.funds)]
    values.out |= {
        "kind": form.kind,
        "year": form.year.value,
        "money_unit": form.money_unit,
        "hidden_rows": form.hidden_rows,
        "units_said": [(one.value or "", one.cell) for one in form.other_units],
        "unit_said": (form.money_label.value or "", form.money_label.cell),
        "funds": lines,
        "parts": lines[1:],
        **{key: lines[0][key] if lines else None for key in (*AMOUNTS, "rate")},
        "execution_weight": lines[0]["weight"] if lines else None,
        "execution_score": lines[0]["score"] if lines else None,
    }
    if lines:
        first = lines[0]["places"]
        values.out["places"] |= {key: first[key] for key in (*AMOUNTS, "rate") if key in first}
        values.out["places"] |= {
            f"execution_{key}": first[key] for key in ("weight", "score") if key in first
        }
    if isinstance(form, MonitorForm):
        values.out["period"] = form.period
        return values.out
    total = form.total
    values.figure("total", total.score if total is not None else None)
    values.figure("total_weight", total.weight if total is not None else None)
    values.text("grade", form.grade)
    values.out["subtotals"] = [_subtotal(form, entry) for entry in form.subtotals]
    return values.out


def _fund(form: SelfEvalForm | MonitorForm, line: FundLine) -> Row:
    """One line of the money block; ``rate`` as published in percent, ``rate_text`` as printed."""
    values = _Values(form, line.row)
    values.out["label"] = line.label
    values.out["places"]["label"] = line.label_cell
    for key in AMOUNTS:
        values.money(key, getattr(line, key))
    values.out["budgets"] = [(one.amount, one.cell) for one in line.budget_candidates]
    values.figure("weight", line.weight)
    values.figure("score", line.score)
    rate = line.rate
    values.out["rate"] = Decimal(rate.percent) if rate is not None and rate.percent else None
    values.out["rate_text"] = (rate.published or rate.text or "") if rate is not None else ""
    values.out["rate_published"] = rate.published if rate is not None else None
    values.out["rate_due"] = (
        Decimal(rate.computed_percent) if rate is not None and rate.computed_percent else None
    )
    if rate is not None:
        if rate.percent is None and rate.published:
            values.out["written"]["rate"] = rate.published
        values.place("rate", rate)
    return values.out


def _subtotal(form: Form, entry: Subtotal) -> Row:
    values = _Values(form, entry.row)
    values.out |= {
        "level1": entry.level1,
        "level2": entry.level2,
        "label": entry.label,
        "named": bool(entry.named),
    }
    values.figure("weight", entry.weight)
    values.figure("score", entry.score)
    return values.out


def _criteria(form: ScoreSheet) -> list[Row]:
    return [_criterion(form, item) for item in form.criteria]


def _criterion(form: ScoreSheet, item: ScoredCriterion) -> Row:
    values = _Values(form, item.row)
    for key in ("level1", "level2", "level3"):
        values.out[key] = getattr(item, key)
        if cell := getattr(item, f"{key}_cell"):
            values.out["places"][key] = cell
    values.out |= {"level4": item.level4, "nameless": item.nameless, "code": item.code}
    values.figure("weight", item.weight, strict=True)
    values.figure("score", item.score, strict=True)
    values.text("reason", item.reason)
    values.out["note"] = item.note or ""
    values.out["experts"] = [_mark(expert) for expert in item.experts or []]
    values.out["hidden"] = item.hidden
    return values.out


def _mark(expert: Seen) -> tuple[Decimal | None, str | None]:
    """An expert's mark and its cell."""
    written = number_of(expert.value)
    computed = expert.computed if isinstance(expert.computed, str) else None
    return (written if written is not None else number_of(computed)), expert.cell


def _sheet_head(form: ScoreSheet) -> Row:
    values = _Values(form, None)
    values.text("name", form.subject_name)
    values.text("dept", form.dept)
    values.money("audited_arranged", form.audited_arranged)
    values.money("audited_used", form.audited_used)
    values.figure("total", form.total, strict=True)
    values.figure("total_weight", form.total_weight, strict=True)
    year = form.year
    values.out |= {
        "kind": form.kind,
        "year": year.value,
        "money_unit": form.money_unit,
        "grade": form.grade.value or "",
        "grade_norm": form.grade.norm,
        "trimmed": form.mean == "trimmed",
        "subtotals": [_subtotal(form, entry) for entry in form.subtotals],
        "level_weights": {key: _mark(seen) for key, seen in form.level_weights.items()},
        "expert_totals": [_mark(seen) for seen in form.expert_totals or []],
    }
    cells: Iterable[tuple[str, str | None]] = (("year", year.cell), ("grade", form.grade.cell))
    values.out["places"] |= {key: cell for key, cell in cells if cell is not None}
    return values.out


def _list_row(form: ListForm, row: ListRow) -> Row:
    values = _Values(form, row.row)
    for key, seen in row.texts.items():
        if key in {"score", "rate"}:
            values.figure(key, seen)
            values.out[f"{key}_text"] = seen.value or ""
        else:
            values.text(key, seen)
    for key, amount in row.money.items():
        values.money(key, amount)
    if row.year is not None:
        values.out["year"] = row.year.value
        values.out["places"]["year"] = row.year.cell
    values.out |= {"group": row.group, "sheet_of": row.sheet_of, "hidden": row.hidden}
    return values.out


def _list_head(form: ListForm) -> Row:
    values = _Values(form, None)
    values.out |= {
        "kind": form.kind,
        "year": form.year,
        "money_unit": form.money_unit,
        "columns": form.columns,
        "groups": [
            {
                "name": group.name,
                "line": group.row,
                "sums": [
                    _sums(form, group.row, group.money),
                    *([_sums(form, group.row, group.subtotal.money)] if group.subtotal else []),
                ],
            }
            for group in form.groups
        ],
        "totals": _sums(form, form.total_row, form.totals),
    }
    if form.unit_cell is not None:
        values.out["places"]["money_unit"] = form.unit_cell
    return values.out


def _sums(form: ListForm, line: int | None, money: Mapping[str, Amount]) -> Row:
    values = _Values(form, line)
    for key, amount in money.items():
        values.money(key, amount)
    return values.out
