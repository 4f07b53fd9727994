"""The verb ``bundle``: the archive that installs without a network, as
``make bundle`` builds it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

from wenxiao.site.verbs_data import FINE, WRONG_USE, say

SOURCE = Path(__file__).resolve().parents[3]


def add_parsers(verbs: Any) -> None:
    """All verbs of this module."""
    bundle = verbs.add_parser("bundle", help="做离线安装包（同 make bundle），不含数据")
    bundle.add_argument("--out", type=Path, required=True, metavar="FILE", help="写到哪个文件")
    bundle.set_defaults(run=_bundle)


def _bundle(args: argparse.Namespace) -> int:
    script = SOURCE / "scripts" / "bundle.py"
    if not script.is_file():
        say("这里没有程序的源文件，做不了离线安装包。请在安装目录（有 Makefile 的那个）里执行。")
        return WRONG_USE
    out = args.out.absolute()
    done = subprocess.run([sys.executable, str(script), "--out", str(out)], check=False)
    return FINE if done.returncode == 0 else WRONG_USE
