"""Verbs that compare without a database: ratios, similar, reconcile.
JSON to standard output, sentences to the other.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from wenxiao.site.verbs_plain import (
    WrongUseError,
    _answer,
    _existing,
    _finish,
    _list,
    _money,
    _text,
)


def add_parsers(subparsers: Any) -> None:
    """Add the verbs to an argparse subparsers object; each sets ``run`` to
    its function (args → exit code).
    """
    dividing = subparsers.add_parser("ratios", help="部门整体支出的比率")
    dividing.add_argument("--file", required=True, help="JSON 清单：每个部门一项，金额以元计")
    dividing.add_argument("--year", type=int, help="年度，决定用哪年的算式")
    _finish(dividing, ratios_verb)
    copying = subparsers.add_parser("similar", help="查找雷同的绩效目标（串稿）")
    copying.add_argument("--file", required=True, help="JSON 清单：绩效目标，同 check")
    copying.add_argument("--plain", help='JSON 清单：通用表述，不算雷同，如 ["项目验收合格率"]')
    _finish(copying, similar_verb)
    holding = subparsers.add_parser("reconcile", help="评价报告与评分表核对")
    holding.add_argument("report", help="评价报告（.docx）")
    holding.add_argument("sheet", help="评分表（.xlsx .xls .docx）")
    _finish(holding, reconcile_verb)


def ratios_verb(args: argparse.Namespace) -> int:
    """Ratios of departments as a whole: exit 0, or 2 for wrong use."""
    return _answer(lambda: _ratios_all(args.file, args.year))


def similar_verb(args: argparse.Namespace) -> int:
    """Pairs of nearly the same targets: exit 0, or 2 for wrong use."""
    return _answer(lambda: _similar_all(args.file, args.plain))


def reconcile_verb(args: argparse.Namespace) -> int:
    """A report against its score sheet: exit 1 when something contradicts, 2 for wrong use."""
    return _answer(lambda: _reconcile(args.report, args.sheet))


def _reconcile(report_name: str, sheet_name: str) -> tuple[Any, bool]:
    from wenxiao.files.forms.forms import reading_json
    from wenxiao.files.forms.report_text import report_of, sheet_of
    from wenxiao.files.pool import Pool
    from wenxiao.rulebook.reconcile import reconcile, unbound_numbers

    report_path, sheet_path = _existing(report_name), _existing(sheet_name)
    if report_path.suffix.lower() != ".docx":
        raise WrongUseError(f"“{report_path.name}”应为 .docx 格式的评价报告。")
    with Pool(1) as pool:
        report_book = pool.read(report_path, "book")
        forms = reading_json(pool.forms(sheet_path))["forms"]
        book = pool.read(sheet_path, "book")
    _refuse_unread(report_path.name, report_book)
    _refuse_unread(sheet_path.name, book)
    form = next((one for one in forms if one.get("kind") == "evaluation"), None)
    if form is None:
        raise WrongUseError(
            f"“{sheet_path.name}”里没有评分表，请给出带一级指标、分值、得分的评分表。"
        )
    report = report_of(report_book["book"])
    findings = reconcile(report, sheet_of(form, book["book"]))
    bound = [
        {"where": one.where, "report": one.report, "sheet": one.sheet} for one in findings.bound
    ]
    left = [{"where": where, "text": text} for where, text in unbound_numbers(report, findings)]
    differences = [
        {
            "code": one.code,
            "where": one.where,
            "report": one.report,
            "sheet": one.sheet,
            "text": one.text,
        }
        for one in findings.differences
    ]
    answer = {"bound": bound, "unbound": left, "differences": differences}
    return answer, bool(differences)


def _refuse_unread(name: str, answer: Mapping[str, Any]) -> None:
    if answer["book"] is None:
        reasons = "".join(problem.get("text") or "" for problem in answer["problems"][:1])
        raise WrongUseError(f"“{name}”不能读取：{reasons}")


def _ratios_all(name: str, year: int | None) -> tuple[Any, bool]:
    from wenxiao.rulebook.ratios import formulas, ratios

    answers = []
    for at, item in enumerate(_list(name), 1):
        own_year = year if year is not None else _year(item.get("year"), at)
        rule = formulas(own_year)
        indicators = ratios(_figures(item, at), own_year)
        answers.append(
            {
                "id": str(item.get("id") or at - 1),
                "ratios": [
                    _ratio(one, "未核" if not rule.document else "旁证") for one in indicators
                ],
            }
        )
    return answers, False


def _year(value: object, at: int) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().isdigit():
        return int(value)
    raise WrongUseError(f"第 {at} 项的“year”应为年份，如 2021。")


def _figures(item: Mapping[str, Any], at: int) -> dict[str, Decimal | list[Decimal] | None]:
    """The figures of one department; what is neither a number nor a list of
    numbers is a wrong use.
    """
    figures: dict[str, Decimal | list[Decimal] | None] = {}
    for key, value in item.items():
        if key in {"id", "name", "year"}:
            continue
        try:
            figures[key] = (
                [_month_paid(one) for one in value] if isinstance(value, list) else _money(value)
            )
        except ValueError as error:
            raise WrongUseError(f"第 {at} 项的“{key}”不能计算：{error}") from None
    return figures


def _month_paid(value: object) -> Decimal:
    amount = _money(value)
    if amount is None:
        raise ValueError("有的月份是空的；没有支付的月份请填 0。")
    return amount


def _ratio(one: Any, standing: str) -> dict[str, Any]:
    ratio = {
        "code": one.code,
        "name": one.name,
        "value": _text(one.value),
        "formula": one.formula,
        "inputs": one.inputs,
        "status": one.status,
        "standing": standing,
    }
    if one.missing:
        ratio["missing"] = list(one.missing)
    if one.assumed:
        ratio["assumed"] = one.assumed
    return ratio


def _similar_all(name: str, plain: str | None) -> tuple[Any, bool]:
    from wenxiao.rulebook.similarity import similar

    tables = _list(name)
    for at, table in enumerate(tables, 1):
        rows = table.get("rows") or []
        if not isinstance(rows, list) or any(not isinstance(row, dict) for row in rows):
            raise WrongUseError(f"第 {at} 项的“rows”应是对象的清单。")
        if not isinstance(table.get("subject") or {}, dict):
            raise WrongUseError(f"第 {at} 项的“subject”应是对象。")
    return [
        {
            "a": pair.a,
            "b": pair.b,
            "score": pair.score,
            "same_rows": [list(rows) for rows in pair.same_rows],
        }
        for pair in similar(tables, _plain_texts(plain))
    ], False


def _plain_texts(name: str | None) -> list[str]:
    from wenxiao.site.verbs_plain import _json

    if name is None:
        return []
    content = _json(name)
    if not isinstance(content, list) or any(not isinstance(text, str) for text in content):
        raise WrongUseError(f"“{name}”应是文字的清单。")
    return content
