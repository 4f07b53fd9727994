"""The verb ``library``: many published rows of the indicator library revised from a file, by the
same act as the page.
"""

from __future__ import annotations

import argparse
from typing import Any

from wenxiao.site.database_state import chosen_division
from wenxiao.site.verbs_data import FINE, WRONG_USE, book_of, existing, on_rows, show


def add_parsers(verbs: Any) -> None:
    """The verb of this module."""
    library = verbs.add_parser("library", help="指标库").add_subparsers(
        dest="library", required=True, metavar="办什么"
    )
    one = library.add_parser(
        "revise", help="按一份 .xlsx 修改已发布的指标：二级、三级指标认行，空着的格不改"
    )
    one.add_argument("file", type=existing, metavar="FILE.xlsx", help="表头同导入指标库的文件")
    one.add_argument("--why", required=True, help="为什么改，如依据哪份文件")
    one.add_argument("--division", help="区划代码或名称；只有一个区划时可不写")
    one.add_argument("--json", action="store_true", help="结果总是 JSON，此项为约定写法")
    one.set_defaults(run=on_rows(_revise))


def _revise(args: argparse.Namespace) -> int:
    from wenxiao.intake.upload_acts import CONTENTS
    from wenxiao.targets.services.row_revisions import revise_rows, revisions_in

    division = chosen_division(args.division)
    book = book_of(args.file)
    if book is None:
        return WRONG_USE
    lines = CONTENTS["library"].read(book)
    revisions = revisions_in(division, lines)
    now = revise_rows(division=division, revisions=revisions, by=None, why=args.why)
    show({"file": args.file.name, "lines": len(lines), "revised": len(now)})
    return FINE
