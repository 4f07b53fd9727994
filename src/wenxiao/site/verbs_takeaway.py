"""``takeaway``: the whole of what is kept, in documented files, at any time."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from wenxiao.site.verbs_data import FINE, PROBLEMS, on_rows, show


def add_parsers(verbs: Any) -> None:
    """The verb of this module."""
    asked = verbs.add_parser(
        "takeaway",
        help="取走全部资料：每张表一个 CSV、收到的原始文件、列的说明、摘要，打成一个 zip",
    )
    asked.add_argument("--out", type=_fresh, required=True, metavar="FILE.zip", help="写到哪个文件")
    asked.add_argument("--json", action="store_true", help="结果总是 JSON，此项为约定写法")
    asked.set_defaults(run=on_rows(_takeaway))


def _fresh(text: str) -> Path:
    path = Path(text)
    if path.exists():
        raise argparse.ArgumentTypeError(f"{text} 已经存在，请换一个文件名。")
    return path


def _takeaway(args: argparse.Namespace) -> int:
    from wenxiao.site.takeaway import take_away

    taken = take_away(args.out)
    show({"out": str(args.out), **taken})
    return PROBLEMS if taken["missing"] else FINE
