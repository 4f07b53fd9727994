"""The verb ``subjects``: what papers say of many subjects written from a file, by the same act as
the page.
"""

from __future__ import annotations

import argparse
from typing import Any

from wenxiao.site.database_state import chosen_division
from wenxiao.site.verbs_data import FINE, WRONG_USE, book_of, existing, on_rows, show


def add_parsers(verbs: Any) -> None:
    """The verb of this module."""
    subjects = verbs.add_parser("subjects", help="对象").add_subparsers(
        dest="subjects", required=True, metavar="办什么"
    )
    one = subjects.add_parser(
        "describe", help="按一份 .xlsx 登记项目情况：项目代码认行，空着的格不改，全部存下或一行不存"
    )
    one.add_argument(
        "file",
        type=existing,
        metavar="FILE.xlsx",
        help="列：项目代码，和类型、项目负责人、设立年限、到期日期、中期评估日期中的几列",
    )
    one.add_argument("--why", required=True, help="依据，如批复文号")
    one.add_argument("--division", help="区划代码或名称；只有一个区划时可不写")
    one.add_argument("--json", action="store_true", help="结果总是 JSON，此项为约定写法")
    one.set_defaults(run=on_rows(_describe))


def _describe(args: argparse.Namespace) -> int:
    from wenxiao.budget.services.subject_table import describe_subjects, described_in
    from wenxiao.files.forms.subject_facts import fact_rows
    from wenxiao.store.moves import NotAllowed

    division = chosen_division(args.division)
    book = book_of(args.file)
    if book is None:
        return WRONG_USE
    rows = fact_rows(book)
    if rows is None:
        raise NotAllowed(
            "没有找到表头：应有项目代码，和类型、项目负责人、设立年限、到期日期、中期评估日期中的几列，列名不限顺序。"
        )
    lines = [(line, cells.pop("code", ""), cells) for line, cells in rows]
    described = describe_subjects(
        division=division, rows=described_in(division, lines, None), by=None, why=args.why
    )
    show({"file": args.file.name, "lines": len(lines), "described": len(described)})
    return FINE
