"""List workbooks: one row an object, columns found by their headings,
groups and totals told apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from wenxiao.files.cells.cells import Book, Cell, Sheet
from wenxiao.files.cells.formulas import computed_value, decimal_text
from wenxiao.files.cells.grids import TableGrid, column_name, plain_number
from wenxiao.files.cells.seen import Amount, Seen, Year
from wenxiao.files.cells.textforms import half_width, squeezed, unit_in, year_of, yuan
from wenxiao.files.forms.evaluation_columns import looks_like_evaluation
from wenxiao.files.forms.evaluation_head import (
    UNIT_ALONE,
    UNIT_LABEL,
    UNIT_LINE,
    stated_unit,
    unit_beside,
)
from wenxiao.files.forms.forms import Group, ListForm, ListRow, Sums
from wenxiao.files.forms.headings import own_column
from wenxiao.files.forms.score_sheet import ScoreSheet

KEYS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("number", re.compile(r"^(序号|编号|行号|No\.?)$")),
    ("project_code", re.compile(r"项目(代码|编码|编号)$|^(项目)?21位码$")),
    ("unit_code", re.compile(r"(单位|部门)(代码|编码)$")),
    ("subject_name", re.compile(r"^(被?评价|监控)(对象|项目|单位|部门)(名称)?$|^对象名称$")),
    (
        "project_name",
        re.compile(r"^(预算)?(支出)?项目(\(政策\))?(名称)?$|^项目\(?(部门|政策)?\)?名称$"),
    ),
    ("dept", re.compile(r"^(项目)?(业务)?(主管|预算|一级预算)(部门|单位)(名称)?$|^部门(名称)?$")),
    ("unit", re.compile(r"^(项目)?(实施|预算|基层|承担|使用|用款|填报|申报)?单位(名称)?$")),
    ("subject_kind", re.compile(r"^(评价|对象|绩效评价|资金)?(对象)?(类型|类别)$")),
    ("year", re.compile(r"^(预算|评价|项目|资金|所属)?年度$|^年份$")),
    ("month", re.compile(r"^(支付|支出|执行|所属)?(月份|年?月)$|^(会计)?期间$")),
    ("date", re.compile(r"^(支付|支出|记账|到账|下达|凭证|业务)?日期$|^(支付|下达)时间$")),
    ("fund_code", re.compile(r"资金性质(代码|编码)")),
    ("fund", re.compile(r"^(资金|经费)(性质|来源|类型)(名称)?$")),
    ("item", re.compile(r"^(支出)?(功能|经济)?(分类)?科目(名称|编码)?$|^(功能|经济)分类$")),
    ("voucher", re.compile(r"(凭证|支付令|单据)(号|编号|号码)$")),
    ("payee", re.compile(r"^收款(人|单位|方)(名称|全称)?$")),
    ("purpose", re.compile(r"^(用途|摘要|支付用途|事由)$")),
    (
        "audited_arranged",
        re.compile(
            r"^经?(审查|审定|审核)后?的?(实际)?(安排|到位)的?(资金|金额|数)?$|^实际安排(资金|金额|数)?$"
        ),
    ),
    (
        "audited_used",
        re.compile(
            r"^经?(审查|审定|审核)后?的?(实际)?(使用|支出)的?(资金|金额|数)?$|^实际使用(资金|金额|数)?$"
        ),
    ),
    ("initial", re.compile(r"^年初(批复)?(预算|安排)?(批复)?(数|金额|资金|额)?$")),
    ("full_year", re.compile(r"^(全年|调整后?(的)?(全年)?)预算(数|金额|资金|额)?$")),
    (
        "budget",
        re.compile(
            r"^预算(安排)?(资金|数|金额|额|总额|指标)?$|^(安排|批复)(资金|金额)$|^(资金|指标)?金额$|^预算安排(情况)?$"
        ),
    ),
    ("rate", re.compile(r"^(全年|年度)?(预算|资金|支出)?(执行|支付|支出)(率|进度)$")),
    (
        "executed",
        re.compile(
            r"^(\d+[-—–~至到]\d+月|截[至止].{1,8}|累计|全年|年度|实际|本期|本月)*(预算)?(执行|支出|支付|使用|资金使用)(资金)?(数|金额|额|资金|情况)?$"
        ),
    ),
    ("grade", re.compile(r"^(自评|评价|评定|绩效|审查|综合|复核)?(等级|等次|档次)$")),
    ("score", re.compile(r"^(自评|评价|审查|复核|综合|最终|绩效|财政评价)?(得分|评分|分数|总分)$")),
    ("problems", re.compile(r"^(存在|发现)?的?(主要)?(存在)?的?问题$")),
    ("suggestions", re.compile(r"^(意见(和|及|与)?建议|(相关|有关|改进)?建议)$")),
    ("agency", re.compile(r"^(第三方|评价)(机构|单位)(名称)?$")),
    ("indicator_name", re.compile(r"^(三级)?(绩效)?指标(名称)?$")),
    ("note", re.compile(r"^(备注|说明)$")),
)
MONEY = {"audited_arranged", "audited_used", "initial", "full_year", "budget", "executed"}
NAMES = {"subject_name", "project_name", "dept", "unit", "project_code", "unit_code"}
TOTAL = re.compile(r"^\(?(合计|总计|小计|共计|.{0,12}小计|.{0,6}合计)\)?[:]?$")
GROUP = re.compile(r"^([一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）])\s*\S")
LONGEST_TITLE = 60
NUMERAL = re.compile(r"\(?[一二三四五六七八九十]+\)?[、.]?")
FORM_HEAD = re.compile(r"^(一级指标|二级指标|三级指标|预期目标|年度总体目标)$")
NOTE_LINE = re.compile(
    r"^(注|备注|说明|填表人?|制[表单]人?|打印(?:日期|时间|人)|经办人?|复核人?|审核人?|会计|出纳|(?:单位|财务)负责人)\d*[:、.]"
)


@dataclass(slots=True)
class ListHead:
    """The rows of a list's head and the column of every known heading, with
    its unit if it names one.
    """

    top: int
    bottom: int
    columns: dict[str, int] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def heading_key(label: str) -> str | None:
    """What a heading stands for, units and remarks in brackets left aside;
    None when it is nothing known.
    """
    bare = re.sub(
        r"\((?:单位:?)?(?:亿元|万元|千元|元|%|分|[\d.A-Za-z÷/=*×+\-]*)\)|[*★]", "", squeezed(label)
    )
    own = own_column(bare)
    if own in _OWN_KEYS:
        return own
    for key, pattern in KEYS:
        if pattern.search(bare):
            return key
    return None


LEDGER_KEYS = frozenset(
    {
        "added",
        "cut_back",
        "cut_back_on",
        "arrived",
        "arrived_on",
        "change",
        "level",
        "money_unit",
        "manager",
        "term_years",
        "expires_on",
        "midterm_on",
    }
)
"""Columns that only ledgers have, by the words a division adds; the rest of
a ledger's words are the intake's.
"""
_OWN_KEYS = LEDGER_KEYS | {key for key, _ in KEYS}


def looks_like_list(sheet: Sheet) -> bool:
    """Whether the sheet lists objects or entries one a row: named columns
    over at least one row, no indicator form.
    """
    if any(
        FORM_HEAD.match(squeezed(cell.text)) for cell in sheet.cells.values()
    ) or looks_like_evaluation(sheet):
        return False
    return find_list_head(TableGrid(sheet)) is not None


def find_list_head(grid: TableGrid) -> ListHead | None:
    """The first row with a name column and two more known headings; a head
    may lie on two or three rows.
    """
    for row in range(grid.top, min(grid.bottom, grid.top + 30) + 1):
        keys = {heading_key(cell.text) for cell in grid.own_cells(row)} - {None}
        if (
            len(keys) >= 3
            and keys & (NAMES | {"date", "voucher"})
            and len(grid.own_cells(row)) >= 3
        ):
            head = _head(grid, row)
            if len(head.columns) >= 3 and grid.bottom >= head.bottom:
                return head
    return None


def _head(grid: TableGrid, row: int) -> ListHead:
    merges = [grid.merge_at(row, cell.col) for cell in grid.own_cells(row)]
    bottom = max(
        (merge.bottom for merge in merges if merge and merge.bottom <= row + 2), default=row
    )
    wide = any(merge and merge.right > merge.left and merge.top == merge.bottom for merge in merges)
    if (
        bottom == row
        and wide
        and not any(plain_number(cell) is not None for cell in grid.own_cells(row + 1))
    ):
        bottom = row + 1
    head = ListHead(row, bottom)
    for col in range(grid.left, grid.right + 1):
        _place(grid, head, col)
    return head


def _place(grid: TableGrid, head: ListHead, col: int) -> None:
    levels = [grid.text(row, col) for row in range(head.top, head.bottom + 1)]
    texts = list(dict.fromkeys(text for text in levels if text))
    if not texts:
        return
    merge = grid.merge_at(head.bottom, col)
    if merge is not None and merge.left != col:
        return
    address = str(col) if grid.sheet.origin == 0 else column_name(col)
    name = re.sub(r"\s+", "", texts[-1])
    joined = "".join(re.sub(r"\s+", "", text) for text in texts)
    head.names[name if name not in head.names else joined] = address
    key = (
        heading_key(texts[-1])
        or heading_key(joined)
        or (heading_key(texts[0]) if len(texts) > 1 else None)
    )
    if key is None or key in head.columns:
        return
    head.columns[key] = col
    unit = next(
        (unit for text in reversed(texts) if "(" in half_width(text) and (unit := unit_in(text))),
        None,
    )
    if unit:
        head.units[key] = unit


def read_list(book: Book) -> list[ListForm]:
    """Every list of the file: columns, rows (money in 元), totals, groups.

    A list beside score sheets whose rows they repeat carries ``role`` "summary" and must not be
    stored again.
    """
    forms = [
        _read_sheet(book, at, sheet)
        for at, sheet in enumerate(book.sheets)
        if not sheet.hidden and looks_like_list(sheet)
    ]
    return [form for form in forms if form.rows]


def _read_sheet(book: Book, at: int, sheet: Sheet) -> ListForm:
    grid = TableGrid(sheet)
    head = find_list_head(grid)
    if head is None:
        raise ValueError("这张表不是清单。")
    above = [cell for row in range(grid.top, head.top) for cell in grid.own_cells(row)]
    texts = [cell.text for cell in above]
    texts += unit_beside(grid, grid.top, head.top - 1)
    unit_cell = next(
        (
            cell
            for cell in above
            if stated_unit([cell.text]) or UNIT_ALONE.match(squeezed(cell.text))
        ),
        None,
    )
    if book.container == "docx":
        texts += [text for number, text in book.paragraphs if number <= at]
    unit = stated_unit(texts) or next(iter(head.units.values()), None)
    out = ListForm(
        sheet=sheet.name,
        table=at if book.container == "docx" else None,
        title=_title(above) or _title_above(book, at),
        header_row=head.bottom,
        money_unit=unit,
        unit_cell=unit_cell.address if unit_cell else None,
        year=_year(texts),
        columns=head.names,
        rows=[],
        groups=[],
        total_row=None,
        totals={},
    )
    for row in range(head.bottom + 1, grid.bottom + 1):
        _read_row(grid, head, row, unit, out)
    return out


def _title(above: list[Cell]) -> Seen | None:
    titled = next((cell for cell in above if _is_title(squeezed(cell.text))), None)
    return Seen(value=titled.text.strip(), cell=titled.address) if titled else None


def _title_above(book: Book, at: int) -> Seen | None:
    """The title paragraph above the table of a Word file: the first that is
    more than a unit line.
    """
    above = [text.strip() for number, text in book.paragraphs if number == at]
    text = next(
        (text for text in above if _is_title(squeezed(text)) and len(text) < LONGEST_TITLE), None
    )
    return Seen(value=text, cell=None) if text is not None else None


def _is_title(words: str) -> bool:
    """More than a unit line; a title may well end with the unit in brackets."""
    rest = UNIT_LINE.sub("", words).strip("()")
    return len(rest) > 4 and not UNIT_LABEL.match(words)


def _year(texts: list[str]) -> int | None:
    return next((year for text in texts if (year := year_of(text))), None)


def _read_row(grid: TableGrid, head: ListHead, row: int, unit: str | None, out: ListForm) -> None:
    cells = grid.own_cells(row)
    if not cells or NOTE_LINE.match(half_width(cells[0].text).strip()):
        return
    words = [squeezed(cell.text) for cell in cells[:3]]
    if [heading_key(word) for word in words].count(None) == 0 and len(words) == 3:
        return  # the head printed again on the next page
    if any(TOTAL.match(word) for word in words):
        _take_totals(grid, head, row, unit, out)
        return
    named = any(grid.text(row, head.columns[key]) for key in NAMES if key in head.columns)
    name = _group_name(head, cells)
    if name is not None:
        amounts = _amounts(grid, head, row, unit).items()
        money = {key: amount for key, amount in amounts if amount.yuan}
        out.groups.append(Group(name=name, row=row, cell=cells[0].address, money=money))
        return
    if not named and len(cells) < 3:
        return
    texts = [key for key in head.columns if key not in MONEY | {"number", "year"}]
    out.rows.append(
        ListRow(
            row=row,
            texts={key: _field(grid, head, row, key) for key in texts},
            money=_amounts(grid, head, row, unit),
            year=_year_at(grid, row, head.columns["year"]) if "year" in head.columns else None,
            group=out.groups[-1].name if out.groups else None,
            hidden=row in grid.sheet.hidden_rows,
        )
    )


def _group_name(head: ListHead, cells: list[Cell]) -> str | None:
    """The name of a group whose line this is: 「一、部门整体支出」, or 一 in the number's column beside it."""
    first = cells[0].text.strip()
    if GROUP.match(first) and _is_group(head, cells):
        return re.sub(r"\s+", "", first)
    money = {head.columns[key] for key in head.columns if key in MONEY | {"rate"}}
    words = [cell for cell in cells if cell.col not in money]
    if (
        len(words) == 2
        and head.columns.get("number") == cells[0].col
        and NUMERAL.fullmatch(squeezed(first))
    ):
        mark = squeezed(first).strip("、.")
        return f"{mark}{'' if mark.endswith(')') else '、'}" + re.sub(r"\s+", "", words[1].text)
    return None


def _is_group(head: ListHead, cells: list[Cell]) -> bool:
    """A line such as 「一、部门整体支出」: at most money stands beside it."""
    others = {
        head.columns[key]
        for key in head.columns
        if key in NAMES | {"score", "grade", "year", "problems"}
    }
    return not any(cell.col in others and cell is not cells[0] for cell in cells)


def _field(grid: TableGrid, head: ListHead, row: int, key: str) -> Seen:
    col = head.columns[key]
    cell, address = grid.cell(row, col), grid.address(row, col)
    if cell is None:
        return Seen(cell=address, value=None)
    text = cell.text.strip() or None
    if key in {"score", "rate"} and cell.formula is not None and not cell.has_cached:
        exact = computed_value(grid.sheet, cell.row, cell.col)
        computed = decimal_text(exact, 6) if exact is not None else None
        return Seen(cell=address, value=None, stored=cell.formula, computed=computed)
    if key == "rate":
        return Seen(cell=address, value=text, stored=cell.raw)
    return Seen(cell=address, value=(plain_number(cell) if key == "score" else None) or text)


def _year_at(grid: TableGrid, row: int, col: int) -> Year:
    text = grid.text(row, col)
    return Year(cell=grid.address(row, col), value=year_of(text) or text or None)


def _money(grid: TableGrid, row: int, col: int, unit: str | None) -> Amount:
    cell, address = grid.cell(row, col), grid.address(row, col)
    if cell is None:
        return Amount(cell=address, raw=None, yuan=None)
    if cell.formula is not None and not cell.has_cached:
        exact = computed_value(grid.sheet, cell.row, cell.col)
        computed = decimal_text(exact) if exact is not None else None
        return Amount(
            cell=address,
            raw=None,
            stored=cell.formula,
            computed=computed,
            yuan=yuan(computed, unit),
        )
    number = plain_number(cell)
    raw = number if number is not None and unit_in(cell.text) is None else cell.text.strip()
    return Amount(cell=address, raw=raw or None, yuan=yuan(raw, unit))


def _amounts(grid: TableGrid, head: ListHead, row: int, unit: str | None) -> dict[str, Amount]:
    return {
        key: _money(grid, row, col, head.units.get(key, unit))
        for key, col in head.columns.items()
        if key in MONEY
    }


def _take_totals(
    grid: TableGrid, head: ListHead, row: int, unit: str | None, out: ListForm
) -> None:
    amounts = {
        key: amount
        for key, amount in _amounts(grid, head, row, unit).items()
        if amount.raw or amount.computed_text
    }
    label = squeezed(grid.own_cells(row)[0].text)
    if "小计" in label and out.groups:
        if out.groups[-1].subtotal is None:
            out.groups[-1].subtotal = Sums(row=row, money=amounts)
        return
    out.total_row, out.totals = row, amounts


def mark_summary(lists: list[ListForm], sheets: list[ScoreSheet]) -> None:
    """Mark the lists that only repeat the file's score sheets: ``role``
    "summary", each row with ``sheet_of``.
    """
    by_name = {form.subject_name.value: form.sheet for form in sheets}
    for form in lists:
        for entry in form.rows:
            named = entry.texts.get("project_name")
            if "subject_name" not in entry.texts and named is not None and named.value in by_name:
                entry.texts["subject_name"] = named
                entry.sheet_of = by_name[named.value]
        if form.rows and all(entry.sheet_of is not None for entry in form.rows):
            form.role = "summary"
