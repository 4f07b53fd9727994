"""``addresses``: every address of the pages and the machines' door, with
the power and the acts behind it.
"""

from __future__ import annotations

import argparse
from typing import Any

from wenxiao.site.verbs_data import FINE, on_rows, show


def add_parsers(verbs: Any) -> None:
    """The verb of this module."""
    asked = verbs.add_parser(
        "addresses", help="列出全部网址：方法、所需权限、办的事项、是否须另一人办理"
    )
    asked.add_argument("--json", action="store_true", help="输出 JSON（本命令只有这一种输出）")
    asked.set_defaults(run=on_rows(_addresses, ready=False))


def _addresses(_args: argparse.Namespace) -> int:
    from wenxiao.site.addresses import addresses

    show([one._asdict() for one in addresses()])
    return FINE
