"""``rules try``: what a proposed rule value would move, over the cases of a
file or over what is stored.
"""

from __future__ import annotations

import argparse
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wenxiao.site.verbs_plain import (
    _BOOKS,
    WrongUseError,
    _answer,
    _cases,
    _existing,
    _json,
    _money,
    _pace,
    _period_month,
    _table,
    own_rules_in,
)

if TYPE_CHECKING:
    from wenxiao.orgs.models import Division
    from wenxiao.rulebook.basis import Overrides
    from wenxiao.rulebook.checks.registry import Table
    from wenxiao.rulebook.trying import Ledger, Result, Tried


def add_parser(actions: Any) -> None:
    """Add ``try`` to the actions of ``rules``."""
    trying = actions.add_parser("try", help="试算：改一条规则会改动哪些结果；不写入")
    trying.add_argument(
        "--change",
        required=True,
        metavar="C.json",
        help='改动：{"rule", "from", "content"}，或这样的清单，或 规则名 → 清单',
    )
    trying.add_argument(
        "--cases",
        metavar="FILE",
        help="试算的对象：score、pace、check 所收的 JSON，或表格文件；不写则试算库里的全部对象",
    )
    trying.add_argument("--own", help="JSON：改动之前的本级规定，规则名 → 清单")
    trying.add_argument("--division", help="库里的区划代码或名称；只有一个区划时可不写")
    trying.add_argument(
        "--keep",
        action="store_true",
        help="把试算库里的结果连同清单留作提案（同时写 --document、--clause、--why、--by），由另一人登录公布",
    )
    trying.add_argument("--document", help="提案依据的文件：制度库里的文号或名称")
    trying.add_argument("--clause", default="", help="提案依据的条款，如 第八条")
    trying.add_argument("--why", default="", help="提案的理由")
    trying.add_argument("--by", metavar="账号", help="提案由谁提出；公布的须是另一人")
    trying.add_argument("--json", action="store_true", help="输出 JSON（本命令只有这一种输出）")
    trying.set_defaults(run=try_verb)


def try_verb(args: argparse.Namespace) -> int:
    """What would move: exit 0, or 2 for wrong use."""
    if args.keep and args.cases is not None:
        return _answer(_refuse_kept)
    if args.cases is None:
        return _over_stored(args)
    return _answer(lambda: (_over_file(args).as_json(), False))


def entries_of(name: str) -> list[dict[str, Any]]:
    """The proposed values of a file, each with its rule; WrongUseError for another shape."""
    content = _json(name)
    if isinstance(content, dict) and "rule" not in content:
        listed = [
            {**entry, "rule": rule}
            for rule, some in content.items()
            for entry in (some if isinstance(some, list) else [some])
            if isinstance(entry, dict)
        ]
    else:
        listed = content if isinstance(content, list) else [content]
    if not listed or any(not isinstance(entry, dict) for entry in listed):
        raise WrongUseError(
            f"“{Path(name).name}”应写明改动："
            '{"rule": 规则名, "from": 起用日期, "content": 改后的数值}。'
        )
    return [_exact(entry) for entry in listed]


def _exact(item: Any) -> Any:
    """Numbers of a JSON file as the decimal text the rulebook reads."""
    if isinstance(item, dict):
        return {key: _exact(value) for key, value in item.items()}
    if isinstance(item, list):
        return [_exact(value) for value in item]
    return format(item, "f") if isinstance(item, Decimal) else item


def _over_file(args: argparse.Namespace) -> Ledger:
    from wenxiao.rulebook.changes import ChangeError, laid_over, start_of
    from wenxiao.rulebook.profiles import ProfileError
    from wenxiao.rulebook.trying import tried

    before: Overrides = own_rules_in(args.own) or {}
    entries = entries_of(args.change)
    try:
        after: Overrides = before
        for entry in entries:
            after = laid_over(after, entry)
        start = min(start_of(entry) for entry in entries)
        return tried(_objects(args.cases), before, after, start)
    except (ChangeError, ProfileError) as error:
        raise WrongUseError(f"“{Path(args.change).name}”的改动不能试算：{error}") from None


def _over_stored(args: argparse.Namespace) -> int:
    from wenxiao.site.verbs_data import FINE, on_rows, show

    def verb(args: argparse.Namespace) -> int:
        from wenxiao.followup.services.trying import try_rules
        from wenxiao.site.database_state import chosen_division

        division = chosen_division(args.division)
        ledger = try_rules(division=division, changes=entries, by=None)
        kept = {"proposal": _kept(args, division, entries)} if args.keep else {}
        show(ledger.as_json() | kept)
        return FINE

    entries: list[dict[str, Any]] = []

    def read() -> tuple[Any, bool]:
        entries.extend(entries_of(args.change))
        return None, False

    return _read_first(read) or on_rows(verb)(args)


def _refuse_kept() -> tuple[Any, bool]:
    raise WrongUseError("只有试算库里的结果能留作提案：写了 --cases 时不能同时写 --keep。")


def _kept(args: argparse.Namespace, division: Division, entries: list[dict[str, Any]]) -> int:
    """Keep the trial as a proposal of the account named; its number."""
    from wenxiao.followup.services.proposing import propose_rules
    from wenxiao.orgs.services import RuleSource
    from wenxiao.records.selectors import documents
    from wenxiao.site.database_state import NotReady, chosen_user

    by = chosen_user(args.by)
    if by is None:
        raise NotReady("提案须写明由谁提出：--by 账号；公布的须是另一人。")
    named = [
        one
        for one in documents(division=division)
        if args.document and args.document in {one.number, one.title}
    ]
    if len(named) != 1:
        raise NotReady(
            f"制度库里文号或名称是“{args.document or ''}”的文件有 {len(named)} 份，应有且只有一份；"
            "请用 --document 写明，没有的先在制度库登记。"
        )
    proposal = propose_rules(
        division=division,
        changes=entries,
        source=RuleSource(named[0], args.clause),
        by=by,
        why=args.why,
    )
    return int(proposal.pk)


def _read_first(read: Any) -> int:
    """Wrong use before Django starts: its exit code, 0 where the file can be read."""
    import sys

    try:
        read()
    except WrongUseError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


# ---- the objects of a file -----------------------------------------------------------------------


def _objects(name: str) -> Iterator[Tried]:
    path = _existing(name)
    if path.suffix.lower() in _BOOKS:
        yield from _in_book(path)
        return
    content = _json(name)
    listed = content if isinstance(content, list) else _cases(name)
    for at, item in enumerate(listed, 1):
        if not isinstance(item, dict):
            raise WrongUseError(f"“{name}”第 {at} 项应是一个对象（{{ … }}）。")
        yield _object(item, at)


def _object(item: Mapping[str, Any], at: int) -> Tried:
    """One case by its shape: a target table, money in a window, or a published table."""
    from wenxiao.rulebook.trying import Tried

    key = str(item.get("id") or at - 1)
    if isinstance(item.get("rows"), list) and "indicators" not in item:
        table = _table(item, at)
        return Tried(key, "target", table.year, lambda own: _codes(table, "target", own))
    if "through_month" in item or (item.get("period") and "total_score" not in item):
        year = _year_of(item)
        return Tried(key, "monitor", year, lambda own: _light(item, at, year, own))
    kind = "evaluation" if "total_score" in item and "object" in item else "selfeval"
    return Tried(key, kind, _year_of(item), lambda own: _published(item, own))


def _in_book(path: Path) -> Iterator[Tried]:
    """Every form of a workbook or Word file: points, grade and what the checks say of it."""
    from wenxiao.files.forms.dossier_forms import SelfEvalForm
    from wenxiao.files.forms.score_sheet import ScoreSheet
    from wenxiao.files.forms.tables import table_of
    from wenxiao.files.pool import forms_in_child
    from wenxiao.rulebook.published import judge_sheet, judge_table
    from wenxiao.rulebook.published_tables import case_of, sheet_of
    from wenxiao.rulebook.trying import Tried

    for at, form in enumerate(forms_in_child(path).forms, 1):
        table, key = table_of(form), f"{form.sheet or getattr(form, 'table', '')}#{at}"

        def result(own: Overrides, table: Table = table, form: Any = form) -> Result:
            codes = _codes(table, form.kind, own)
            if isinstance(form, ScoreSheet):
                judged = judge_sheet(sheet_of(table), overrides=own)
            elif isinstance(form, SelfEvalForm):
                judged = judge_table(case_of(table, name=""), overrides=own)
            else:
                return codes
            return {**_points(judged), **codes}

        yield Tried(key, form.kind, table.year, result)


def _codes(table: Table, kind: str, own: Overrides) -> Result:
    """What the checks of the form's door say of a table, each code with its level."""
    from dataclasses import replace

    from wenxiao.rulebook.checks import doors, rules_in_force

    looked = replace(table, overrides=own)
    door = doors.TARGETS if kind == "target" else doors.FORM
    problems = door.run(looked, kind, rules_in_force(own, looked.year))
    codes = sorted({f"{problem.code} {problem.level}" for _, problem in problems})
    return {"codes": "、".join(codes)}


def _published(item: Mapping[str, Any], own: Overrides) -> Result:
    from wenxiao.rulebook.published import judge_table

    judged = judge_table(item, overrides=own)
    codes = sorted({difference["code"] for difference in judged["differences"]})
    return {**_points(judged), "codes": "、".join(codes)}


def _points(judged: Mapping[str, Any]) -> dict[str, Any]:
    """Points (those published where rows are missing), grade and the rows'
    points of a judged table.
    """
    total = judged["total"]
    return {
        "points": total["points"] if total["complete"] else total["published"] or total["points"],
        "grade": judged["grade"]["computed"],
        "execution": judged["execution"]["points"],
        "rows": [row["points"] for row in judged["rows"]],
    }


def _light(item: Mapping[str, Any], at: int, year: int | None, own: Overrides) -> Result:
    """The light of money: as ``pace`` takes it, or of a published monitoring form."""
    month = item.get("through_month") or _period_month(item.get("period"))
    if month is None:
        return {"light": None}
    asked = {**item, "through_month": month}
    for key, plain in (("budget_yuan", "budget"), ("executed_yuan", "executed")):
        asked.setdefault(key, item.get(plain))
    on = None if year is None else date(year, int(month), monthrange(year, int(month))[1])
    try:
        _money(asked["budget_yuan"])
        answer = _pace(asked, on, own)
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        reason = f"缺少“{error.args[0]}”" if isinstance(error, KeyError) else str(error)
        raise WrongUseError(f"第 {at} 项不能计算：{reason}") from None
    return {key: answer[key] for key in ("light", "index", "above_pace")}


def _year_of(item: Mapping[str, Any]) -> int | None:
    from wenxiao.rulebook.published import fiscal_year

    return fiscal_year(item.get("year"))


__all__ = ["add_parser", "entries_of", "own_rules_in", "try_verb"]
