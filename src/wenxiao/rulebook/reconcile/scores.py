"""Total, grade, levels, criteria and their number: the scores a report
prints against the sheet's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.grading import OutOfBandsError, grade
from wenxiao.rulebook.reconcile.facts import (
    Comparison,
    Passage,
    PrintedTable,
    ScoreSheetFacts,
    SheetCriterion,
    WordReport,
    sum_of,
)
from wenxiao.rulebook.reconcile.words import CHINESE_NUMBER, chinese, squeezed

Pair = tuple[Decimal | None, Decimal | None]
"""Weight and score; None where the sheet holds none."""
Levels = Mapping[str, Pair]
NUMBER = r"(\d+(?:\.\d+)?)"
_TOTAL = re.compile(
    rf"(?:综合得分|综合评分|总得分|总评分|总分|评价得分|最终得分|得分)(?:为|是|：|:)?{NUMBER}分"
)
_GRADE = re.compile(r"等级(?:评定|确定)?(?:为|是|：|:)?[“\"「]?(优秀|良好|合格|不合格|优|良|中|差)")
_LEVEL_WEIGHT = rf"(?:指标)?(?:分值|权重|满分)(?:为|：)?{NUMBER}分"
_SCORE = re.compile(rf"(?:实际)?(?:得分|得)(?:为|：)?{NUMBER}分")
_RATE = re.compile(rf"得分率(?:为|：)?{NUMBER}%")
_WEIGHTS = re.compile(r"(?:分值|权重|满分)分别为((?:\d+(?:\.\d+)?分?[、,，和]?)+)")
_DEDUCTED = re.compile(rf"扣{NUMBER}分")
_COUNTED = re.compile(rf"({CHINESE_NUMBER}|\d+)(?:个|项|类)([一二三])级指标")
_QUOTED = re.compile(r"[“\"「]([^”\"」]{2,40})[”\"」](?:指标|项)?[，,]?")
_WORDS_OF_GRADE = {"优秀": "优", "良好": "良", "合格": "中", "不合格": "差"}


def hold_scores(
    report: WordReport, sheet: ScoreSheetFacts, out: Comparison, overrides: Overrides | None = None
) -> None:
    """Compare every score, weight, rate, count and the grade of the report."""
    levels = sheet.level1()
    for passage in report.passages:
        _total(passage, sheet, levels, out)
        _grade(passage, sheet, out, overrides)
        _counts(passage, sheet, levels, out)
        for name in levels:
            _level(passage, name, levels[name], out)
        _criteria(passage, sheet, out)
    for table in report.tables:
        _table(table, sheet, levels, out)


def _about_a_part(before: str, levels: Iterable[str]) -> bool:
    """Whether the words before 得分 speak of a level or a criterion, not of the whole."""
    clause = re.split(r"[。；]", before)[-1]
    return "指标" in clause or "分值" in clause or any(f"{name}类" in clause for name in levels)


def _total(
    passage: Passage, sheet: ScoreSheetFacts, levels: Iterable[str], out: Comparison
) -> None:
    text = squeezed(passage.text)
    for hit in _TOTAL.finditer(text):
        plain_word = hit.group().startswith("得分")
        if plain_word and _about_a_part(text[: hit.start()], levels):
            continue
        out.number("BG-11", passage.where, hit.group(1), sheet.total, "总分", "分")


def _grade(
    passage: Passage, sheet: ScoreSheetFacts, out: Comparison, overrides: Overrides | None
) -> None:
    for hit in _GRADE.finditer(squeezed(passage.text)):
        grade = _WORDS_OF_GRADE.get(hit.group(1), hit.group(1))
        held = sheet.grade or _earned(sheet, overrides)
        if not held:
            continue
        out.hold("BG-12", passage.where, grade, held, "评价等级", same=grade == held)
        earned = _earned(sheet, overrides)
        if earned and earned != held:
            shown = f"{earned}（{sheet.total}分）"
            out.hold("BG-12", passage.where, grade, shown, "评价等级与得分", same=grade == earned)


def _earned(sheet: ScoreSheetFacts, overrides: Overrides | None) -> str:
    if sheet.total is None:
        return ""
    try:
        return grade(sheet.total, sheet.year, overrides)
    except OutOfBandsError:
        return ""


def _counts(passage: Passage, sheet: ScoreSheetFacts, levels: Levels, out: Comparison) -> None:
    """共20个三级指标, 四个一级指标, 分值分别为20、20、35、25分."""
    text = squeezed(passage.text)
    held = {
        "一": len(levels),
        "二": len({(row.level1, row.level2) for row in sheet.criteria if row.level2}),
        "三": len(sheet.criteria),
    }
    for hit in _COUNTED.finditer(text):
        level = hit.group(2)
        if held[level]:
            label = f"{hit.group(1)}个{level}级指标"
            same = chinese(hit.group(1)) == held[level]
            out.hold("BG-15", passage.where, label, f"{held[level]}个", "指标个数", same=same)
    for hit in _WEIGHTS.finditer(text):
        weights = [Decimal(number) for number in re.findall(NUMBER, hit.group(1))]
        own = [weight for weight, _ in levels.values()]
        clause = re.split(r"[。；]", text[: hit.start()])[-1]
        if len(weights) == len(own) and (
            all(name in clause for name in levels) or "一级指标" in clause
        ):
            for name, share, weight in zip(levels, weights, own, strict=True):
                out.number("BG-13", passage.where, str(share), weight, f"{name}分值", "分")


def _level(passage: Passage, name: str, held: Pair, out: Comparison) -> None:
    """决策类指标分值20分，得分17.50分，得分率87.50%."""
    text = squeezed(passage.text)
    for hit in re.finditer(
        rf"{re.escape(name)}(?:类|方面|部分)?(?:指标)?[，,：:]?{_LEVEL_WEIGHT}([^。；]*)", text
    ):
        weight, score = held
        out.number("BG-13", passage.where, hit.group(1), weight, f"{name}分值", "分")
        rest = hit.group(2)
        for hit_points in list(_SCORE.finditer(rest))[:1]:
            out.number("BG-13", passage.where, hit_points.group(1), score, f"{name}得分", "分")
        for hit_points in list(_RATE.finditer(rest))[:1]:
            out.number(
                "BG-13",
                passage.where,
                hit_points.group(1),
                _rate(score, weight),
                f"{name}得分率",
                "%",
            )


def _rate(score: Decimal | None, weight: Decimal | None) -> Fraction | None:
    return Fraction(score) / Fraction(weight) * 100 if score is not None and weight else None


def _criteria(passage: Passage, sheet: ScoreSheetFacts, out: Comparison) -> None:
    """“管护机制建立”指标分值5分，得4.00分."""
    text = squeezed(passage.text) if sheet.criteria else ""
    for hit in re.finditer(rf"{_QUOTED.pattern}{_LEVEL_WEIGHT}([^。；]*)", text):
        rows = [row for row in sheet.criteria if squeezed(row.level3) == hit.group(1)]
        if not rows:
            out.hold("BG-14", passage.where, hit.group(1), "没有这个指标", "指标", same=False)
        for row in rows[:1]:
            out.number("BG-14", passage.where, hit.group(2), row.weight, f"{row.level3}分值", "分")
            for hit_points in list(_SCORE.finditer(hit.group(3)))[:1]:
                _row_score(passage.where, hit_points.group(1), row, out)
            _deductions(passage, text[hit.end() :], row, out)
            for hit_points in list(_RATE.finditer(hit.group(3)))[:1]:
                rate = _rate(row.score, row.weight)
                out.number(
                    "BG-14", passage.where, hit_points.group(1), rate, f"{row.level3}得分率", "%"
                )


def _row_score(where: str, said: str, row: SheetCriterion, out: Comparison) -> None:
    out.number("BG-14", where, said, row.score, f"{row.level3}得分", "分")


def _deductions(passage: Passage, after: str, row: SheetCriterion, out: Comparison) -> None:
    """扣0.5分 after the score, where the sheet's reason deducts too: the same points, one by one."""
    stated, held = (_DEDUCTED.findall(words) for words in (after, squeezed(row.reason)))
    if len(stated) == len(held):
        for points, own in zip(stated, held, strict=True):
            out.number("BG-14", passage.where, points, Decimal(own), f"{row.level3}扣分", "分")


def _table(table: PrintedTable, sheet: ScoreSheetFacts, levels: Levels, out: Comparison) -> None:
    """A table with a heading of 指标 · 分值 · 得分 · 得分率: levels, criteria and the total."""
    columns = _columns(table)
    if "得分" not in columns and "分值" not in columns:
        return
    whole = sum_of(weight or Decimal(0) for weight, _ in levels.values()) if levels else None
    for row in table.rows[1:]:
        names = {squeezed(cell) for cell in row}
        held = next((levels[name] for name in levels if name in names), None)
        code, name = "BG-13", next((name for name in levels if name in names), "")
        criterion = next((c for c in sheet.criteria if squeezed(c.level3) in names), None)
        if criterion is not None:
            code, name, held = (
                "BG-14",
                criterion.level3,
                (criterion.weight or Decimal(0), criterion.score),
            )
        if names & {"合计", "总分", "总计", "得分合计"}:
            code, name, held = "BG-11", "合计", (whole, sheet.total)
        if held is not None:
            _row(table.where, row, columns, (code, name, held), out)


def _columns(table: PrintedTable) -> dict[str, int]:
    """Which column of the first row is 分值, 得分, 得分率."""
    places: dict[str, int] = {}
    for at, cell in enumerate(table.rows[0] if table.rows else ()):
        word = squeezed(cell)
        for key, words in (
            ("得分率", ("得分率",)),
            ("分值", ("分值", "权重", "满分", "标准分")),
            ("得分", ("得分", "评价得分", "实际得分", "评分")),
        ):
            if word in words or re.sub(r"[（(].*[)）]", "", word) in words:
                places.setdefault(key, at)
    return places


def _row(
    where: str,
    row: tuple[str, ...],
    columns: dict[str, int],
    held: tuple[str, str, Pair],
    out: Comparison,
) -> None:
    code, name, (weight, score) = held
    wanted: dict[str, tuple[Decimal | Fraction | None, str]] = {
        "分值": (weight, "分"),
        "得分": (score, "分"),
        "得分率": (_rate(score, weight), "%"),
    }
    for key, at in columns.items():
        match = re.fullmatch(rf"{NUMBER}[分%]?", squeezed(row[at])) if at < len(row) else None
        if match:
            value, unit = wanted[key]
            out.number(code, where, match.group(1), value, f"{name}{key}", unit)
