"""资金 ZJ: amounts and rates that cannot be right, whatever form they came on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from wenxiao.rulebook.checks.facts import (
    AMOUNTS,
    LEDGER,
    LISTED,
    listed_money,
    money_lines,
    number,
    place,
    says_nothing,
    squeezed,
    written,
)
from wenxiao.rulebook.checks.registry import Cells, Hit, Table, head_number, numbered, rule
from wenxiao.rulebook.numbers import plain, scaled, wan

_BUDGETS = ("audited_arranged", "full_year", "budget", "initial")
_OF_LEDGERS = ("date", "month", "voucher", "payee", "purpose", "item", "fund_code")
_PERCENT = re.compile(r"(?:达到?|为|约|[≥>])?([0-9]+(?:\.[0-9]+)?)%")
_UNSPENT = re.compile(r"(?:尚未|暂未|未|无|没有|暂无)(?:发生)?(?:支出|支付|使用|执行)")
_SHARE = re.compile(
    r"(?:合格|达标|覆盖|及时|准确|出勤|到位|入学|巩固|优良|优秀|通过|验收|完好|就业|参保|参与|普及|知晓|满意|发放|足额)"
    r"(?:率|度)(?:\(.*\))?$"
)
_PAIRS = (
    ("audited_used", "audited_arranged"),
    ("executed", "full_year"),
    ("executed", "budget"),
    ("executed", "initial"),
    ("audited_used", "full_year"),
    ("audited_used", "budget"),
    ("audited_used", "initial"),
    ("executed", "audited_arranged"),
)
"""What a rate of a list's row may be of what, the likelier first."""


def is_ledger(table: Table) -> bool:
    """Whether rows are payments and the like, where an object may stand
    many times and refunds are negative by right.
    """
    return any(key in row for row in table.rows for key in _OF_LEDGERS)


@rule("ZJ-01")
def negative_money(table: Table) -> Iterator[Hit]:
    """Money below 0; refunds may be meant, so it warns.
    A payment taken back within its ledger is ZJ-20.
    """
    for line in money_lines(table):
        for key, name in AMOUNTS.items():
            yield from _below_nothing(None, line, key, name, place(line, key))
    if not money_lines(table):
        for key, name in AMOUNTS.items():
            yield from _below_nothing(None, table.head, key, name)
    for index, row in enumerate(table.rows):
        if "paid" in row:
            yield from _unmatched(index, row)
        elif not is_ledger(table):
            for key, name in (*LISTED.items(), ("amount", "金额")):
                yield from _below_nothing(index, row, key, name)


def _below_nothing(
    index: int | None, row: Cells, key: str, name: str, cell: str | None = None
) -> Iterator[Hit]:
    amount = number(row, key)
    if amount is not None and amount < 0:
        raw = _raw(row, key)
        yield Hit(index, key, f"{name}是负数 {raw}。", "不小于 0", raw, cell=cell)


def _unmatched(index: int, row: Cells) -> Iterator[Hit]:
    """A negative payment of a ledger that takes back no equal one of the same ledger."""
    paid = number(row, "paid")
    if paid is not None and paid < 0 and row.get("reverses") is None:
        text = f"负数支付 {_raw(row, 'paid')}，本表中没有对应的同额支付。"
        mend = "请核对是否退回以前月份或年度的支付，并写明原因。"
        yield Hit(index, "paid", text, got=_raw(row, "paid"), mend=mend)


def _raw(row: Cells, key: str) -> str:
    """An amount as written, else in 元."""
    raw = (row.get("raw") or {}).get(key)
    return str(raw) if raw else f"{plain(row[key])} 元"


@rule("ZJ-02")
def spent_more_than_budget(table: Table) -> Iterator[Hit]:
    """More spent than there was: of the head, of a score sheet, of each row of a list."""
    audited = head_number(table, "audited_arranged"), head_number(table, "audited_used")
    if None not in audited and audited[0] and audited[1] > audited[0]:  # type: ignore[operator]
        yield _over(None, "audited_used", "经审查实际使用资金大于实际安排资金。", *audited)
    budget, executed = head_number(table, "full_year"), head_number(table, "executed")
    if budget is not None and executed is not None and budget > 0 and executed > budget:
        text = f"全年执行数 {wan(executed)} 万元超过全年预算数 {wan(budget)} 万元。"
        yield _over(None, "executed", text, budget, executed)
    for index, row in enumerate(table.rows):
        paid, whole = number(row, "paid_so_far"), number(row, "full_year")
        if paid is not None and whole is not None:
            text = f"到这一行累计支付 {wan(paid)} 万元，超过全年预算 {wan(whole)} 万元。"
            if paid > whole:
                yield _over(index, "paid", text, whole, paid)
        elif not is_ledger(table):
            yield from _row_over(index, row)


def _row_over(index: int, row: Cells) -> Iterator[Hit]:
    arranged, used = number(row, "audited_arranged"), number(row, "audited_used")
    if arranged is not None and used is not None and used > arranged >= 0:
        text = "经审查实际使用资金大于实际安排资金。"
        yield _over(index, "audited_used", text, arranged, used)
    budgets = [amount for key in _BUDGETS if (amount := number(row, key)) is not None]
    spent = number(row, "executed")
    if spent is not None and budgets and not _unread(row) and spent > max(budgets) > 0:
        yield _over(index, "executed", "执行数大于预算数。", max(budgets), spent)


def _over(index: int | None, key: str, text: str, most: Decimal | None, got: Decimal | None) -> Hit:
    shown = ["" if one is None else f"{plain(one)} 元" for one in (most, got)]
    return Hit(index, key, text, f"不超过 {shown[0]}", shown[1])


def _unread(row: Cells) -> bool:
    """Whether an amount of the row is no number: no other may stand in for it."""
    texts = {**(row.get("written") or {}), **(row.get("unitless") or {})}
    return any(key in texts and not says_nothing(texts[key]) for key in LISTED)


@rule("ZJ-03")
def no_amount(table: Table) -> Iterator[Hit]:
    """A text where money should stand; of a score sheet, and of what is only expected, it warns:
    other figures count there.
    """
    unit = str(table.head.get("money_unit") or "万元")
    due, mend = f"数字，单位{unit}", f"应填数字，单位{unit}，如 200.00。"
    for line in money_lines(table):
        for key in AMOUNTS:
            text = written(line, key)
            if text and not says_nothing(text):
                yield Hit(
                    None,
                    key,
                    f"“{text[:30]}”不是金额。",
                    due,
                    text[:60],
                    mild=key == "expected_full_year",
                    cell=place(line, key),
                    mend="没有支出的填 0。" if _UNSPENT.fullmatch(squeezed(text)) else mend,
                )
    for key in ("audited_arranged", "audited_used"):
        text = written(table.head, key)
        if text and not says_nothing(text):
            yield Hit(None, key, f"{LISTED[key]}“{text[:30]}”不是金额。", got=text, mild=True)
    for index, row in enumerate(table.rows):
        for key in (*LISTED, *LEDGER):
            text = written(row, key)
            if text and (key in LEDGER or not says_nothing(text)):
                yield Hit(index, key, f"“{text[:30]}”不是金额。", due, text[:60], mend=mend)


@rule("ZJ-04")
def rate_over_hundred(table: Table) -> Iterator[Hit]:
    """A rate, or a share of a whole such as 合格率, above the highest there can be."""
    most = table.limits["highest"]
    due = f"不超过 {plain(most)}%"
    for line in money_lines(table):
        exact = number(line, "rate_due")
        if exact is not None and exact > most:
            rate_text, cell = f"{_two(exact)}%", place(line, "rate")
            text = f"执行率 {rate_text} 超过 {plain(most)}%。"
            yield Hit(
                None,
                "rate",
                text,
                due,
                rate_text,
                cell=cell,
                mend="请核对预算数与执行数，或说明原因。",
            )
    rate = head_number(table, "rate")
    if not money_lines(table) and rate is not None and rate > most:
        yield Hit(
            None,
            "rate",
            f"公布的执行率 {plain(rate)}% 超过{plain(most)}%。",
            due,
            f"{plain(rate)}%",
        )
    for index, row in enumerate(table.rows):
        percent = _PERCENT.fullmatch(squeezed(row.get("actual")))
        if percent and _SHARE.search(squeezed(row.get("level3"))) and Decimal(percent[1]) > most:
            text = f"“{row['level3']}”实际完成 {percent[1]}%，超过 {plain(most)}%。"
            yield Hit(
                index, "actual", text, due, f"{percent[1]}%", mend="请核对实际完成值的分子分母。"
            )


def _two(value: Decimal) -> str:
    return plain(scaled(Fraction(value), 2))


@rule("ZJ-05")
def no_rate(table: Table) -> Iterator[Hit]:
    """A text where an execution rate should stand; where two amounts make
    the rate it only warns, as they count.
    """
    for line in money_lines(table):
        cell = place(line, "rate")
        yield from _rate_in_words(None, line, number(line, "rate_due"), cell)
    for index, row in enumerate(table.rows):
        yield from _rate_in_words(index, row, _made_rate(row), None)


def _rate_in_words(
    index: int | None, row: Cells, made: Decimal | None, cell: str | None
) -> Iterator[Hit]:
    text = written(row, "rate")
    if not text or says_nothing(text):
        return
    if made is None:
        yield Hit(index, "rate", f"“{text[:30]}”不是执行率。", "百分数", text[:60], cell=cell)
        return
    due = f"{_two(made)}%"
    sentence = f"执行率写作“{text[:30]}”，由表上的预算数和执行数算得 {due}，以算得的为准。"
    mend = f"请改写为 {due}；认为不对的，核对预算数与执行数。"
    yield Hit(index, "rate", sentence, due, text[:60], mild=True, cell=cell, mend=mend)


def _made_rate(row: Cells) -> Decimal | None:
    """What the two amounts of a list's row make, in percent; None where one
    is missing, 0 or no number.
    """
    spent = number(row, "executed")
    named = (number(row, key) for key in ("full_year", "budget", "initial"))
    budget = next((amount for amount in named if amount is not None), None)
    if spent is None or budget is None or budget <= 0 or _unread(row):
        return None
    return spent * 100 / budget


@rule("ZJ-07")
def total_missing(table: Table) -> Iterator[Hit]:
    """A total of the money block that is 0 or empty while its parts are not."""
    for key, parts, whole in _blocks(table):
        if whole or written(table.head["funds"][0], key):
            continue  # what stands there is named as no amount
        sum_text = plain(sum(parts, Decimal(0)))
        text = f"{AMOUNTS[key]}：合计行为 0 或空，分项合计 {sum_text} 元。"
        whole_text = None if whole is None else plain(whole)
        yield Hit(None, key, text, sum_text, whole_text, cell=place(table.head["funds"][0], key))


@rule("ZJ-08")
def total_not_the_parts(table: Table) -> Iterator[Hit]:
    """The total row against its parts, a grant and its own 其中 rows not counted twice."""
    for key, parts, whole in _blocks(table):
        if not whole or sum(parts) == whole or _some_make(table.head["funds"][1:], key, whole):
            continue
        sum_text = plain(sum(parts, Decimal(0)))
        text = f"{AMOUNTS[key]}：合计 {plain(whole)} 元，分项合计 {sum_text} 元，不相等。"
        cell = place(table.head["funds"][0], key)
        yield Hit(None, key, text, sum_text, plain(whole), cell=cell)


def _blocks(table: Table) -> Iterator[tuple[str, list[Decimal], Decimal | None]]:
    """Per field of the money block the amounts of its parts and its total;
    nothing where no part has any money.
    """
    lines = money_lines(table)
    for key in AMOUNTS:
        parts = [value for line in lines[1:] if (value := number(line, key)) is not None]
        if any(parts):
            yield key, parts, number(lines[0], key)


def _some_make(parts: Sequence[Cells], key: str, whole: Decimal) -> bool:
    """Whether some prefix of the sources makes the whole: what follows are parts of a part."""
    running = Decimal(0)
    for part in parts:
        running += number(part, key) or Decimal(0)
        if running == whole:
            return True
    return False


@rule("ZJ-23")
def two_columns_for_the_budget(table: Table) -> Iterator[Hit]:
    """Two columns that may both be the year's budget and say different
    amounts: nobody divides by a guess.
    """
    for line in money_lines(table):
        cells = [str(cell) for _, cell in line.get("budgets") or ()]
        if cells:
            text = f"预算有两列可选（{'、'.join(cells)}），看不出哪一列是全年预算数，没有取数，也不算执行率。"
            yield Hit(None, "full_year", text, cell=cells[-1])
            return


@rule("ZJ-24")
def money_apart_by_ten_thousand(table: Table) -> Iterator[Hit]:
    """Amounts side by side, or two units in one head, that part by 10 000:
    one was written in 元, the other in 万元.
    """
    label, cell = table.head.get("unit_said") or ("", None)
    for words, other in table.head.get("units_said") or ():
        text = f"金额单位写了两种：“{label[:30]}”（{cell}）和“{words[:30]}”（{other}），按“{table.head.get('money_unit')}”读取。"
        yield Hit(None, "money_unit", text, cell=other)
    lines = money_lines(table)
    for line in lines:
        known = [(key, number(line, key)) for key in ("initial", "full_year", "executed")]
        yield from _apart(line, [(key, amount) for key, amount in known if amount], table.limits)
    for key in ("initial", "full_year", "executed"):
        parts = [number(line, key) for line in lines[1:]]
        whole, summed = (number(lines[0], key) if lines else None), sum(one or 0 for one in parts)
        if whole and _is_ten_thousand(whole, Decimal(summed), table.limits):
            name = AMOUNTS[key]
            text = f"{name}的总额与各项之和相差约一万倍，像是有的按元、有的按万元填写。"
            yield Hit(None, key, text, cell=place(lines[0], key))


def _apart(
    line: Cells, known: Sequence[tuple[str, Decimal]], limits: Mapping[str, Decimal]
) -> Iterator[Hit]:
    for at, (key, amount) in enumerate(known):
        for other, beside in known[at + 1 :]:
            if _is_ten_thousand(amount, beside, limits):
                text = (
                    f"{AMOUNTS[key]}与{AMOUNTS[other]}相差约一万倍，像是一个按元、一个按万元填写。"
                )
                yield Hit(None, other, text, cell=place(line, other))
                return


def _is_ten_thousand(one: Decimal, other: Decimal, limits: Mapping[str, Decimal]) -> bool:
    """Whether two amounts part by 10 000, give or take what a budget may
    change in a year (the rule's ``limits``).
    """
    small, large = sorted((abs(one), abs(other)))
    return small > 0 and limits["fewest_times"] * small <= large <= limits["most_times"] * small


@rule("ZJ-10")
def rate_not_of_the_amounts(table: Table) -> Iterator[Hit]:
    """A printed rate that the amounts beside it do not make, to the digits printed."""
    for line in money_lines(table):
        shown, exact = number(line, "rate"), number(line, "rate_due")
        # nobody is asked for a negative rate: the negative amount is named instead
        if shown is None or exact is None or exact < 0:
            continue
        if not _printed_alike(shown, exact, squeezed(line.get("rate_text"))):
            due = f"{_two(exact)}%"
            text = f"执行率写 {plain(shown)}%，按金额应为 {due}。"
            cell = place(line, "rate")
            yield Hit(None, "rate", text, due, f"{plain(shown)}%", cell=cell)
    for index, shown, row in numbered(table, "rate"):
        yield from _listed_rate(index, shown, row)


def _printed_alike(shown: Decimal, exact: Decimal, text: str) -> bool:
    text = text.rstrip("%")
    digits = len(text.partition(".")[2]) if re.fullmatch(r"-?\d+\.?\d*", text) else 2
    return abs(shown - exact) <= Decimal(1).scaleb(-min(digits, 4)) / 2 + Decimal("0.0001")


def _listed_rate(index: int, shown: Decimal, row: Cells) -> Iterator[Hit]:
    """The rate of a list's row, which may be of any pair of its amounts; a
    share of 1 counts as the percent it stands for.
    """
    if _unread(row):
        return
    exact = [
        spent * 100 / budget
        for one, other in _PAIRS
        if (spent := number(row, one)) is not None and (budget := number(row, other))
    ]
    text = squeezed(row.get("rate_text"))
    if not exact or any(_listed_alike(shown, text, rate) for rate in exact):
        return
    due = f"{_two(exact[0])}%"
    rate_text = text if "%" in text else f"{text}（%）"
    mend = "请按 执行数÷预算数 重算。"
    yield Hit(index, "rate", f"执行率写 {rate_text}，按金额应为 {due}。", due, text, mend=mend)


def _listed_alike(shown: Decimal, text: str, exact: Decimal) -> bool:
    digits = len(text.rstrip("%").partition(".")[2])
    readings = [(shown, digits)]
    if "%" not in text:
        readings.append((shown * 100, max(0, digits - 2)))
    return any(
        abs(value - exact) <= Decimal(1).scaleb(-min(places, 4)) / 2 + Decimal("0.0001")
        for value, places in readings
    )


@rule("ZJ-11")
def no_money_unit(table: Table) -> Iterator[Hit]:
    """Amounts of which nobody says whether they are 元 or 万元."""
    if any(line.get("unitless") for line in money_lines(table)):
        yield Hit(None, None, "没有写明金额单位。", mend="请在“项目资金”后写明（万元）或（元）。")
    for key, text in (table.head.get("unitless") or {}).items():
        message = f"{LISTED.get(key, '金额')}“{text}”没有写明金额单位。"
        yield Hit(None, key, message, got=text)
    lacking = {key: None for row in table.rows for key in row.get("unitless") or {}}
    names = [name for key, name in LISTED.items() if key in lacking]
    if names:
        text = f"{'、'.join(names)}没有写明金额单位。"
        yield Hit(None, "money_unit", text, mend="请在表头注明“单位：万元”或“元”。")


@rule("ZJ-14")
def less_expected_than_spent(table: Table) -> Iterator[Hit]:
    """Less expected for the whole year than is spent already."""
    for line in money_lines(table):
        spent, due = number(line, "executed"), number(line, "expected_full_year")
        if spent is not None and due is not None and due < spent:
            shown = [_raw(line, key) for key in ("expected_full_year", "executed")]
            text = f"全年预计执行数 {shown[0]} 小于已执行数 {shown[1]}。"
            cell = place(line, "expected_full_year")
            yield Hit(None, "expected_full_year", text, f"不小于 {shown[1]}", shown[0], cell=cell)


@rule("ZJ-12")
def subtotal_of_list(table: Table) -> Iterator[Hit]:
    """A group's subtotal of a list against its rows."""
    for group in table.head.get("groups") or ():
        rows = [row for row in table.rows if row.get("group") == group["name"]]
        for sums in group["sums"]:
            yield from _list_sums(rows, sums, f"“{group['name']}”小计")


@rule("ZJ-13")
def total_of_list(table: Table) -> Iterator[Hit]:
    """The total of a list against all its rows; of a ledger each total row
    (``stated``) against the ``sums`` it may be.
    """
    yield from _list_sums(table.rows, table.head.get("totals") or {}, "合计")
    for index, row in enumerate(table.rows):
        stated, sums = number(row, "stated"), row.get("sums") or ()
        if stated is not None and sums and stated not in sums:
            counted = "、".join(str(one) for one in sums)
            text = f"合计 {stated} 元与明细之和 {counted} 元不符。"
            yield Hit(index, "stated", text, got=str(stated))


def _list_sums(rows: Sequence[Cells], sums: Cells, name: str) -> Iterator[Hit]:
    for key, label in listed_money(sums):
        stated, total = number(sums, key), _list_sum(rows, key)
        if stated is not None and total is not None and total != stated:
            shown = f"{plain(total)} 元", f"{plain(stated)} 元"
            text = f"{label}{name} {shown[1]}，各行之和为 {shown[0]}。"
            yield Hit(None, key, text, *shown, cell=place(sums, key))


def _list_sum(rows: Sequence[Cells], key: str) -> Decimal | None:
    """The sum of a column; None where an amount cannot be read, and without any."""
    unread = any(
        text and not says_nothing(text)
        for row in rows
        for text in (written(row, key), (row.get("unitless") or {}).get(key))
    )
    amounts = [value for row in rows if (value := number(row, key)) is not None]
    return sum(amounts, Decimal(0)) if amounts and not unread else None
