"""The `wenxiao` command: JSON on standard output only, everything else on standard error.

Exit 0 fine, 1 problems found in the data, 2 wrong use. `parse`, `read`, `score`, `pace` and `check` never start Django.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import NoReturn

from wenxiao.site import verbs_data, verbs_plain

WRONG_USE = 2


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line and where the help stands."""

    def error(self, message: str) -> NoReturn:
        """Exit 2 with the usage and the reason."""
        self.print_usage(sys.stderr)
        self.exit(WRONG_USE, f"用法不对：{message}。详见 {self.prog} --help\n")


def parser() -> argparse.ArgumentParser:
    """Every verb with its options."""
    made = Parser(prog="wenxiao", description="问效：预算绩效管理系统。结果以 JSON 写到标准输出，其余写到标准错误。")
    verbs = made.add_subparsers(dest="verb", required=True, metavar="命令", parser_class=Parser)
    verbs_plain.add_parsers(verbs)
    verbs_data.add_parsers(verbs)
    return made


def main(argv: list[str] | None = None) -> int:
    """Run one verb; returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    args = parser().parse_args(argv)
    try:
        return int(args.run(args))
    except BrokenPipeError:
        # The reader of a pipe left early; Python must not complain again while closing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
