"""The workbook a bureau begins with: 单位, 人员, 对象; written blank with an
explained example, and read back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from wenxiao.files.cells.cells import Book, Sheet
from wenxiao.files.cells.grids import TableGrid
from wenxiao.files.cells.textforms import half_width, number_of, squeezed, unit_in, year_of, yuan
from wenxiao.files.cells.workbooks import address
from wenxiao.files.out.spreadsheets import ColumnSpec, SheetSpec, Value, workbook_bytes
from wenxiao.rulebook.codes import (
    TEMPLATE_FIELD_EMPTY,
    TEMPLATE_HEADING_MISSING,
    TEMPLATE_PARENT_UNKNOWN,
    TEMPLATE_SHEET_MISSING,
    TEMPLATE_VALUE_WRONG,
)
from wenxiao.rulebook.problems import Problem

EXAMPLE_MARK = "（示例，导入时跳过）"
KINDS = (
    "部门整体",
    "项目",
    "政策",
    "转移支付",
    "专项债券",
    "PPP",
    "政府购买服务",
    "政府采购",
    "政府投资基金",
)
DAYS = frozenset({"expires_on", "midterm_on", "valid_from", "valid_until"})
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,2}")
MOST_EXACT = 15
"""Digits a workbook keeps of a number."""
LONGEST_TERM, LONGEST_NAME = 99, 60
CLASSES = ("人员类", "运转类", "特定目标类")
ROLES = (
    "单位经办人",
    "单位负责人",
    "主管部门",
    "业务科室",
    "绩效科",
    "预算科",
    "国库科",
    "办公室",
    "分管领导",
    "第三方机构",
    "专家",
    "系统管理员",
    "安全管理员",
    "审计管理员",
    "查阅",
)


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column: key in the reading, heading, example, explanation, whether it must be filled."""

    key: str
    heading: str
    example: str
    meaning: str
    must: bool = False
    width: float = 16
    also: tuple[str, ...] = ()


TEMPLATE: Mapping[str, tuple[TemplateColumn, ...]] = {
    "单位": (
        TemplateColumn(
            "code", "单位编码", "101001", "与预算一体化系统一致", must=True, also=("单位代码",)
        ),
        TemplateColumn(
            "name", "单位名称", f"示例单位甲{EXAMPLE_MARK}", "全称", must=True, width=30
        ),
        TemplateColumn("short", "简称", "单位甲", "可不填；导入时按它找到单位，多个用顿号隔开"),
        TemplateColumn(
            "parent_code", "上级单位编码", "101", "主管部门不填", also=("主管部门编码", "上级编码")
        ),
        TemplateColumn(
            "office", "归口业务科室", "行政政法科", "财政局内负责该单位的科室", also=("业务科室",)
        ),
        TemplateColumn("valid_from", "启用日期", "2024-01-01", "可不填；年月日，如 2024-01-01"),
        TemplateColumn("note", "备注", "", "可不填"),
    ),
    "人员": (
        TemplateColumn(
            "login", "登录名", "zhangsan", "字母数字，不重复", must=True, also=("账号", "用户名")
        ),
        TemplateColumn("name", "姓名", f"张三{EXAMPLE_MARK}", "", must=True, width=24),
        TemplateColumn(
            "unit_code",
            "单位编码",
            "101001",
            "见“单位”表；财政局也要在“单位”表里占一行，财政局的人填它的编码；"
            "业务科室的人填“归口业务科室”里的科室名称",
            must=True,
            also=("单位代码",),
        ),
        TemplateColumn("role", "角色", "单位经办人", "、".join(ROLES), must=True, width=20),
        TemplateColumn("phone", "联系电话", "", "可不填", also=("手机", "电话")),
        TemplateColumn(
            "valid_until", "有效期至", "", "第三方机构和专家应填；年月日，如 2026-12-31"
        ),
    ),
    "对象": (
        TemplateColumn(
            "project_code",
            "项目编码",
            "360000000000000000001",
            "一体化系统21位编码，按文本填；部门整体不填",
            width=26,
            also=("项目代码",),
        ),
        TemplateColumn(
            "name",
            "对象名称",
            f"示例项目甲{EXAMPLE_MARK}",
            "",
            must=True,
            width=34,
            also=("项目名称",),
        ),
        TemplateColumn(
            "unit_code", "单位编码", "101001", "见“单位”表", must=True, also=("单位代码",)
        ),
        TemplateColumn("kind", "对象类型", "项目", "、".join(KINDS), must=True),
        TemplateColumn("class", "项目类别", "特定目标类", "、".join(CLASSES), also=("支出类别",)),
        TemplateColumn("year", "预算年度", "2024", "", must=True, also=("年度",)),
        TemplateColumn(
            "budget",
            "年初预算（万元）",
            "86.5",
            "列名可改为“年初预算（元）”",
            width=18,
            also=("年初预算", "预算金额"),
        ),
        TemplateColumn("recurring", "是否经常性", "是", "是、否"),
        TemplateColumn("tags", "政策标签", "三农", "可不填，多个用顿号隔开"),
        TemplateColumn("manager", "项目负责人", "李四", "可不填"),
        TemplateColumn("term_years", "设立年限", "5", "可不填；整年数，如 5", also=("设立期限",)),
        TemplateColumn(
            "expires_on",
            "到期日期",
            "2028-12-31",
            "可不填；年月日，如 2028-12-31",
            also=("到期日", "到期时间"),
        ),
        TemplateColumn(
            "midterm_on",
            "中期评估日期",
            "2026-06-30",
            "可不填；年月日，如 2026-06-30",
            also=("中期评估", "中期评估时间"),
        ),
        TemplateColumn("note", "备注", "", "可不填"),
    ),
}


@dataclass(slots=True)
class Opening:
    """What the workbook holds: rows by sheet, keyed by
    :class:`TemplateColumn` keys, each with its ``line``.
    """

    units: list[dict[str, str | int | None]] = field(default_factory=list)
    people: list[dict[str, str | int | None]] = field(default_factory=list)
    subjects: list[dict[str, str | int | None]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    columns: dict[str, dict[str, int]] = field(default_factory=dict)
    faulty: dict[str, list[dict[str, str | int | None]]] = field(default_factory=dict)

    def written(self, sheet: str) -> list[dict[str, str | int | None]]:
        """Every row of a sheet, those with a fault too: what else is wrong
        in them is said at once, not next time.
        """
        good = {"单位": self.units, "人员": self.people, "对象": self.subjects}[sheet]
        return [*good, *self.faulty.get(sheet, [])]

    def cell(self, sheet: str, key: str, line: str | int | None) -> str | None:
        """The address of a column's cell in one row, as a person reads it;
        None where the sheet has no such column.
        """
        column = self.columns.get(sheet, {}).get(key)
        return address(line, column) if column is not None and isinstance(line, int) else None


def opening_template() -> bytes:
    """The blank workbook: a sheet of explanation, then 单位, 人员, 对象 with
    headings and one example row.
    """
    sheets = [_guide()]
    for name, columns in TEMPLATE.items():
        specs = [
            ColumnSpec(f"{column.heading}{'*' if column.must else ''}", column.width)
            for column in columns
        ]
        rows: Sequence[Sequence[Value]] = [tuple(column.example or None for column in columns)]
        sheets.append(SheetSpec(name, name, specs, rows, plain_head=True))
    return workbook_bytes(sheets)


def _guide() -> SheetSpec:
    columns = [
        ColumnSpec("表", 8),
        ColumnSpec("列", 20),
        ColumnSpec("必填", 6, "centre"),
        ColumnSpec("怎样填", 70),
    ]
    rows: list[tuple[Value, ...]] = [
        (name, column.heading, "是" if column.must else "", column.meaning)
        for name, listed in TEMPLATE.items()
        for column in listed
    ]
    notes = [
        "一行填一个单位、一个人员或一个对象；示例行可留可删，导入时跳过。",
        "涉密单位、涉密项目不得填入本表。",
    ]
    return SheetSpec(
        "填写说明", "单位与对象模板填写说明", columns, rows, notes=notes, landscape=False
    )


def read_opening(book: Book) -> Opening:
    """The filled workbook; every row that lacks a must or holds the
    unreadable is named and left out.
    """
    out = Opening()
    by_name = {squeezed(sheet.name): sheet for sheet in book.sheets}
    for name, kept in (("单位", out.units), ("人员", out.people), ("对象", out.subjects)):
        sheet = by_name.get(name)
        if sheet is None:
            out.problems.append(
                Problem(
                    TEMPLATE_SHEET_MISSING,
                    "阻断",
                    f"缺少“{name}”表。",
                    mend=f"请保留名为“{name}”的工作表。",
                )
            )
            continue
        kept.extend(_rows(sheet, name, out))
    _doubles(out, "code", "单位", "单位编码")
    _doubles(out, "login", "人员", "登录名")
    _same_project(out)
    _links(out)
    return out


def _rows(sheet: Sheet, name: str, opening: Opening) -> list[dict[str, str | int | None]]:
    grid = TableGrid(sheet)
    out: list[dict[str, str | int | None]] = []
    columns, problems = TEMPLATE[name], opening.problems
    found = _head(grid, columns)
    if found is None:
        names = "、".join(column.heading for column in columns if column.must)
        problems.append(
            Problem(
                TEMPLATE_HEADING_MISSING,
                "阻断",
                "没有找到表头。",
                sheet.name,
                expected=names,
                mend="请保留模板的表头行。",
            )
        )
        return []
    head, places, unit = found
    opening.columns[name] = places
    for row in range(head + 1, grid.bottom + 1):
        if not grid.own_cells(row) or any(
            EXAMPLE_MARK in cell.text for cell in grid.own_cells(row)
        ):
            continue
        entry, good = _row(grid, row, columns, places, unit, problems)
        (out if good else opening.faulty.setdefault(name, [])).append(entry)
    return out


def _head(
    grid: TableGrid, columns: Sequence[TemplateColumn]
) -> tuple[int, dict[str, int], str | None] | None:
    for row in range(grid.top, min(grid.bottom, grid.top + 10) + 1):
        places: dict[str, int] = {}
        unit = None
        for cell in grid.own_cells(row):
            label = squeezed(cell.text).strip("*")
            bare = label.split("(")[0]
            for column in columns:
                if bare in {squeezed(column.heading).split("(")[0], *column.also}:
                    places.setdefault(column.key, cell.col)
                    unit = unit_in(label) if column.key == "budget" else unit
        if all(column.key in places for column in columns if column.must):
            return row, places, unit
    return None


def _row(
    grid: TableGrid,
    row: int,
    columns: Sequence[TemplateColumn],
    places: Mapping[str, int],
    unit: str | None,
    problems: list[Problem],
) -> tuple[dict[str, str | int | None], bool]:
    entry: dict[str, str | int | None] = {"line": row}
    good = True
    for column in columns:
        col = places.get(column.key)
        text = grid.text(row, col) if col is not None else ""
        cell = grid.sheet.cells.get((row, col)) if col is not None else None
        fault = _fault(column, text, unit, numeric=cell is not None and cell.numeric)
        if fault is not None:
            problems.append(
                Problem(
                    TEMPLATE_FIELD_EMPTY,
                    "阻断",
                    f"{column.heading}{fault}",
                    grid.sheet.name,
                    grid.address(row, col or grid.left),
                    line=row,
                    got=text or None,
                    mend=f"应填{column.meaning or column.heading}。",
                )
            )
            good = False
        entry[column.key] = _typed(column.key, text, unit)
    return entry, good


def _spoilt(code: str, *, numeric: bool) -> bool:
    """Whether a code lost its last digits: shown as 3.6E+20, or a number of
    more digits than a sheet keeps.
    """
    return bool(_SCIENTIFIC.fullmatch(code)) or (numeric and len(code) > MOST_EXACT)


def _fault(
    column: TemplateColumn, text: str, unit: str | None, *, numeric: bool = False
) -> str | None:
    if not text:
        return "没有填。" if column.must else None
    if column.key == "year" and year_of(text) is None:
        return f"“{text}”不是年度。"
    if column.key == "budget" and number_of(text) is None:
        return f"“{text}”不是金额。"
    if column.key == "budget" and yuan(text, unit) is None:
        return "没有写明金额单位。"
    if column.key == "project_code" and _spoilt(half_width(text).strip(), numeric=numeric):
        return f"“{text}”按数字存，末几位已丢失：把这一列设为文本，从一体化系统重新复制。"
    if column.key == "recurring" and text not in {"是", "否"}:
        return f"“{text}”不是“是”或“否”。"
    if column.key == "kind" and half_width(text) not in KINDS:
        return f"“{text}”不在可选类型内。"
    return _term_fault(column.key, text)


def _term_fault(key: str, text: str) -> str | None:
    if key == "term_years" and _years(text) is None:
        return f"“{text}”不是 1 至 {LONGEST_TERM} 的整年数。"
    if key == "manager" and len(text) > LONGEST_NAME:
        return f"“{text[:20]}…”有 {len(text)} 个字，最多 {LONGEST_NAME} 个。"
    if key in DAYS and _day(text) is None:
        return f"“{text}”不是日期。"
    return None


def _years(text: str) -> int | None:
    found = re.fullmatch(r"(\d{1,2})年?", squeezed(text))
    return int(found[1]) if found and 1 <= int(found[1]) <= LONGEST_TERM else None


def _day(text: str) -> date | None:
    """One day as 2028-12-31, 2028/12/31, 2028.12.31 or 2028年12月31日; anything else is None."""
    found = re.fullmatch(
        r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 0?0:00(?::00)?)?", half_width(text).strip()
    )
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _typed(key: str, text: str, unit: str | None) -> str | int | None:
    if not text:
        return None
    if key == "year":
        return year_of(text)
    if key == "term_years":
        return _years(text)
    if key in DAYS:
        day = _day(text)
        return day.isoformat() if day else None
    return yuan(text, unit) if key == "budget" else text


def _doubles(out: Opening, key: str, sheet: str, label: str) -> None:
    seen: dict[str | int | None, str | int | None] = {}
    for row in sorted(out.written(sheet), key=lambda row: int(row["line"] or 0)):
        if row[key] is not None and row[key] in seen:
            line = row["line"]
            out.problems.append(
                Problem(
                    TEMPLATE_VALUE_WRONG,
                    "阻断",
                    f"{label}“{row[key]}”与第 {seen[row[key]]} 行重复。",
                    sheet,
                    out.cell(sheet, key, line),
                    line=line if isinstance(line, int) else None,
                    mend="请改为不重复的值。",
                )
            )
        seen.setdefault(row[key], row["line"])


def _same_project(out: Opening) -> None:
    """Two rows of one code and year would be one object, the second budget
    in place of the first.
    """
    seen: dict[tuple[object, object], object] = {}
    for row in sorted(out.written("对象"), key=lambda row: int(row["line"] or 0)):
        key = (row["project_code"], row["year"])
        if row["project_code"] is not None and key in seen:
            out.problems.append(
                Problem(
                    TEMPLATE_VALUE_WRONG,
                    "阻断",
                    f"项目编码“{row['project_code']}”（{row['year']}年）与第 {seen[key]} 行重复。",
                    "对象",
                    out.cell("对象", "project_code", row["line"]),
                    line=int(row["line"] or 0),
                    mend="同一项目一年一行；编码不同的请核对是否被存成了数字。",
                )
            )
        seen.setdefault(key, row["line"])


def _links(out: Opening) -> None:
    known = {row["code"] for row in out.written("单位")}
    offices = {row["office"] for row in out.written("单位") if row["office"]}
    for sheet, key in (("单位", "parent_code"), ("人员", "unit_code"), ("对象", "unit_code")):
        for row in out.written(sheet):
            if sheet == "人员" and row["role"] == "业务科室" and row[key] in offices:
                continue
            if row[key] is not None and row[key] not in known:
                line = row["line"]
                problem = Problem(
                    TEMPLATE_PARENT_UNKNOWN,
                    "阻断",
                    f"单位编码“{row[key]}”不在“单位”表内。",
                    sheet,
                    out.cell(sheet, key, line),
                    line=line if isinstance(line, int) else None,
                    mend="请先在“单位”表登记，或改正编码。",
                )
                out.problems.append(problem)
