"""Large ledgers as rows with the line a person sees: workbooks by calamine, csv in any encoding."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook, SheetVisibleEnum

from wenxiao.files.cells.cells import Sheet
from wenxiao.files.cells.exported import read_html, read_xml2003
from wenxiao.files.cells.labels import money_unit_in, squeezed
from wenxiao.files.cells.numberformats import decimal_of, plain
from wenxiao.files.cells.oldbooks import look_of
from wenxiao.files.cells.panics import breaks_reading
from wenxiao.files.cells.plaintext import (
    PlainText,
    PlainTextError,
    TextRow,
    decoded,
    fields_of,
    pieces_of,
    rows_of,
)
from wenxiao.files.cells.streaming import hidden_rows_of
from wenxiao.files.door.gate import admit
from wenxiao.files.door.markings import marking_in, marking_problem
from wenxiao.files.forms.headings import words_in_force
from wenxiao.files.forms.ledger_heading import (
    account_headings,
    continues_heading,
    filled_down,
    is_heading_again,
    remember_above,
    start_heading,
)
from wenxiao.files.forms.ledger_rows import MOST_ROWS, Ordinary, Rows, noting_codes
from wenxiao.files.forms.listing import GROUP, NOTE_LINE, heading_key
from wenxiao.rulebook.codes import (
    CLASSIFIED,
    FILE_CUT_OFF,
    HEADINGS_REPEATED,
    HIDDEN_PARTS,
    HIDDEN_SHEET,
    LEDGER_NO_TABLE,
    LEDGER_WITHOUT_HEADINGS,
    LEDGER_WITHOUT_LINES,
    MORE_COLUMNS_THAN_HEADINGS,
    TOO_MUCH_CONTENT,
    TOTAL_AMONG_LINES,
    UNREADABLE,
)
from wenxiao.rulebook.problems import Level, Problem

LARGEST_TEXT = 256 * 1024 * 1024
"""A plain text ledger may be this large: a million lines are about 120 MB."""
_SEARCHED = 40
_LARGEST_LOOKED = 24 * 1024 * 1024
"""A larger workbook is not gone through once more for what it hides."""
_NAMED = 10
"""Rows named one by one at most."""
_THROUGH = re.compile(
    r"截[至止]到?\s*(?:20\d\d年)?\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?"
    r"|(?<!\d)(?:20\d\d年)?0?1月?[-—–~至到]\s*(?:1[0-2]|0?[1-9])月"
)
_TOTAL = re.compile(
    r"(?:本页|本月|本年|累计|部门|单位|项目|全区|全县|全市|.{0,12})?(?:合计|小计|总计|共计)(?:数|金额)?[:：]?"
    r"|(?:本[日周旬月季年期页]度?|截至.{1,8}|至本月)?累计(?:数|金额|发生额?|支出)?[:：]?|(?:承前|过次|接上|转[下次])页"
)
_FULL_SHEETS = {65_536: ".xls", 1_048_576: ".xlsx"}
_MARKED = re.compile(r"[、）):：]")
_EXPORTED = re.compile(r"导出|打印|制表|填报|日期|时间")
_OF_A_LINE = {
    "project_code",
    "unit_code",
    "subject_name",
    "project_name",
    "dept",
    "unit",
    "date",
    "month",
    "voucher",
    "payee",
}
"""What only a line of its own says, never the heading of a group."""
Line = tuple[int, list[str]]


class _LedgerError(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


def empty_ledger(path: Path) -> dict[str, Any]:
    """The shape of :func:`read_ledger` with nothing in it."""
    return {
        "file": path.name,
        "encoding": None,
        "sheet": None,
        "first_column": 0,
        "unit": None,
        "header_line": None,
        "heading_rows": [],
        "columns": [],
        "keys": [],
        "rows": [],
        "parts": 0,
        "totals": [],
        "source_rows": 0,
        "year": None,
        "through": None,
        "problems": [],
        "text_codes": [],
    }


def read_ledger(
    path: Path, rows_to: Path | None = None, words: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A ledger's rows as ``[line, text, …]`` under ``columns`` (headings) and ``keys`` (their
    kind).

    ``words``: what the division's offices call the columns, beside the words every reader knows.

    With ``rows_to`` the rows are written into csv files of that name and a number
    (:mod:`wenxiao.files.forms.ledger_rows`), how many is ``parts``, and ``rows`` stays empty.

    Numbers are exact decimal text, dates ISO, empty cells "". ``totals`` are rows that only add
    others up: they are not among ``rows``. ``unit`` is the money unit named by the file, else None.
    Never raises for a file's content: what is wrong stands in ``problems``.
    """
    out = empty_ledger(path)
    rows = Rows(rows_to)
    out["rows"] = rows
    try:
        with words_in_force(words):
            _fill(path, out)
    except _LedgerError as error:
        rows.clear()  # half a ledger is none
        out["problems"].append(error.problem.as_json())
    except PlainTextError as error:
        rows.clear()
        out["problems"].append(
            Problem(error.code, "阻断", error.text, line=error.line, mend=error.mend).as_json()
        )
    except MemoryError:
        out["problems"].append(
            Problem(
                TOO_MUCH_CONTENT, "阻断", "文件太大，内存放不下。", mend="请拆成几份再导入。"
            ).as_json()
        )
    except BaseException as error:
        if not breaks_reading(error):
            raise
        rows.clear()
        text = "文件内部有意料之外的内容，无法读取。"
        out["problems"].append(
            Problem(UNREADABLE, "阻断", text, mend="请另存为新的 .xlsx 或 .csv 再导入。").as_json()
        )
    finally:
        rows.close()
    out.pop("above", None)
    return out | {"rows": rows.listed, "parts": rows.parts}


def _fill(path: Path, out: dict[str, Any]) -> None:
    admitted = admit(path, largest=LARGEST_TEXT)
    if (
        admitted.container != "csv"
    ):  # only plain text is read piece by piece; a workbook is held whole
        admitted = admit(path)
    if admitted.container is None:
        raise _LedgerError(admitted.problems[0])
    if admitted.container == "docx":
        raise _LedgerError(
            Problem(
                LEDGER_NO_TABLE,
                "阻断",
                "台账应是表格文件，这是 Word 文件。",
                mend="请导入 .xlsx、.xls 或 .csv。",
            )
        )
    if admitted.container == "csv":
        text = decoded(path)
        out["encoding"] = text.encoding
        _take_text(text, out)
        _check_cut(text.tail, text.head, text.separator, out)
    elif admitted.container in {"html", "xml2003"}:
        _fill_from_export(path, admitted.container, out)
    else:
        _fill_from_workbook(path, out)
    if out["header_line"] is None:
        mend = "表头应有“项目名称、单位、金额、日期”等列名，且在前 40 行之内。"
        raise _LedgerError(Problem(LEDGER_WITHOUT_HEADINGS, "阻断", "没有找到表头行。", mend=mend))
    if not out["rows"].count and not out["totals"]:
        mend = "请核对是否选错文件或工作表，重新导出后再导入。"
        raise _LedgerError(
            Problem(LEDGER_WITHOUT_LINES, "阻断", "表头下面没有数据行。", out["sheet"], mend=mend)
        )


def _fill_from_export(path: Path, container: str, out: dict[str, Any]) -> None:
    """The first sheet with a heading row of a web page or XML 2003 that was saved as .xls."""
    book = read_html(path) if container == "html" else read_xml2003(path)
    marking = marking_problem(book)
    if marking is not None:
        raise _LedgerError(marking)
    for sheet in book.sheets:
        _begin(out, sheet.name)
        _take(_lines(sheet), out)
        if out["header_line"] is not None:
            return


def _begin(out: dict[str, Any], name: str) -> None:
    """Look at another sheet: what the one before held is forgotten."""
    out["rows"].clear()
    out.update(totals=[], source_rows=0, columns=[], keys=[], heading_rows=[], sheet=name)


def _lines(sheet: Sheet) -> Iterator[Line]:
    """The rows of a grid; of a number what is stored, not what its format shows."""
    columns = range(sheet.origin, sheet.right + 1)
    for row in range(sheet.origin, sheet.bottom + 1):
        cells = (sheet.cells.get((row, col)) for col in columns)
        yield row, ["" if one is None else (one.raw or one.text).strip() for one in cells]


def _fill_from_workbook(path: Path, out: dict[str, Any]) -> None:
    """The first sheet that has a heading row."""
    with (
        path.open("rb") as stream,
        CalamineWorkbook.from_filelike(stream) as book,
    ):  # a path would be judged by suffix
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            _begin(out, name)
            out["first_column"] = sheet.start[1] if sheet.start is not None else 0
            rows = (
                (at, [_shown(value) for value in noting_codes(row, out["text_codes"])])
                for at, row in enumerate(sheet.iter_rows(), 1)
            )
            _take(filled_down(rows, sheet.merged_cell_ranges or [], out["first_column"], out), out)
            if out["header_line"] is not None:
                _check_full((sheet.end or (0, 0))[0] + 1, out)
                _say_hidden(book, name, out)
                _say_hidden_rows(path, name, out)
                return


def _say_hidden(book: CalamineWorkbook, name: str, out: dict[str, Any]) -> None:
    if any(
        one.name == name and one.visible != SheetVisibleEnum.Visible for one in book.sheets_metadata
    ):
        mend = "请核对隐藏的工作表是否应导入；不应导入的请删除后再导入。"
        out["problems"].append(
            Problem(
                HIDDEN_SHEET, "警告", f"工作表“{name}”是隐藏的，已一并读取。", name, mend=mend
            ).as_json()
        )


def _say_hidden_rows(path: Path, name: str, out: dict[str, Any]) -> None:
    """Rows filtered or folded away are lines like any other; whoever brings the file is told."""
    hidden: Iterable[int]
    if zipfile.is_zipfile(path):
        hidden = hidden_rows_of(path, name) if path.stat().st_size < _LARGEST_LOOKED else ()
    else:
        look = look_of(path).get(name)
        hidden = () if look is None else sorted(look.hidden_rows)
    rows = [row for row in hidden if row > out["header_line"]]
    if rows:
        more = " 等" if len(rows) > _NAMED else ""
        text = f"有 {len(rows)} 行被筛选或隐藏（第 {'、'.join(map(str, rows[:_NAMED]))}{more} 行），已一并读取。"
        mend = "请核对这些行是否应导入；不应导入的请删除，应导入的请取消筛选。"
        out["problems"].append(Problem(HIDDEN_PARTS, "提示", text, name, mend=mend).as_json())


def _shown(value: object) -> str:
    """A calamine value as text: exact decimals, ISO dates."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        number = decimal_of(value)
        return "" if number is None else plain(number)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    return "" if value is None else str(value)


def _take(lines: Iterator[Line], out: dict[str, Any]) -> None:
    """Heading first, then rows; texts above the heading may name the unit."""
    first = _find_heading(lines, out)
    if first is None:
        return
    ordinary = Ordinary(out)
    for line, fields in chain([first], lines):
        if not ordinary.took(line, fields) and any(fields):
            _take_row(line, fields, out)


def _take_text(text: PlainText, out: dict[str, Any]) -> None:
    """As :func:`_take`; lines that are nothing but lines are taken over without being split."""
    first = _find_heading(rows_of(text), out)
    if first is None:
        return
    ordinary, start = Ordinary(out), first[0]
    for piece in pieces_of(text):
        if isinstance(piece, TextRow):
            if piece.line >= start and not ordinary.took(*piece):
                _take_row(*piece, out)
            continue
        above = max(0, start - piece.line)
        for line, words in ordinary.odd_lines(
            piece.line + above, piece.lines[above:], text.separator
        ):
            fields = fields_of(words, line, text.separator)
            if fields is not None:
                _take_row(line, fields, out)


def _find_heading(lines: Iterator[Line], out: dict[str, Any]) -> Line | None:
    """The heading among the first rows and the row behind it, None when there is neither."""
    for number, (line, fields) in enumerate(lines):
        if out["header_line"] is not None:
            if any(fields) and not continues_heading(out, fields):
                return line, fields
            _look_for_unit(fields, out)
        elif number >= _SEARCHED:
            return None
        else:
            _look_above(line, fields, out)
    return None


def _look_above(line: int, fields: list[str], out: dict[str, Any]) -> None:
    keys = [heading_key(field) if field else None for field in fields]
    known = {key for key in keys if key is not None} | account_headings(fields)
    for field in fields:
        _refuse_marking(field, line, out)
    if len(known) >= 2 and sum(1 for field in fields if field) >= 2:
        start_heading(out, line, fields)
        _look_for_unit(fields, out)
        _look_for_end(fields, out)
        return
    if any(fields):
        remember_above(out, fields)
    _look_for_end(fields, out)
    if out["year"] is None:
        out["year"] = next((year for field in fields if (year := _title_year(field))), None)
    _look_for_unit(fields, out)


def _look_for_unit(fields: list[str], out: dict[str, Any]) -> None:
    units = [unit for field in fields if field and (unit := money_unit_in(field))]
    if units and out["unit"] is None:
        out["unit"] = units[0]


def _look_for_end(fields: list[str], out: dict[str, Any]) -> None:
    """The day up to which a table of sums counts: 「截至2021年7月31日」."""
    if out["through"] is None:
        hits = (_THROUGH.search(squeezed(field)) for field in fields if field)
        out["through"] = next((hit[0] for hit in hits if hit), None)


def _title_year(text: str) -> int | None:
    """The one year a text above the heading names; the day of an export is no budget year."""
    if not text or _EXPORTED.search(text):
        return None
    years = {int(year) for year in re.findall(r"(?<!\d)(20\d\d)年", squeezed(text))}
    return years.pop() if len(years) == 1 else None


def _refuse_marking(field: str, line: int, out: dict[str, Any]) -> None:
    if field and marking_in(field):
        out["rows"].clear()
        out["totals"] = []
        mend = "涉密项目请线下管理，立即删除该文件，按保密规定处理。"
        raise _LedgerError(
            Problem(
                CLASSIFIED, "阻断", "文件标有国家秘密标志，不得导入本系统。", line=line, mend=mend
            )
        )


def _take_row(line: int, fields: list[str], out: dict[str, Any]) -> None:
    columns, words = out["columns"], "\x1f".join(fields)
    width = len(columns)
    if is_heading_again(out, fields):
        _say(out, HEADINGS_REPEATED, "提示", line, "重复的表头行，已略过。")
        return
    out["source_rows"] += 1
    if out["source_rows"] > MOST_ROWS:
        raise _LedgerError(
            Problem(
                TOO_MUCH_CONTENT,
                "阻断",
                f"超过 {MOST_ROWS} 行。",
                line=line,
                mend="请按月或按单位拆开导入。",
            )
        )
    if "密" in words:
        for field in fields:
            _refuse_marking(field, line, out)
    row = [line, *fields[:width], *[""] * (width - len(fields))]
    if _MARKED.search(words) and _is_group(fields, out["keys"]):
        _say(out, TOTAL_AMONG_LINES, "提示", line, "这一行是分组标题或附注，没有计入明细。")
        return
    if ("计" in words or "页" in words) and is_total(fields):
        out["totals"].append(row)
        return
    if out["totals"] and out["totals"][-1][0] == line - 1:
        _say(
            out,
            TOTAL_AMONG_LINES,
            "提示",
            line - 1,
            "这一行是合计或小计，夹在明细中间，没有计入明细。",
        )
    if len(fields) > width and any(fields[width:]):
        _say(
            out,
            MORE_COLUMNS_THAN_HEADINGS,
            "警告",
            line,
            f"这一行比表头多出 {len(fields) - width} 列。",
            "请核对是否有多余的分隔符。",
        )
    out["rows"].add(row)


def _is_group(fields: list[str], keys: list[str | None]) -> bool:
    """A line such as 「一、部门整体支出」 or 「注：…」: beside it stands at most money."""
    filled = [at for at, field in enumerate(fields) if field]
    words = squeezed(fields[filled[0]]) if filled else ""
    if not GROUP.match(words) and not NOTE_LINE.match(words):
        return False
    return not any(keys[at] in _OF_A_LINE for at in filled[1:] if at < len(keys))


def is_total(fields: list[str]) -> bool:
    """Whether a row only adds up others: 合计, 小计 or 总计 among its first words."""
    words = [squeezed(field) for field in fields if field][:3]
    return any(len(word) <= 16 and _TOTAL.fullmatch(word) for word in words)


def _say(
    out: dict[str, Any], code: str, level: Level, line: int, text: str, mend: str | None = None
) -> None:
    if len(out["problems"]) < 1_000:
        out["problems"].append(
            Problem(code, level, text, out["sheet"], line=line, mend=mend).as_json()
        )


def _check_cut(tail: str, head: str, separator: str, out: dict[str, Any]) -> None:
    """A csv that ends in the middle of a row was not downloaded whole."""
    if not out["rows"].count or tail.endswith(("\n", "\r")):
        return
    last = tail.rstrip().splitlines()[-1]
    fields = [field.strip() for field in last.split(separator)]
    if is_total(fields) or _is_group(fields, out["keys"]):
        return  # a closing remark has the width it wants
    width, wanted = len(fields), len([column for column in out["columns"] if column])
    if separator in head and width < wanted and '"' not in last:
        text = f"最后一行只有 {width} 列，表头有 {wanted} 列，文件像是被截断了。"
        _say(out, FILE_CUT_OFF, "阻断", out["rows"].last, text, "请重新导出完整的文件。")


def _check_full(height: int, out: dict[str, Any]) -> None:
    """A sheet filled to its last possible row was very likely cut by the program that wrote it."""
    kind = _FULL_SHEETS.get(height)
    if kind is not None:
        _say(
            out,
            FILE_CUT_OFF,
            "警告",
            height,
            f"表格恰好写满 {kind} 的最大行数 {height}，后面的数据可能丢失。",
            "请核对总数，分开导出。",
        )


def money_text(text: str) -> Decimal | None:
    """The exact number of a money field, separators and currency signs dropped, or None."""
    words = squeezed(text).lstrip("¥￥").replace(",", "")
    return Decimal(words) if re.fullmatch(r"[-+]?\d+(?:\.\d+)?", words) else None
