"""The verb ``disclose check``: files that are to be published, checked before anybody signs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from wenxiao.site.database_state import chosen_division
from wenxiao.site.verbs_data import FINE, PROBLEMS, on_rows, show


def add_parsers(verbs: Any) -> None:
    """All verbs of this module."""
    public = verbs.add_parser("disclose", help="公开").add_subparsers(
        dest="disclose", required=True, metavar="事项"
    )
    check = public.add_parser(
        "check",
        help="公开前检查：密级标志、个人信息、与已公开结果不同的数、本级清单里缺的表、打不开的链接",
    )
    check.add_argument("place", type=_present, metavar="FILE|DIR", help="文件，或整个要公开的目录")
    check.add_argument("--division", help="区划代码或名称；只有一个区划时可不写")
    check.add_argument("--year", type=int, help="按哪年的本级规定检查；不写按最新的")
    check.add_argument("--json", action="store_true", help="结果总是 JSON，此项为约定写法")
    check.set_defaults(run=on_rows(_check))
    _add_site(public)


def _add_site(public: Any) -> None:
    site = public.add_parser(
        "site", help="静态站：把一个预算年度已公开的结果写成文件，放在任何网站上"
    )
    site.add_argument("--year", type=int, required=True, help="预算年度")
    site.add_argument("--out", type=Path, required=True, metavar="DIR", help="写到哪个目录")
    site.add_argument("--division", help="区划代码或名称；只有一个区划时可不写")
    site.add_argument("--json", action="store_true", help="结果总是 JSON，此项为约定写法")
    site.set_defaults(run=on_rows(_site))


def _site(args: argparse.Namespace) -> int:
    from wenxiao.portal.static_site import write_site

    written = write_site(chosen_division(args.division), args.year, args.out)
    show({"year": args.year, "out": str(args.out), **written})
    return FINE


def _present(text: str) -> Path:
    path = Path(text)
    if not path.exists():
        raise argparse.ArgumentTypeError(f"没有这个文件或目录：{text}")
    return path


def _check(args: argparse.Namespace) -> int:
    from wenxiao.followup.selectors.public_files import check_public_files

    checked = check_public_files(
        args.place, division=chosen_division(args.division), year=args.year
    )
    show(checked.as_json())
    return PROBLEMS if any(one.level != "提示" for _, one in checked.problems) else FINE
