"""The headings of performance forms, in all the words bureaus use for them,
and the columns they stand over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache

from wenxiao.files.cells.labels import Grid, bare, number_in, remembered, squeezed
from wenxiao.files.cells.seen import Seen
from wenxiao.rulebook.column_words import column_words

_WORDS: ContextVar[Mapping[str, str] | None] = ContextVar("column_words", default=None)


@contextmanager
def words_in_force(words: Mapping[str, str] | None) -> Iterator[None]:
    """Read with these words, heading → column; without any with the national ones."""
    token = _WORDS.set(words)
    try:
        yield
    finally:
        _WORDS.reset(token)


def own_column(heading: str) -> str | None:
    """The column a heading (without blanks and brackets) stands over by the
    added words; None for any other.
    """
    words = _WORDS.get()
    return (_national() if words is None else words).get(heading)


@cache
def _national() -> Mapping[str, str]:
    return column_words()


_WHEN = (
    r"(?:预算|年度|全年|年初|预期|计划|绩效|设定|当年|本年|本年度|三级|的|批复|原定|20\d\d年度?)*"
)
_DONE = r"(?:全年|年度|年末|实际|指标|目标|当年|本年|预算|绩效|自评|项目|20\d\d年度?|截至.{1,8}|\d+.\d+月份?)*"
INDICATOR_HEADINGS: dict[str, re.Pattern[str]] = {
    key: re.compile(pattern)
    for key, pattern in {
        "level1": r"一级(?:绩效)?指标(?:名称)?|一级|指标类型",
        "level2": r"二级(?:绩效)?指标(?:名称)?|二级|指标类别",
        "level3": r"三级(?:绩效)?指标(?:名称|内容|及分值)?|三级|具体指标|指标名称|绩效指标名称|指标内容|四级指标",
        "nature": r"(?:指标)?(?:性质|方向|符号)|(?:计算|运算|比较)符号?|运算符号|指标比较符",
        "unit": r"(?:度量|计量|指标值?|数量|数值|指标计量)?单位",
        "forecast": r"(?:全年|全年度|年度|全年目标)?(?:预计|预期)(?:全年|年底|年末|到年底)?(?:可)?(?:完成|实现|达到)(?:情况|值|程度)?|预计全年完成情况",
        "expected_rate": r"(?:完成|偏差|偏离|实现|达成)(?:率|比例|度|程度|比率|幅度)|偏差",
        "weight": r"(?:指标|标准|分配|三级指标|预设|自评|设定|绩效|各项|项目|参考|基准|单项|赋分)*(?:权重|权数|分值|满分|标准分|总分值)(?:分值|值|数|占比|分)?",
        "score": r"(?:自评|实际|单位|项目|指标|最终|评价|评定|三级指标|绩效|本项|核定|单项|考评|考核|折算|加权|各项)*(?:得分|评分|打分|自评分|分数)(?:情况|值|数)?",
        "target": rf"{_WHEN}(?:指标值|目标值|标准值|计划值|指标目标值|绩效标准|目标)(?:内容|值)?",
        "actual": rf"{_DONE}(?:完成|实现|达成|达到|执行)(?:指标|目标)?(?:值|情况|数|结果)?|(?:全年|年度|年末|当年|本年|本年度|20\d\d年度?)*实际(?:指标)?(?:值|数|情况)|完成指标值",
        "reason_funds": r"经费保障|资金保障",
        "reason_system": r"制度保障",
        "reason_staff": r"人员保障",
        "reason_hardware": r"硬件条件保障|硬件保障|条件保障",
        "reason_other": r"其他|其它",
        "reason_text": r"原因说明|偏差原因说明|情况说明",
        "deviation": r"(?:.*(?:偏差|偏离|未完成|未达|差异|扣分|完成).*)?(?:原因|措施)(?:.*(?:分析|措施|说明|改进|原因).*)?|.*(?:原因分析|改进措施).*|(?:偏差|偏离)分析|扣分(?:说明|情况|理由|依据|点)|未达标?说明",
        "possibility": r"(?:完成)?(?:绩效)?目标(?:的)?可能性|(?:目标)?完成(?:目标)?(?:的)?可能性",
        "note": r"备注|说明|备注说明",
    }.items()
}
_FUNDS_WHEN = (
    r"(?:\d+.\d+月份?(?:累计)?|1.\d+月份?|截至.{1,10}|全年|年度|全年度|实际|累计|当年|本年|预算)*"
)
FUND_HEADINGS: dict[str, re.Pattern[str]] = {
    key: re.compile(pattern)
    for key, pattern in {
        "expected_full_year": r"(?:全年|年度|全年度)?预计(?:全年)?(?:执行|支出)(?:数|金额|额)?|预计全年执行数",
        "rate": _FUNDS_WHEN + r"(?:执行|支出|支付|拨付)(?:率|进度)|资金(?:执行|支付|使用|支出)率",
        "arrived": r".*到位(?:数|资金|金额|资金额)?",
        "executed": _FUNDS_WHEN
        + r"(?:资金)?(?:执行|支出|使用|支付|拨付)(?:数|金额|额|资金数|资金)|(?:全年|年度|实际|累计|当年|本年|\d+-\d+月)+(?:执行|支出|使用)(?:情况)?",
        "initial": r"年初(?:批复|下达|安排|部门)?(?:预算)?(?:资金)?(?:数|金额|额|安排|批复数|安排数)?|预算批复数|批复预算数|(?:项目)?年初预算安排(?:资金)?数?",
        "adjustment": r"(?:预算)?(?:调整|追加|调增|调减|调剂)(?:预算)?(?:数|金额|额)|(?:变更|调剂)预算(?:总额|数|金额|额)",
        "full_year": r"(?:全年|调整后?|年度|全年度|变动后|调整后全年|本年|当年|项目|资金)?(?:的)?预算(?:总额|数|金额|资金|额|安排数|安排|资金数)?",
        "weight": INDICATOR_HEADINGS["weight"].pattern,
        "score": INDICATOR_HEADINGS["score"].pattern,
    }.items()
}
_LETTER = re.compile(r"^[A-Ea-e①②③④⑤][.、:]?(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])[A-Ea-e①②③④⑤]$")
"""Letters formulas refer to: 年度指标值A, B.全年完成值."""
_ANSWER = re.compile(
    r"(?:经费|资金|制度|人员|硬件|硬件条件|条件)保障|其[他它]|原因说明|确定能|有可能|可能|(?:完全)?不可能|确定不能"
)
_LONGEST = 40
DEEPEST_HEADING = 3
"""A heading never spans more rows than this; what is taller is the side label of the block."""


@dataclass(frozen=True, slots=True)
class HeadingColumn:
    """A heading over columns ``left``–``right``; ``words`` as printed."""

    left: int
    right: int
    words: str


@dataclass(frozen=True, slots=True)
class Heading:
    """The headings of one block: its rows and what column holds what;
    ``others`` are columns without a known word.
    """

    top: int
    bottom: int
    columns: dict[str, HeadingColumn]
    others: dict[str, HeadingColumn]

    def place(self, grid: Grid, row: int, key: str) -> tuple[int, int] | None:
        """The cell of a row under a heading: the first filled column of a
        wide heading, else its first.
        """
        column = self.columns.get(key)
        return None if column is None else place_under(grid, row, column)

    def seen(self, grid: Grid, row: int, key: str) -> Seen | None:
        """What stands in that cell; None where the form has no such column."""
        place = self.place(grid, row, key)
        return None if place is None else grid.seen(*place)


def place_under(grid: Grid, row: int, column: HeadingColumn) -> tuple[int, int]:
    """The cell of the row that carries the value of this column."""
    for col in range(column.left, column.right + 1):
        cell = grid.cell(row, col)
        if cell is not None and grid.span(row, col).left >= column.left:
            return row, col
    return row, column.left


def keyed(words: str, headings: dict[str, re.Pattern[str]]) -> str | None:
    """Which heading these words are; None if no known one."""
    label = _label(words)
    if label is None:
        return None
    own = own_column(label)
    own = "deviation" if own == "reason" else own
    if own in headings:
        return own
    return _known(label, of_funds=headings is FUND_HEADINGS)


@remembered
def _label(words: str) -> str | None:
    """A heading without brackets and the letter formulas know it by; None
    for what is too long to be one.
    """
    label = bare(words)
    return _LETTER.sub("", label) if label and len(label) <= _LONGEST else None


@lru_cache(maxsize=8_192)
def _known(label: str, *, of_funds: bool) -> str | None:
    headings = FUND_HEADINGS if of_funds else INDICATOR_HEADINGS
    return next((key for key, pattern in headings.items() if pattern.fullmatch(label)), None)


def heading_at(grid: Grid, row: int, headings: dict[str, re.Pattern[str]]) -> Heading | None:
    """The headings that begin in this row, sub-headings below included;
    None when fewer than two are known.
    """
    known = [(col, text) for col, text in grid.starts_in_row(row) if keyed(text, headings)]
    if len(known) < 2:
        return None
    depths = [grid.span(row, col).bottom for col, _ in known]
    bottom = max((depth for depth in depths if depth - row < DEEPEST_HEADING), default=row)
    if bottom == row and (
        _answers_below(grid, row + 1) or _headings_below(grid, row + 1, headings)
    ):
        bottom = row + 1
    columns: dict[str, HeadingColumn] = {}
    others: dict[str, HeadingColumn] = {}
    for col in grid.cols:
        if headings is FUND_HEADINGS and _holds_labels(grid, bottom, col):
            _take_beside_labels(grid, (row, bottom), col, columns)
            continue
        _take(grid, (row, bottom), col, headings, columns, others)
    if headings is FUND_HEADINGS:
        _step_over_labels(grid, bottom, columns)
    if headings is FUND_HEADINGS and "full_year" not in columns:
        _take_lettered_budget(columns)
        _take_adjusted_budget(columns)
    if headings is INDICATOR_HEADINGS and not {"level1", "level2", "level3"} & set(columns):
        _take_side_label(columns, others)
    return Heading(row, bottom, columns, others)


def _take_lettered_budget(columns: dict[str, HeadingColumn]) -> None:
    """调整预算数（A） is the budget after adjustment where the rate is printed as
    B/A, not what was adjusted.
    """
    adjusted, executed = columns.get("adjustment"), columns.get("executed")
    if adjusted is None or executed is None:
        return
    letters = [re.findall(r"\(([A-Ea-e])\)", squeezed(one.words)) for one in (adjusted, executed)]
    rate = squeezed(columns["rate"].words).upper() if "rate" in columns else ""
    if all(letters) and f"{letters[1][0]}/{letters[0][0]}".upper() in rate.replace("÷", "/"):
        columns["full_year"] = columns.pop("adjustment")


_ADJUSTED = re.compile(r"(?:调整|变更|调剂)(?:后的?)?预算(?:总额|数|金额|额)?")
"""What may be the budget after adjustment as well as what was adjusted;
预算调整数, 调增 and 追加 are only the latter.
"""


def _take_adjusted_budget(columns: dict[str, HeadingColumn]) -> None:
    """调整预算数 beside 年初预算数 may be either; where there is no other budget at all it is the budget."""
    adjusted = columns.get("adjustment")
    if adjusted is None or not _ADJUSTED.fullmatch(bare(adjusted.words)):
        return
    columns["other_budget" if "initial" in columns else "full_year"] = columns.pop("adjustment")


_SOURCE = re.compile(
    r"(?:其中[:：]?)?.*(?:总额|资金|拨款|财政|经费|收入|合计|结转|专户|单位|其[他它]).*"
)


def _holds_labels(grid: Grid, bottom: int, col: int) -> bool:
    """Whether the sources of money stand below: 「年度预算数（万元）」 over 总额,
    其中：财政资金 is their corner label.
    """
    words = [grid.text(row, col) for row in range(bottom + 1, bottom + 5)]
    names = [text for text in words if text and number_in(text) is None]
    return (
        len(names) > 1
        and len(names) == sum(1 for text in words if text)
        and all(_SOURCE.fullmatch(squeezed(text)) for text in names[:2])
    )


def _take_beside_labels(
    grid: Grid, rows: tuple[int, int], col: int, columns: dict[str, HeadingColumn]
) -> None:
    """A heading merged over the sources of money and their amounts stands over the amounts."""
    for row in range(rows[1], rows[0] - 1, -1):
        span, words = grid.span(row, col), grid.text(row, col)
        key = keyed(words, FUND_HEADINGS) if words else None
        if key is not None and span.left == col and span.right > col:
            columns.setdefault(key, HeadingColumn(col + 1, span.right, words))
            return


def _step_over_labels(grid: Grid, bottom: int, columns: dict[str, HeadingColumn]) -> None:
    """The same where a single source stands below: its label is no amount."""
    for key, column in columns.items():
        label = grid.text(bottom + 1, column.left)
        beside = grid.text(bottom + 1, column.left + 1)
        if (
            column.right > column.left
            and grid.span(bottom + 1, column.left).right == column.left
            and label
            and number_in(label) is None
            and _SOURCE.fullmatch(squeezed(label))
            and number_in(beside) is not None
        ):
            columns[key] = HeadingColumn(column.left + 1, column.right, column.words)


def _take_side_label(columns: dict[str, HeadingColumn], others: dict[str, HeadingColumn]) -> None:
    """绩效指标 over the names is a side label beside levels, and the only level
    where there are none.
    """
    for words in ("绩效指标", "指标", "考核指标", "评价指标", "监控指标"):
        if words in others:
            columns["level3"] = others.pop(words)
            return


def _headings_below(grid: Grid, row: int, headings: dict[str, re.Pattern[str]]) -> bool:
    """Whether the row is the second of a heading saved without its merges:
    headings alone, some under an empty cell.
    """
    cells = list(grid.starts_in_row(row))
    if len(cells) < 2 or any(keyed(text, headings) is None for _, text in cells):
        return False
    return any(not grid.text(row - 1, col) for col, _ in cells)


def _answers_below(grid: Grid, row: int) -> bool:
    """Whether the row only names causes and possibilities: the second
    heading row of a form saved without its merges.
    """
    words = [bare(text) for _, text in grid.starts_in_row(row)]
    return len(words) > 1 and all(_ANSWER.fullmatch(word) for word in words)


def _take(
    grid: Grid,
    rows: tuple[int, int],
    col: int,
    headings: dict[str, re.Pattern[str]],
    columns: dict[str, HeadingColumn],
    others: dict[str, HeadingColumn],
) -> None:
    """Name one column by its lowest known heading."""
    top, bottom = rows
    for row in range(bottom, top - 1, -1):
        span = grid.span(row, col)
        words = grid.text(row, col)
        if not words or span.left != col or span.bottom > bottom or span.top < top:
            continue
        key = keyed(words, headings)
        if key is None:
            if row == bottom:
                others.setdefault(bare(words), HeadingColumn(col, span.right, words))
            continue
        right = (
            span.right
            if bottom in {row, span.bottom}
            else _own_right(grid, bottom, col, span.right)
        )
        if key not in columns or _better(key, columns):
            columns[key] = HeadingColumn(col, right, words)
        elif key == "full_year" and headings is FUND_HEADINGS:
            columns.setdefault("other_budget", HeadingColumn(col, right, words))
        return


def _own_right(grid: Grid, bottom: int, col: int, right: int) -> int:
    """How far a heading over sub-headings reaches until the first
    sub-heading with words of its own.
    """
    for other in range(col, right + 1):
        if grid.text(bottom, other):
            return max(col, other - 1)
    return right


def _better(key: str, columns: dict[str, HeadingColumn]) -> bool:
    """Points under every level, a side label 绩效目标: what stands right of the
    third level is the indicator's own.
    """
    if (
        key not in {"weight", "unit", "target", "actual", "nature", "score"}
        or "level3" not in columns
    ):
        return False
    return columns[key].left < columns["level3"].left
