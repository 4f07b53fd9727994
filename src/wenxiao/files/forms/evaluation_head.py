"""What stands above a score sheet: subject, department, year, audited
money, by their labels wherever they stand.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from wenxiao.files.cells.grids import TableGrid, plain_number
from wenxiao.files.cells.seen import Amount, Seen, Year, missing
from wenxiao.files.cells.textforms import half_width, squeezed, unit_in, year_of, yuan

FIELDS: tuple[tuple[str, int, re.Pattern[str]], ...] = (
    # field, rank (the lowest found wins), label
    (
        "subject_name",
        0,
        re.compile(r"^(被?评价)?(项目|对象|政策|资金)名称$|^(被)?评价(项目|对象)(名称)?$|^项目$"),
    ),
    (
        "subject_name",
        1,
        re.compile(r"^(被?评价)?(部门|单位)(\(单位\))?名称$|^被评价(部门|单位)$|^部门\(单位\)$"),
    ),
    ("dept", 0, re.compile(r"^(项目)?(主管|预算|业务主管)(部门|单位)(名称)?$|^主管部门及代码$")),
    ("dept", 1, re.compile(r"^被?评价(部门|单位)(名称)?$|^(部门|单位)(\(单位\))?名称$")),
    ("dept", 2, re.compile(r"^(项目)?(实施|承担|(资金)?使用)?单位(名称)?$")),
    ("year", 0, re.compile(r"^(评价|预算|项目|资金|所属|绩效)?(评价)?年度$|^评价年份$")),
    (
        "audited_arranged",
        0,
        re.compile(
            r"^经?(审查|审定|审核|核实|评价审定)(后|的)?(的)?(实际)?(安排|到位)(的)?(资金|金额|数)?$"
        ),
    ),
    ("audited_arranged", 1, re.compile(r"^实际安排(的)?(资金|金额|数)?$")),
    (
        "audited_used",
        0,
        re.compile(
            r"^经?(审查|审定|审核|核实|评价审定)(后|的)?(的)?(实际)?(使用|支出)(的)?(资金|金额|数)?$"
        ),
    ),
    ("audited_used", 1, re.compile(r"^实际(使用|支出)(的)?(资金|金额|数)?$")),
    ("grade", 0, re.compile(r"^(综合|绩效|评价|评审|评估|评定|考评){0,2}(等级|等次|档次|级别)$")),
    ("agency", 0, re.compile(r"^(第三方)?(评价|受托|中介)?机构(名称)?$|^评价(实施)?(机构|单位)$")),
)
OTHERS = re.compile(
    r"^((专项)?债券(项目)?(名称|类型|期限|代码|编码|额度|资金|金额|利率|资金(总额|规模|额度))|(债券)?(发行|申请)(额度|金额|规模|时间|日期|期限)|项目总投资|总投资(额)?|建设(地点|期限|周期|内容)|评价(类型|时间|期间|日期|方式|人员|组长|组)|主评人|项目负责人|联系人|联系电话|预算(安排)?(资金|金额)|填表(人|日期)|项目(类型|属性)|资金性质)$"
)
MONEY = {"audited_arranged", "audited_used"}
INLINE = re.compile(
    r"([\u4e00-\u9fa5()]{2,16}?)\s*[:]\s*(.*?)(?=\s{2,}\S|\s[\u4e00-\u9fa5]{2,14}\s*:|$)",
    re.MULTILINE,
)
LONGEST_HEAD_CELL = 400
"""A label with its value is never longer; longer texts are prose, and a
stranger's blanks must not cost time.
"""
UNIT_LINE = re.compile(r"(?:金额|资金)?单位\s*[:]\s*(人民币)?\s*(亿元|万元|千元|元)")
UNIT_LABEL = re.compile(r"^(?:金额|资金|货币|计量)?单位$")
UNIT_ALONE = re.compile(r"^(?:人民币)?(亿元|万元|千元|元)$")
UNIT_IN_TITLE = re.compile(r"\((?:人民币)?(亿元|万元|千元|元)\)$")
SKIPPED_TITLE = re.compile(r"^(附件|附表|附)\d*[:]?$|单位:|编号")


_SEAL = re.compile(r"\s*[(（](?:盖章|公章|签章|加盖公章|单位盖章|章)[)）]\s*$")


class Where(NamedTuple):
    """The Word table or the sheet a value stands in, if not in the form's own."""

    table: int | None = None
    sheet: str | None = None


HERE = Where()


class SheetHead(NamedTuple):
    """What a score sheet says above its table; ``extra`` are labels nothing is made of."""

    subject_name: Seen
    dept: Seen
    year: Year
    audited_arranged: Amount
    audited_used: Amount
    grade: Seen
    extra: dict[str, Seen]


@dataclass(slots=True)
class LabelledValue:
    """One labelled value: its label, where it stands, the text, the stored
    number, the unit beside the label.
    """

    label: str
    text: str
    cell: str | None
    stored: str | None
    unit: str | None
    raw: str
    place: Where


def without_remark(label: str) -> str:
    """A label without its unit in brackets: 「经审查实际安排资金（万元）」 → 「经审查实际安排资金」."""
    return re.sub(r"\((?:单位[:]?)?(人民币)?(亿元|万元|千元|元|全称|分)\)", "", squeezed(label))


def field_of(label: str) -> tuple[str, int] | None:
    """(field, rank) a label stands for; None when it is no label of the head."""
    bare = without_remark(label)
    return next(((name, rank) for name, rank, pattern in FIELDS if pattern.search(bare)), None)


def labelled_values(
    grid: TableGrid, first: int, last: int, place: Where, skipped: Collection[int] = ()
) -> list[LabelledValue]:
    """Every label with its value in the rows (``skipped`` ones left out), in the cell at its right
    or behind a colon in the same cell.
    """
    out: list[LabelledValue] = []
    for row in range(first, last + 1):
        cells = [] if row in skipped else grid.own_cells(row)
        for at, cell in enumerate(cells):
            inline = _inline(cell.text, cell.address, place)
            if inline:
                out += inline
                continue
            if not _is_label(cell.text):
                continue
            value = cells[at + 1] if at + 1 < len(cells) else None
            if value is not None and UNIT_ALONE.match(squeezed(value.text)):
                continue
            unit = unit_in(squeezed(cell.text)) if "(" in squeezed(cell.text) else None
            if value is None or _is_label(value.text):
                out.append(
                    LabelledValue(without_remark(cell.text), "", None, None, unit, "", place)
                )
                continue
            out.append(
                LabelledValue(
                    without_remark(cell.text),
                    value.text.strip(),
                    value.address,
                    plain_number(value),
                    unit,
                    value.raw or value.text.strip(),
                    place,
                )
            )
    return out


def paragraph_values(paragraphs: list[str]) -> list[LabelledValue]:
    """Labels with values behind a colon in the paragraphs of a Word file."""
    return [labelled for text in paragraphs for labelled in _inline(text, None, HERE)]


def _is_label(text: str) -> bool:
    bare = without_remark(text)
    return len(bare) <= 16 and (field_of(bare) is not None or OTHERS.search(bare) is not None)


def _inline(text: str, address: str | None, place: Where) -> list[LabelledValue]:
    wide = half_width(text)
    if ":" not in wide or len(wide) > LONGEST_HEAD_CELL:
        return []
    out = []
    for match in INLINE.finditer(wide):
        # letter for letter as long as the text: the value keeps the brackets it is written with
        label, value = without_remark(match[1]), text[slice(*match.span(2))].strip()
        value = _SEAL.sub("", value) or value
        if value and _is_label(label):
            out.append(
                LabelledValue(
                    label, value, address, None, unit_in(squeezed(match[1])), text.strip(), place
                )
            )
    return out


def stated_unit(texts: list[str]) -> str | None:
    """The money unit a line such as 「金额单位：万元」 states; None when none does."""
    for text in texts:
        words = squeezed(text[:LONGEST_HEAD_CELL])
        if match := UNIT_LINE.search(words):
            return match[2]
        if (match := UNIT_IN_TITLE.search(words)) and field_of(words) is None:
            return match[1]
    return None


def unit_of_money(found: list[LabelledValue]) -> str | None:
    """The unit that stands with an audited amount."""
    for item in found:
        named = field_of(item.label)
        if named and named[0].startswith("audited"):
            unit = item.unit or unit_in(item.text)
            if unit:
                return unit
    return None


def unit_beside(grid: TableGrid, first: int, last: int) -> list[str]:
    """A unit that stands in a cell of its own right of 金额单位, as the line it
    would be in one cell.
    """
    out = []
    for row in range(first, last + 1):
        cells = grid.own_cells(row)
        for label, value in itertools.pairwise(cells):
            if UNIT_LABEL.match(squeezed(label.text)) and (
                unit := UNIT_ALONE.match(squeezed(value.text))
            ):
                out.append(f"单位：{unit[1]}")
    return out


def title_of(grid: TableGrid, first: int, last: int) -> Seen | None:
    """The form's title: the first line of the head that is neither a label nor 「附件」."""
    for row in range(first, last + 1):
        cells = grid.own_cells(row)
        if (
            len(cells) == 1
            and not _is_label(cells[0].text)
            and not SKIPPED_TITLE.search(squeezed(cells[0].text))
        ):
            return Seen(value=cells[0].text.strip(), cell=cells[0].address)
    return None


def head_fields(found: list[LabelledValue], unit: str | None) -> SheetHead:
    """The head's fields, the best label winning; other labels in ``extra``."""
    best: dict[str, tuple[int, LabelledValue]] = {}
    extra: dict[str, Seen] = {}
    for item in found:
        named = [(name, rank) for name, rank, pattern in FIELDS if pattern.search(item.label)]
        if not item.text and not any(name in MONEY for name, _ in named):
            continue
        for name, rank in named:
            if name != "agency" and (
                name not in best or rank < best[name][0] or not best[name][1].text
            ):
                best[name] = (rank, item)
        if (not named or named[0][0] == "agency") and item.text:
            extra[item.label] = _text(item)
    of = {name: item for name, (_, item) in best.items()}
    subject = of.get("subject_name")
    return SheetHead(
        subject_name=_text(subject, subject.label) if subject else missing(),
        dept=_text(of["dept"]) if "dept" in of else missing(),
        year=_year(of.get("year")),
        audited_arranged=_money(of.get("audited_arranged"), unit),
        audited_used=_money(of.get("audited_used"), unit),
        grade=_text(of["grade"]) if "grade" in of else missing(),
        extra=extra,
    )


def _text(item: LabelledValue, label: str | None = None) -> Seen:
    table, sheet = item.place
    return Seen(value=item.text, cell=item.cell, label=label, table=table, sheet=sheet)


def _year(item: LabelledValue | None) -> Year:
    if item is None:
        return Year(cell=None, value=None)
    table, sheet = item.place
    value = year_of(item.text)
    return Year(value=value, raw=item.raw, cell=item.cell, table=table, sheet=sheet)


def _money(item: LabelledValue | None, unit: str | None) -> Amount:
    if item is None:
        return Amount(cell=None, raw=None, yuan=None)
    raw = item.stored if item.stored is not None and unit_in(item.text) is None else item.text
    amount, (table, sheet) = yuan(raw, item.unit or unit), item.place
    return Amount(cell=item.cell, raw=raw or None, yuan=amount, table=table, sheet=sheet)
