"""What does not add up in a score sheet: sums, means, subtotals, level weights, total and grade. Arithmetic alone."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from wenxiao.files.cells.textforms import number_of
from wenxiao.files.forms.evaluation_figures import mean_of
from wenxiao.rulebook.problems import Level, Problem

CENT = Decimal("0.01")
LEAST_RESULTS = Decimal(60)
RESULTS = ("产出", "效益", "效果")
BANDS = ((Decimal(90), "优"), (Decimal(80), "良"), (Decimal(60), "中"))
"""Lower bounds included: 90（含）优, 80（含）良, 60（含）中, below 差."""


def evaluation_problems(form: dict[str, Any]) -> list[Problem]:
    """Every arithmetical fault of one score sheet as read by ``read_evaluation``, in the order of the sheet."""
    return [
        *_missing(form),
        *_rows(form),
        *_names(form),
        *_weights(form),
        *_results(form),
        *_levels(form),
        *_subtotals(form),
        *_totals(form),
        *_grade(form),
    ]


def _problem(form: dict[str, Any], code: str, cell: str | None, text: str, **more: Any) -> Problem:
    level: Level = more.pop("level", "警告")
    name = f"第 {form['table']} 张表" if "table" in form else form["sheet"]
    return Problem(code, level, text, name, cell, **more)


def _value(item: dict[str, Any] | None) -> Decimal | None:
    """What was written, or what its formula yields; None if neither is a number."""
    if not item:
        return None
    written = number_of(item.get("value"))
    return written if written is not None else number_of(item.get("computed"))


def _missing(form: dict[str, Any]) -> Iterator[Problem]:
    if not (form["subject_name"] or {}).get("value"):
        yield _problem(
            form,
            "DR-22",
            None,
            "没有写明评价对象（项目或部门名称）。",
            mend="请在表头“项目名称”后填写。",
        )
    if not (form["year"] or {}).get("value"):
        yield _problem(
            form,
            "DR-21",
            (form["year"] or {}).get("cell"),
            "没有写明评价年度。",
            level="提示",
            mend="请在表头填写年度，如 2023。",
        )
    for name, label in (
        ("audited_arranged", "经审查实际安排资金"),
        ("audited_used", "经审查实际使用资金"),
    ):
        money = form[name]
        if money and money["raw"] and money["yuan"] is None:
            number = number_of(money["raw"]) is not None
            code, why = ("ZJ-11", "没有写明金额单位") if number else ("ZJ-03", "不是金额")
            yield _problem(
                form,
                code,
                money["cell"],
                f"{label}“{money['raw']}”{why}。",
                got=money["raw"],
                mend="请注明“单位：万元”或“元”，并只填数字。",
            )
    arranged, used = (
        (form[name] or {}).get("yuan") for name in ("audited_arranged", "audited_used")
    )
    if arranged and used and Decimal(used) > Decimal(arranged):
        yield _problem(
            form,
            "ZJ-02",
            form["audited_used"]["cell"],
            "经审查实际使用资金大于实际安排资金。",
            expected=f"不超过 {arranged} 元",
            got=f"{used} 元",
            mend="请核对两数及其单位。",
        )


def _rows(form: dict[str, Any]) -> Iterator[Problem]:
    for item in form["criteria"]:
        name, weight, score = (
            item["level3"]
            or (
                f"第 {item['row']} 行" if item.get("nameless") else item["level2"] or item["level1"]
            ),
            _value(item["weight"]),
            _value(item["score"]),
        )
        cell = item["score"]["cell"]
        bonus = any("加分" in str(item[level] or "") for level in ("level1", "level2", "level3"))
        if weight is None and not bonus:
            yield _problem(
                form,
                "PJ-17",
                item["weight"]["cell"],
                f"“{name}”没有分值。",
                mend="请填写该指标的分值。",
            )
        if score is None and item["score"].get("value"):
            yield _problem(
                form,
                "PJ-18",
                cell,
                f"“{name}”的得分“{item['score']['value']}”不是数。",
                level="阻断",
                mend="请填数字。",
            )
        elif score is None:
            yield _problem(
                form, "PJ-18", cell, f"“{name}”没有得分。", mend="请补填得分；确未评的请说明。"
            )
        elif weight is not None and not 0 <= score <= weight:
            yield _problem(
                form,
                "PJ-02",
                cell,
                f"“{name}”得分 {score} 不在 0 与分值 {weight} 之间。",
                level="阻断",
                expected=f"0—{weight}",
                got=str(score),
                mend="请核对得分与分值。",
            )
        elif weight is not None and score < weight and not _states_reason(item):
            yield _problem(
                form,
                "PJ-07",
                item["reason"]["cell"] or cell,
                f"“{name}”扣 {weight - score} 分，没有写扣分原因。",
                mend="请写明扣分原因。",
            )
        yield from _expert_mean(form, item, str(name))


def _names(form: dict[str, Any]) -> Iterator[Problem]:
    """Criteria without a name, and those that stand there twice under the same second level."""
    seen: dict[tuple[str, ...], int] = {}
    for item in form["criteria"]:
        if item.get("nameless"):
            mend = "请补填指标名称，或删去这一行。"
            yield _problem(
                form,
                "PJ-21",
                item["level3_cell"],
                f"第 {item['row']} 行有分数，没有指标名称。",
                mend=mend,
            )
            continue
        key = tuple(str(item.get(name) or "") for name in ("level1", "level2", "level3", "level4"))
        if item["level3"] and key in seen:
            text = f"“{item['level3']}”与第 {seen[key]} 行重复。"
            yield _problem(
                form, "PJ-20", item["level3_cell"], text, mend="请删除重复的一行，或写明区别。"
            )
        seen.setdefault(key, item["row"])


def _states_reason(item: dict[str, Any]) -> bool:
    reason = (item["reason"]["value"] or item.get("note") or "").strip("—-/／ 　")
    return bool(reason) and reason not in {"不扣分", "无", "未扣分"}


def _expert_mean(form: dict[str, Any], item: dict[str, Any], name: str) -> Iterator[Problem]:
    if not item["experts"]:
        return
    mean = mean_of(item["experts"], trimmed=form.get("mean") == "trimmed")
    weight, score = _value(item["weight"]), number_of(item["score"]["value"])
    for expert in item["experts"]:
        mark = _value(expert)
        if mark is not None and weight is not None and not 0 <= mark <= weight:
            yield _problem(
                form,
                "PJ-02",
                expert["cell"],
                f"“{name}”专家评分 {mark} 不在 0 与分值 {weight} 之间。",
                expected=f"0—{weight}",
                got=str(mark),
                mend="请核对该专家评分。",
            )
    if mean is not None and score is not None and abs(mean - score) >= CENT:
        yield _problem(
            form,
            "PJ-13",
            item["score"]["cell"],
            f"“{name}”平均分 {score}，按各专家评分应为 {mean}。",
            expected=str(mean),
            got=str(score),
            mend="请核对专家评分与平均分。",
        )


def _sum(items: list[dict[str, Any]], key: str) -> Decimal | None:
    values = [_value(item[key]) for item in items]
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(values) else None


def _weights(form: dict[str, Any]) -> Iterator[Problem]:
    total, written = _sum(form["criteria"], "weight"), _value(form["total_weight"])
    cell = (form["total_weight"] or {}).get("cell")
    if total is not None and total != 100:
        yield _problem(
            form,
            "PJ-01",
            cell,
            f"各指标分值合计 {total}，不是 100。",
            expected="100",
            got=str(total),
            mend="请调整各指标分值。",
        )
    if total is not None and written is not None and written != total:
        yield _problem(
            form,
            "PJ-11",
            cell,
            f"合计行分值写 {written}，各指标分值之和为 {total}。",
            expected=str(total),
            got=str(written),
            mend="请核对合计行。",
        )


def _results(form: dict[str, Any]) -> Iterator[Problem]:
    """产出 and 效益 (or 效果) below 60 points; only said where both stand under level-1 names of their own."""
    rows = [
        item for item in form["criteria"] if any(word in (item["level1"] or "") for word in RESULTS)
    ]
    results, total = _sum(rows, "weight"), _sum(form["criteria"], "weight")
    if results is not None and total is not None and results < LEAST_RESULTS <= total:
        yield _problem(
            form,
            "PJ-06",
            rows[0]["weight"]["cell"],
            f"产出与效益分值合计 {results}，原则上不低于 {LEAST_RESULTS}。",
            expected=f"不低于 {LEAST_RESULTS}",
            got=str(results),
            mend="请调整分值，突出结果导向。",
            basis="财预〔2020〕10号 项目支出绩效评价管理办法 第十四条（待核）",
        )


def _levels(form: dict[str, Any]) -> Iterator[Problem]:
    for key, entry in form["level_weights"].items():
        first, _, second = key.partition("/")
        rows = [
            item
            for item in form["criteria"]
            if item["level1"] == first and (not second or item["level2"] == second)
        ]
        total, written = _sum(rows, "weight"), number_of(entry["value"])
        if total is not None and written is not None and total != written:
            yield _problem(
                form,
                "PJ-12",
                entry["cell"],
                f"“{key}”写 {written} 分，下级指标分值之和为 {total}。",
                expected=str(total),
                got=str(written),
                mend="请核对上下级分值。",
            )


def _subtotals(form: dict[str, Any]) -> Iterator[Problem]:
    for entry in form["subtotals"]:
        second = entry.get("level2")
        rows = [
            item
            for item in form["criteria"]
            if item["level1"] == entry["level1"] and (not second or item["level2"] == second)
        ]
        for key, word in (("weight", "分值"), ("score", "得分")):
            total, written = _sum(rows, key), _value(entry.get(key))
            if rows and total is not None and written is not None and total != written:
                yield _problem(
                    form,
                    "PJ-05",
                    entry[key]["cell"],
                    f"“{second or entry['level1']}”小计{word} {written}，各项之和为 {total}。",
                    expected=str(total),
                    got=str(written),
                    mend="请核对小计。",
                )


def _totals(form: dict[str, Any]) -> Iterator[Problem]:
    total, written = _sum(form["criteria"], "score"), _value(form["total"])
    if written is None:
        yield _problem(
            form,
            "PJ-16",
            (form["total"] or {}).get("cell"),
            "没有合计得分。",
            mend="请填写合计得分。",
        )
    elif total is not None and total != written:
        yield _problem(
            form,
            "PJ-03",
            form["total"]["cell"],
            f"合计得分 {written}，各指标得分之和为 {total}，相差 {abs(written - total)} 分。",
            expected=str(total),
            got=str(written),
            mend="请核对各指标得分与合计。",
        )
    for at, entry in enumerate(form.get("expert_totals") or []):
        marks = [_value(item["experts"][at]) for item in form["criteria"] if item["experts"]]
        known, stated = [mark for mark in marks if mark is not None], _value(entry)
        if stated is not None and known and len(known) == len(marks) and sum(known) != stated:
            yield _problem(
                form,
                "PJ-14",
                entry["cell"],
                f"第 {at + 1} 位专家合计 {stated}，各项之和为 {sum(known)}。",
                expected=str(sum(known)),
                got=str(stated),
                mend="请核对该专家的合计。",
            )


def grade_of(points: Decimal) -> str:
    """优 from 90, 良 from 80, 中 from 60, below 差; lower bounds included."""
    return next((name for bound, name in BANDS if points >= bound), "差")


def _grade(form: dict[str, Any]) -> Iterator[Problem]:
    total, grade = _value(form["total"]), form["grade"]
    if not grade or grade["value"] is None:
        yield _problem(
            form, "PJ-15", None, "没有写评价等级。", level="提示", mend="请填写评价等级。"
        )
        return
    summed = _sum(form["criteria"], "score")
    if total is None or grade["norm"] is None:
        return
    if grade_of(total) != grade["norm"]:
        yield _problem(
            form,
            "PJ-04",
            grade["cell"],
            f"评价等级写“{grade['value']}”，{total} 分应为“{grade_of(total)}”。",
            expected=grade_of(total),
            got=grade["norm"],
            mend="请核对得分与等级。",
        )
    elif summed is not None and grade_of(summed) != grade["norm"]:
        yield _problem(
            form,
            "PJ-04",
            grade["cell"],
            f"评价等级写“{grade['value']}”，按各指标得分之和 {summed} 分应为“{grade_of(summed)}”。",
            expected=grade_of(summed),
            got=grade["norm"],
            mend="请核对得分与等级。",
        )
