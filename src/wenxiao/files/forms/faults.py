"""What is wrong inside a form that was read: cells that aren't numbers, sums that don't add up, facts that are missing.

Arithmetic only. Which rule a bureau scores by is the rulebook's business; these faults hold under every rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from wenxiao.files.cells.labels import bare, number_in, squeezed
from wenxiao.files.cells.numberformats import plain
from wenxiao.files.forms.fault_sums import execution, points_of, said, sum_problems
from wenxiao.files.forms.funds import is_dash
from wenxiao.rulebook.problems import Level, Problem

Form = dict[str, Any]
_EMPTY_WORDS = re.compile(r"无|不适用|/|—+|-+|没有|未安排|N/?A", re.IGNORECASE)
_MONEY = {
    "initial": "年初预算数",
    "full_year": "全年预算数",
    "executed": "全年执行数",
    "expected_full_year": "全年预计执行数",
}
_BANDS = ((Decimal(90), "优"), (Decimal(80), "良"), (Decimal(60), "中"), (Decimal(0), "差"))
_GRADES = {
    "优秀": "优",
    "优": "优",
    "良好": "良",
    "良": "良",
    "中等": "中",
    "中": "中",
    "差": "差",
    "较差": "差",
}
HUNDRED = Decimal(100)
_PERCENT = re.compile(r"(?:达到?|为|约|[≥>])?([0-9]+(?:\.[0-9]+)?)%")
_SHARE = re.compile(
    r"(?:合格|达标|覆盖|及时|准确|出勤|到位|入学|巩固|优良|优秀|通过|验收|完好|就业|参保|参与|普及|知晓|满意|发放|足额)(?:率|度)(?:\(.*\))?$"
)


def form_problems(form: Form) -> list[Problem]:
    """Every fault of a self-evaluation or monitoring form as read by ``wenxiao read``, in the order of the sheet."""
    checks = (
        _head,
        _money_cells,
        _money_sums,
        _rates,
        _forecasts,
        _execution_points,
        _rows,
        _same_rows,
        sum_problems,
        _grade,
        _uncached,
    )
    return [problem for check in checks for problem in check(form)]


def _yuan(item: Any) -> Decimal | None:
    return (
        Decimal(item["yuan"]) if isinstance(item, dict) and item.get("yuan") is not None else None
    )


def _head(form: Form) -> Iterator[Problem]:
    if form["year"]["value"] is None:
        yield said(
            form,
            "DR-21",
            "提示",
            "没有找到年度。",
            mend="请在标题下写明，如（2022年度），或在导入时选定年度。",
        )
    whole_unit = "整体" in str(form["title"]["value"] or "")
    if form["project_name"]["value"] is None and not whole_unit:
        yield said(
            form,
            "DR-22",
            "警告",
            "项目名称是空的。",
            form["project_name"]["cell"],
            mend="请填写项目名称，或在导入时对上项目。",
        )
    if any(_without_unit(row) for row in form["funds"]):
        yield said(
            form,
            "ZJ-11",
            "警告",
            "没有写明金额单位。",
            mend="请在“项目资金”后写明（万元）或（元）。",
        )
    if form["kind"] == "selfeval" and not form["indicators"]:
        yield said(
            form,
            "ZP-20",
            "警告",
            "没有读到绩效指标。",
            mend="请填写三级指标、年度指标值和实际完成值。",
        )
    hidden = [row["row"] for row in form["indicators"] if row.get("hidden")]
    if hidden:
        rows = "、".join(str(row) for row in hidden)
        yield said(
            form,
            "DR-23",
            "提示",
            f"第 {rows} 行被隐藏但有内容，已一并读取。",
            mend="如不需要请删除这些行。",
        )


def _without_unit(row: Any) -> bool:
    """Whether an amount stands in the row of which nobody says what it counts."""
    items = [item for key in _MONEY if isinstance(item := row.get(key), dict)]
    return any(
        item["yuan"] is None and number_in(str(item["raw"] or item.get("computed") or ""))
        for item in items
    )


def _money_cells(form: Form) -> Iterator[Problem]:
    for row in form["funds"]:
        for key, name in _MONEY.items():
            item = row.get(key)
            if not isinstance(item, dict):
                continue
            raw, amount = item.get("raw"), _yuan(item)
            if (
                raw
                and amount is None
                and number_in(raw) is None
                and not _EMPTY_WORDS.fullmatch(squeezed(raw))
            ):
                unit = form["money_unit"] or "万元"
                yield said(
                    form,
                    "ZJ-03",
                    "阻断",
                    f"“{raw[:30]}”不是金额。",
                    item["cell"],
                    expected=f"数字，单位{unit}",
                    got=raw[:60],
                    mend=f"应填数字，单位{unit}，如 200.00。",
                )
            elif amount is not None and amount < 0:
                yield said(
                    form,
                    "ZJ-01",
                    "警告",
                    f"{name}是负数 {raw}。",
                    item["cell"],
                    expected="不小于 0",
                    got=raw,
                    mend="请核对金额。",
                )


def _money_sums(form: Form) -> Iterator[Problem]:
    """The total row against its parts, a grant and its own 其中 rows not counted twice."""
    if len(form["funds"]) < 2:
        return
    total, parts = form["funds"][0], form["funds"][1:]
    for key, name in _MONEY.items():
        amounts = [amount for part in parts if (amount := _yuan(part.get(key))) is not None]
        whole = _yuan(total.get(key))
        if not amounts or not any(amounts):
            continue
        if whole is None and squeezed(str((total.get(key) or {}).get("raw") or "")):
            continue  # what stands there is named as no amount
        if not whole:
            yield said(
                form,
                "ZJ-07",
                "警告",
                f"{name}：合计行为 0 或空，分项合计 {plain(sum(amounts, Decimal(0)))} 元。",
                total.get(key, {}).get("cell"),
                expected=plain(sum(amounts, Decimal(0))),
                got=None if whole is None else plain(whole),
                mend="请补填年度资金总额。",
            )
        elif sum(amounts) != whole and not _has_subparts(parts, key, whole):
            yield said(
                form,
                "ZJ-08",
                "警告",
                f"{name}：合计 {plain(whole)} 元，分项合计 {plain(sum(amounts, Decimal(0)))} 元，不相等。",
                total[key]["cell"],
                expected=plain(sum(amounts, Decimal(0))),
                got=plain(whole),
                mend="请核对合计与分项。",
            )


def _has_subparts(parts: list[Any], key: str, whole: Decimal) -> bool:
    """Whether some prefix of the sources makes the whole: what follows are parts of a part."""
    running = Decimal(0)
    for part in parts:
        running += _yuan(part.get(key)) or 0
        if running == whole:
            return True
    return False


def _rates(form: Form) -> Iterator[Problem]:
    for row in form["funds"]:
        rate = row.get("rate")
        if not isinstance(rate, dict):
            continue
        exact = Decimal(rate["computed_percent"]) if rate.get("computed_percent") else None
        if (
            rate.get("published")
            and rate["percent"] is None
            and not _EMPTY_WORDS.fullmatch(squeezed(rate["published"]))
        ):
            yield said(
                form,
                "ZJ-05",
                "阻断",
                f"“{rate['published'][:30]}”不是执行率。",
                rate["cell"],
                expected="百分数",
                got=rate["published"][:60],
                mend="应填百分数，如 97.75%。",
            )
        if exact is not None and exact > HUNDRED:
            yield said(
                form,
                "ZJ-04",
                "警告",
                f"执行率 {_two(exact)}% 超过 100%。",
                rate["cell"],
                expected="不超过 100%",
                got=f"{_two(exact)}%",
                mend="请核对预算数与执行数，或说明原因。",
            )
        shown = rate["percent"]
        # nobody is asked for a negative rate: the negative amount is named instead
        if (
            exact is not None
            and exact >= 0
            and shown is not None
            and not _same_rate(Decimal(shown), exact, rate)
        ):
            yield said(
                form,
                "ZJ-10",
                "警告",
                f"执行率写 {shown}%，按金额应为 {_two(exact)}%。",
                rate["cell"],
                expected=f"{_two(exact)}%",
                got=f"{shown}%",
                mend="请按 全年执行数÷全年预算数 重算。",
            )


def _forecasts(form: Form) -> Iterator[Problem]:
    """Less expected for the whole year than is spent already."""
    for row in form["funds"]:
        spent, expected = _yuan(row.get("executed")), _yuan(row.get("expected_full_year"))
        if spent is not None and expected is not None and expected < spent:
            text = f"全年预计执行数 {row['expected_full_year']['raw']} 小于已执行数 {row['executed']['raw']}。"
            mend = "请核对两数；全年预计数包括已执行的部分。"
            cell = row["expected_full_year"]["cell"]
            yield said(
                form,
                "ZJ-14",
                "警告",
                text,
                cell,
                expected=f"不小于 {row['executed']['raw']}",
                mend=mend,
            )


def _execution_points(form: Form) -> Iterator[Problem]:
    """The points of 预算执行率 against their weight, like those of any indicator."""
    weight, score = execution(form, "weight"), execution(form, "score")
    if weight is not None and score is not None and score > weight:
        text = f"“预算执行率”得分 {plain(score)} 高于分值 {plain(weight)}。"
        mend = "请核对得分与分值。"
        cell = form["funds"][0]["score"]["cell"]
        yield said(
            form,
            "ZP-11",
            "阻断",
            text,
            cell,
            expected=f"不高于 {plain(weight)}",
            got=plain(score),
            mend=mend,
        )


def _two(number: Decimal) -> str:
    return plain(number.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def _same_rate(shown: Decimal, exact: Decimal, rate: Any) -> bool:
    """Equal to the digits printed."""
    text = squeezed(str(rate.get("published") or rate.get("text") or "")).rstrip("%")
    places = len(text.partition(".")[2]) if re.fullmatch(r"-?\d+\.?\d*", text) else 2
    step = Decimal(1).scaleb(-min(places, 4))
    return abs(shown - exact) <= step / 2 + Decimal("0.0001")


def _rows(form: Form) -> Iterator[Problem]:
    for row in form["indicators"]:
        name = str(row["level3"] or "")
        cell = row.get("level3_cell")
        if not name and (cell is None or cell != row.get("level2_cell")):
            yield said(
                form,
                "ZP-21",
                "警告",
                f"第 {row['row']} 行没有指标名称。",
                cell,
                mend="请补填三级指标。",
            )
        if form["kind"] == "selfeval":
            yield from _row_points(form, row, name or f"第 {row['row']} 行")
        else:
            yield from _without_target(form, row, name)
        yield from _over_whole(form, row, name)


def _over_whole(form: Form, row: Any, name: str) -> Iterator[Problem]:
    """A share of a whole (合格率, 覆盖率, 满意度) cannot pass 100%; a growth or a ratio can."""
    actual = row.get("actual") or {}
    text = squeezed(str(actual.get("value") or actual.get("computed") or ""))
    found = _PERCENT.fullmatch(text)
    if found and _SHARE.search(squeezed(name)) and Decimal(found[1]) > HUNDRED:
        mend = "请核对实际完成值的分子分母。"
        text = f"“{name}”实际完成 {found[1]}%，超过 100%。"
        yield said(
            form,
            "ZJ-04",
            "警告",
            text,
            actual.get("cell"),
            expected="不超过 100%",
            got=f"{found[1]}%",
            mend=mend,
        )


def _row_points(form: Form, row: Any, name: str) -> Iterator[Problem]:
    yield from _points_written(form, row, name)
    yield from _points_against_weight(form, row, name)
    yield from _points_against_actual(form, row, name)


def _points_written(form: Form, row: Any, name: str) -> Iterator[Problem]:
    for key, words in (("weight", "分值"), ("score", "得分")):
        item = row.get(key)
        value = item.get("value") if isinstance(item, dict) else None
        if (
            value
            and points_of(item) is None
            and not is_dash(value)
            and not _EMPTY_WORDS.fullmatch(squeezed(value))
        ):
            yield said(
                form,
                "ZP-22",
                "阻断",
                f"“{name}”的{words}“{value[:20]}”不是数字。",
                item["cell"],
                expected="数字",
                got=value[:60],
                mend="应填数字，如 10。",
            )


def _points_against_weight(form: Form, row: Any, name: str) -> Iterator[Problem]:
    weight, score = points_of(row.get("weight")), points_of(row.get("score"))
    if score is not None and score < 0:
        yield said(
            form,
            "ZP-23",
            "阻断",
            f"“{name}”得分 {score} 是负数。",
            row["score"]["cell"],
            expected="不小于 0",
            got=str(score),
            mend="请核对得分。",
        )
    if weight is not None and score is not None and score > weight:
        yield said(
            form,
            "ZP-11",
            "阻断",
            f"“{name}”得分 {plain(score)} 高于分值 {plain(weight)}。",
            row["score"]["cell"],
            expected=f"不高于 {plain(weight)}",
            got=plain(score),
            mend="请核对得分与分值。",
        )


def _points_against_actual(form: Form, row: Any, name: str) -> Iterator[Problem]:
    wanted, done = row.get("target") or {}, row.get("actual") or {}
    target = bool(wanted.get("value") or wanted.get("computed"))
    actual = bool(done.get("value") or "computed" in done)  # a formula stands, computed or not
    place = (row.get("actual") or row.get("target") or {}).get("cell")
    if actual and not target:
        text = f"“{name}”有实际完成值，没有年度指标值。"
        yield said(form, "ZP-15", "警告", text, wanted["cell"], mend="请补填年度指标值。")
    score = points_of(row.get("score"))
    if score is not None and not actual:
        yield said(
            form,
            "ZP-14",
            "警告",
            f"“{name}”没有实际完成值却有得分 {plain(score)}。",
            place,
            mend="请补填实际完成值。",
        )


def _without_target(form: Form, row: Any, name: str) -> Iterator[Problem]:
    """A goal watched whose value of the year nobody wrote."""
    target, actual = row.get("target") or {}, (row.get("actual") or {}).get("value")
    if actual and not is_dash(actual) and not row["target_text"] and "computed" not in target:
        text = f"“{name}”有完成情况，没有年度指标值。"
        yield said(form, "ZP-15", "警告", text, target.get("cell"), mend="请补填年度指标值。")


def _same_rows(form: Form) -> Iterator[Problem]:
    seen: dict[tuple[str, str], Any] = {}
    for row in form["indicators"]:
        key = (squeezed(str(row["level3"] or "")), squeezed(str(row["target_text"] or "")))
        if (
            key[0]
            and key in seen
            and bare(str(row["level2"] or "")) == bare(str(seen[key]["level2"] or ""))
        ):
            yield said(
                form,
                "ZP-24",
                "警告",
                f"“{row['level3']}”与第 {seen[key]['row']} 行重复。",
                row["level3_cell"],
                mend="请删除重复的一行。",
            )
        seen.setdefault(key, row)


def _grade(form: Form) -> Iterator[Problem]:
    """Against the common bands 90, 80, 60, which a bureau may set otherwise: a warning at most."""
    grade, total = form.get("grade"), points_of((form.get("total") or {}).get("score"))
    value = (
        _GRADES.get(squeezed(str(grade["value"])))
        if isinstance(grade, dict) and grade.get("value")
        else None
    )
    if value is None or total is None or not isinstance(grade, dict):
        return
    due = next(name for line, name in _BANDS if total >= line or line == 0)
    if due != value:
        yield said(
            form,
            "ZP-13",
            "警告",
            f"等级写“{grade['value']}”，{plain(total)} 分按 90、80、60 分线应为“{due}”。",
            grade["cell"],
            expected=due,
            got=grade["value"],
            mend="请核对等级；本地分线不同的，以本地文件为准。",
        )


def _uncached(form: Form) -> Iterator[Problem]:
    items = [item for row in form["funds"] for item in row.values()]
    items += [item for row in form["indicators"] for item in row.values()]
    items += list((form.get("total") or {}).values())
    for item in items:
        if isinstance(item, dict) and "computed" in item:
            shown = item["computed"]
            text = (
                f"公式没有保存结果，系统算得 {shown}。"
                if shown is not None
                else "公式没有保存结果，也算不出来。"
            )
            level: Level = "提示" if shown is not None else "警告"
            yield said(
                form,
                "DR-24",
                level,
                text,
                item["cell"],
                got=str(item.get("stored")),
                mend="请用 WPS 或 Excel 打开后保存一次。",
            )
