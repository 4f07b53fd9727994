"""The verbs that need no database: parse, read, score, pace, check.
JSON to standard output, sentences to the other.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wenxiao.rulebook.basis import Overrides

FINE, PROBLEMS, WRONG_USE = 0, 1, 2
_BOOKS = frozenset({".xlsx", ".xls", ".docx", ".xlsm", ".csv", ".et", ".doc"})


class WrongUseError(Exception):
    """The command was called wrongly; the text is the sentence for standard error."""


def add_parsers(subparsers: Any) -> None:
    """Add the five verbs to an argparse subparsers object; each sets
    ``run`` to its function (args → exit code).
    """
    reading = subparsers.add_parser("parse", help="识别目标值、实际值的写法")
    reading.add_argument("--file", required=True, help='JSON 清单：[{"text", "role"}]')
    _finish(reading, parse_verb)
    opening = subparsers.add_parser("read", help="读一个表格文件（.xlsx .xls .docx）")
    opening.add_argument("file")
    opening.add_argument("--own", help="JSON：本级规定，规则名 → 清单")
    _finish(opening, read_verb)
    scoring = subparsers.add_parser("score", help="复算自评表或评分表")
    scoring.add_argument("file")
    scoring.add_argument("--year", type=int, help="预算年度，决定用哪年的规则")
    scoring.add_argument("--profile", help="计分口径代码")
    _finish(scoring, score_verb)
    pacing = subparsers.add_parser("pace", help="执行进度与时间进度对照")
    pacing.add_argument(
        "--file",
        required=True,
        help='JSON 清单：[{"budget_yuan", "executed_yuan", "through_month"}]',
    )
    _finish(pacing, pace_verb)
    checking = subparsers.add_parser("check", help="绩效目标送审前检查")
    checking.add_argument(
        "--file", required=True, help="绩效目标：JSON 清单，或申报表、目标表（.xlsx .xls .docx）"
    )
    _finish(checking, check_verb)


def _finish(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    parser.add_argument("--json", action="store_true", help="输出 JSON（本命令只有这一种输出）")
    parser.set_defaults(run=run)


def parse_verb(args: argparse.Namespace) -> int:
    """Read every text of a list: exit 0, or 2 for wrong use."""
    return _answer(lambda: _parse_all(args.file))


def read_verb(args: argparse.Namespace) -> int:
    """Read one workbook or Word file: exit 1 when a problem of level 阻断 or 警告 was found."""
    return _answer(lambda: _read(_existing(args.file), own_rules_in(args.own)))


def score_verb(args: argparse.Namespace) -> int:
    """Recompute published tables: exit 1 when a difference was named."""
    return _answer(lambda: _score(args))


def pace_verb(args: argparse.Namespace) -> int:
    """Execution against time for a list of projects: exit 0, or 2 for wrong use."""
    return _answer(lambda: _pace_all(args.file))


def check_verb(args: argparse.Namespace) -> int:
    """Check targets before they are sent: exit 1 when a problem was found."""
    return _answer(lambda: _check_all(args.file))


def _answer(work: Callable[[], tuple[Any, bool]]) -> int:
    """Print what the work gives; a wrong use becomes its sentence and exit 2."""
    try:
        result, troubled = work()
    except WrongUseError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_USE
    text = json.dumps(result, ensure_ascii=False, indent=1, default=_plain)
    sys.stdout.buffer.write(f"{text}\n".encode())
    sys.stdout.buffer.flush()
    return PROBLEMS if troubled else FINE


def _plain(value: object) -> str:
    """Decimals and dates as text; nothing else may come out."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _existing(name: str) -> Path:
    path = Path(name)
    if path.is_dir():
        raise WrongUseError(f"“{name}”是文件夹，请给出一个文件。")
    if not path.exists():
        raise WrongUseError(f"找不到文件“{name}”，请核对路径。")
    return path


def _json(name: str) -> Any:
    """The content of a JSON file with exact numbers; WrongUseError when it can't be read."""
    path = _existing(name)
    try:
        return json.loads(
            path.read_text("utf-8-sig"),
            parse_float=_figure,
            parse_int=_whole_figure,
            parse_constant=_no_figure,
        )
    except UnicodeDecodeError:
        raise WrongUseError(f"“{name}”不是 UTF-8 编码的文本。") from None
    except json.JSONDecodeError as error:
        raise WrongUseError(
            f"“{name}”不是有效的 JSON：第 {error.lineno} 行第 {error.colno} 列附近有误。"
        ) from None
    except (OSError, RecursionError) as error:
        raise WrongUseError(f"“{name}”无法读取（{type(error).__name__}）。") from None


_PLACES = 18


def _figure(text: str) -> Decimal:
    """A JSON number exactly; WrongUseError for one of a size that no table holds (1e400)."""
    value = Decimal(text)
    if not value.is_finite() or (value and abs(value.adjusted()) > _PLACES):
        raise WrongUseError(f"数“{text[:30]}”超出可以计算的范围。")
    return Decimal(format(value, "f"))


def _whole_figure(text: str) -> int:
    _figure(text)
    return int(text)


def _no_figure(text: str) -> None:
    raise WrongUseError(f"“{text}”不是数，请填写数或 null。")


def _list(name: str) -> list[dict[str, Any]]:
    """A JSON list of objects."""
    content = _json(name)
    if not isinstance(content, list):
        raise WrongUseError(f"“{name}”的内容应是一个清单（[ … ]）。")
    for at, item in enumerate(content, 1):
        if not isinstance(item, dict):
            raise WrongUseError(f"“{name}”第 {at} 项应是一个对象（{{ … }}）。")
    return content


def _parse_all(name: str) -> tuple[Any, bool]:
    from wenxiao.rulebook.expressions import parse

    answers = []
    for at, item in enumerate(_list(name), 1):
        text, role = item.get("text"), item.get("role", "target")
        if not isinstance(text, str):
            raise WrongUseError(f"第 {at} 项缺少文字“text”。")
        if role not in {"target", "actual"}:
            raise WrongUseError(f"第 {at} 项的“role”应为 target 或 actual，现为“{role}”。")
        answers.append(parse(text, role).as_json())
    return answers, False


def _read(path: Path, own: Mapping[str, Any] | None = None) -> tuple[Any, bool]:
    from wenxiao.files.forms.checking import checked
    from wenxiao.files.forms.forms import reading_json
    from wenxiao.files.forms.tables import table_of
    from wenxiao.files.pool import forms_in_child
    from wenxiao.rulebook.column_words import column_words

    if path.suffix.lower() not in _BOOKS:
        raise WrongUseError(f"“{path.name}”不是可读的表格文件，应为 .xlsx、.xls 或 .docx。")
    reading = checked(forms_in_child(path, words=column_words(own)), own)
    answer = reading_json(reading)
    _say_defaults(table_of(form).year for form in reading.forms)
    return answer, any(problem["level"] in {"阻断", "警告"} for problem in answer["problems"])


def _score(args: argparse.Namespace) -> tuple[Any, bool]:
    from wenxiao.rulebook.basis import BasisError
    from wenxiao.rulebook.profiles import ProfileError
    from wenxiao.rulebook.published import judge_table

    path = _existing(args.file)
    try:
        if path.suffix.lower() == ".json":
            tables = [
                judge_table(case, profile_code=args.profile, year=args.year)
                for case in _cases(args.file)
            ]
        else:
            tables = _score_book(path, args)
    except (ProfileError, BasisError) as error:
        raise WrongUseError(str(error)) from None
    return {"tables": tables}, any(table["differences"] for table in tables)


def _cases(name: str) -> list[Mapping[str, Any]]:
    """The cases of a JSON file, each in the shape of a table."""
    content = _json(name)
    cases = content.get("cases") if isinstance(content, dict) else content
    if not isinstance(cases, list):
        raise WrongUseError(f"“{name}”应有清单“cases”。")
    for at, case in enumerate(cases, 1):
        if not isinstance(case, dict):
            raise WrongUseError(f"“{name}”第 {at} 个案例应是对象。")
        rows = case.get("indicators")
        if rows is not None and (
            not isinstance(rows, list) or any(not isinstance(row, dict) for row in rows)
        ):
            raise WrongUseError(f"“{name}”第 {at} 个案例的“indicators”应是对象的清单。")
        if isinstance(case.get("budget"), list | str) or not isinstance(
            case.get("l1_weights") or {}, dict
        ):
            raise WrongUseError(f"“{name}”第 {at} 个案例的“budget”或“l1_weights”不是应有的形状。")
    return cases


def _score_book(path: Path, args: argparse.Namespace) -> list[dict[str, Any]]:
    from wenxiao.files.forms.dossier_forms import SelfEvalForm
    from wenxiao.files.forms.score_sheet import ScoreSheet
    from wenxiao.files.forms.tables import table_of
    from wenxiao.files.pool import forms_in_child
    from wenxiao.rulebook.published import judge_sheet, judge_table
    from wenxiao.rulebook.published_tables import case_of, sheet_of

    reading = forms_in_child(path)
    tables = []
    for at, form in enumerate(reading.forms, 1):
        name = f"{form.sheet or form.table or ''}#{at}"
        if isinstance(form, ScoreSheet):
            tables.append(judge_sheet(sheet_of(table_of(form)), year=args.year, form_id=name))
        elif isinstance(form, SelfEvalForm):
            case = case_of(table_of(form), name=name)
            tables.append(judge_table(case, profile_code=args.profile, year=args.year))
    if not tables:
        reasons = "".join(f"{problem.text}{problem.mend or ''}" for problem in reading.problems[:3])
        raise WrongUseError(f"“{path.name}”里没有可复算的自评表或评分表。{reasons}")
    return tables


def _pace_all(name: str) -> tuple[Any, bool]:
    from wenxiao.rulebook.pace import PaceError

    answers = []
    for at, item in enumerate(_list(name), 1):
        try:
            answers.append(_pace(item))
        except (PaceError, ValueError, KeyError, TypeError, ArithmeticError) as error:
            reason = f"缺少“{error.args[0]}”" if isinstance(error, KeyError) else str(error)
            raise WrongUseError(f"第 {at} 项不能计算：{reason}") from None
    return answers, False


def _pace(
    item: Mapping[str, Any], on: date | None = None, overrides: Overrides | None = None
) -> dict[str, Any]:
    from wenxiao.rulebook.pace import PaceStep, pace

    asked = item.get("milestones") or []
    if not isinstance(asked, list) or any(not isinstance(step, dict) for step in asked):
        raise ValueError("“milestones”应是对象的清单。")
    steps = [
        PaceStep(
            str(step.get("name") or ""),
            _day(step["due"]),
            _day(step["done"]) if step.get("done") else None,
        )
        for step in asked
    ]
    arrived = item.get("arrived_month")
    forecast = pace(
        _money(item.get("budget_yuan")),
        _money(item.get("executed_yuan")),
        _month(item["through_month"]),
        arrived_month=None if arrived is None else _month(arrived),
        milestones=steps,
        on=on,
        overrides=overrides,
    )
    return {
        "rate": _text(forecast.rate),
        "elapsed": _text(forecast.elapsed),
        "index": _text(forecast.index),
        "light": forecast.light,
        "above_pace": forecast.above_pace,
        "reason": forecast.reason,
        "basis": forecast.basis,
    }


def _money(value: object) -> Decimal | None:
    if value is None or value == "":
        return None
    text = str(value).replace(",", "").strip()
    if isinstance(value, bool) or not re.fullmatch(r"[-+]?[0-9]{1,16}(\.[0-9]+)?", text):
        raise ValueError(f"“{value}”不是金额。")
    return Decimal(text)


def _month(value: object) -> int:
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,2}(\.0+)?", text):
        raise ValueError(f"月份应为 1 至 12 的整数，现为“{value}”。")
    return int(Decimal(text))


def _period_month(period: object) -> int | None:
    """The last month of a monitoring period (1-7月, 1—6月); None where it names none."""
    months = re.findall(r"([0-9]{1,2})\s*月", str(period or ""))
    return int(months[-1]) if months and 1 <= int(months[-1]) <= 12 else None


def _day(value: object) -> date:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise ValueError(f"“{value}”不是日期。") from None


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _check_all(name: str) -> tuple[Any, bool]:
    path = _existing(name)
    if path.suffix.lower() in _BOOKS:
        answers = _check_book(path)
    else:
        tables = [_table(item, at) for at, item in enumerate(_list(name), 1)]
        _say_defaults(table.year for table in tables)
        answers = [{"problems": _problems(table)} for table in tables]
    return answers, any(answer["problems"] for answer in answers)


def _check_book(path: Path) -> list[dict[str, Any]]:
    """The problems of every target form of a workbook or Word file, form by form."""
    from wenxiao.files.forms.tables import table_of
    from wenxiao.files.forms.targets.form import TargetForm
    from wenxiao.files.pool import forms_in_child

    reading = forms_in_child(path)
    forms = [form for form in reading.forms if isinstance(form, TargetForm)]
    if not forms:
        reasons = "".join(f"{problem.text}{problem.mend or ''}" for problem in reading.problems[:3])
        raise WrongUseError(f"“{path.name}”里没有绩效目标表。{reasons}")
    tables = [table_of(form) for form in forms]
    _say_defaults(table.year for table in tables)
    return [
        {"sheet": form.sheet, "form": at, "problems": _problems(table)}
        for at, (form, table) in enumerate(zip(forms, tables, strict=True), 1)
    ]


def _table(item: Mapping[str, Any], at: int) -> Any:
    """One target table; rows and head become the plain typed values the checks look at."""
    from wenxiao.rulebook.checks import Table
    from wenxiao.site.earlier_targets import join_earlier

    head, rows = _of_kind(item, "subject", dict, {}, at), _of_kind(item, "rows", list, [], at)
    if any(not isinstance(row, dict) for row in rows):
        raise WrongUseError(f"第 {at} 项的“rows”应是对象的清单。")
    for number, row in enumerate(rows, 1):
        _scalars(row, f"第 {at} 项“rows”第 {number} 行")
    _scalars(
        {key: head[key] for key in head if key not in {"goals", "tasks"}}, f"第 {at} 项的“subject”"
    )
    typed = [
        {
            **row,
            "target": _words(row.get("target")),
            "weight": _asked_figure(row, "weight", f"第 {at} 项第 {number} 行"),
        }
        for number, row in enumerate(rows, 1)
    ]
    budget, year = (
        _asked_figure(head, key, f"第 {at} 项的“subject”") for key in ("budget_yuan", "year")
    )
    whole = {**head, "budget_yuan": budget, "year": None if year is None else int(year)}
    whole["text"] = _words(_of_kind(item, "text", str, "", at))
    whole["budget_change_yuan"] = _asked_figure(item, "budget_change_yuan", f"第 {at} 项")
    try:
        join_earlier(item, typed, whole)
    except ValueError as error:
        raise WrongUseError(f"第 {at} 项{error}") from error
    return Table(typed, whole)


def _say_defaults(years: Iterable[int | None]) -> None:
    """On standard error: whose rules were used, where there is no database
    that knows a division's own.
    """
    years_used = sorted({f"{year} 年度" if year else "最新（表上没有年度）" for year in years})
    if years_used:
        print(f"没有用到数据库：按国家默认规则检查，{'、'.join(years_used)}。", file=sys.stderr)


def _problems(table: Any) -> list[dict[str, Any]]:
    from wenxiao.rulebook.checks import doors, rules_in_force

    strict = rules_in_force(None, table.year)
    rules = {one.code: one for one in strict}
    return [
        {
            "code": problem.code,
            "ground": rules[problem.code].ground,
            "standing": rules[problem.code].standing,
            "level": problem.level,
            "row": hit.row,
            "cell": problem.cell,
            "field": hit.field,
            "text": problem.text,
            "basis": problem.basis,
            "mend": problem.mend,
        }
        for hit, problem in doors.TARGETS.run(table, "target", strict)
    ]


_KIND_WORDS: dict[type, str] = {dict: "对象", list: "对象的清单", str: "文字"}


def _of_kind(item: Mapping[str, Any], key: str, kind: type, missing: Any, at: int) -> Any:
    """A field of the kind it must have, ``missing`` where it isn't given."""
    value = item.get(key)
    if value is None:
        return missing
    if not isinstance(value, kind):
        raise WrongUseError(f"第 {at} 项的“{key}”应是{_KIND_WORDS[kind]}。")
    return value


def _scalars(fields: Mapping[str, Any], where: str) -> None:
    """WrongUseError where a field that should be a word or a number is a list or an object."""
    for key, value in fields.items():
        if isinstance(value, dict | list):
            raise WrongUseError(f"{where}的“{key}”应是文字或数。")


def _asked_figure(fields: Mapping[str, Any], key: str, where: str) -> Decimal | None:
    """A number given as number or text; None where nothing stands;
    WrongUseError for anything else.
    """
    value = fields.get(key)
    if value is None or value == "":
        return None
    try:
        return _figure(str(value).replace(",", "").strip())
    except ArithmeticError:
        raise WrongUseError(f"{where}的“{key}”应是数，现为“{value}”。") from None


def _words(value: object) -> str:
    return "" if value is None else str(value)


def own_rules_in(name: str | None) -> Mapping[str, Any] | None:
    """The own values of a file, rule → list; None without one, WrongUseError for another shape."""
    if name is None:
        return None
    path: Path = _existing(name)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise WrongUseError(f"“{path.name}”不是 JSON：{error}") from error
    if not isinstance(content, dict):
        raise WrongUseError(f"“{path.name}”应是对象：规则名 → 本级规定的清单。")
    return content
