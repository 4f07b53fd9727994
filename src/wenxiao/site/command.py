"""The `wenxiao` command: JSON on standard output only, everything else on standard error.

Exit 0 fine, 1 problems found in the data, 2 wrong use. `parse`, `read`, `score`, `pace` and `check`
never start Django.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from typing import NoReturn

from wenxiao.site import (
    verbs_addresses,
    verbs_backup,
    verbs_bundle,
    verbs_compare,
    verbs_counts,
    verbs_coverage,
    verbs_data,
    verbs_disclose,
    verbs_library,
    verbs_package,
    verbs_plain,
    verbs_rules,
    verbs_sample,
    verbs_subjects,
    verbs_takeaway,
    verbs_trail,
)

WRONG_USE = 2
_SAID = tuple(
    (re.compile(pattern, re.DOTALL), sentence)
    for pattern, sentence in (
        (r"the following arguments are required: (.*)", "缺少参数 {}"),
        (r"one of the arguments (.*) is required", "应给出其中一个参数：{}"),
        (r"unrecognized arguments: (.*)", "不认识的参数 {}"),
        (
            r"argument (.*?): invalid choice: (.*) \(choose from (.*)\)",
            "{} 没有 {} 这个取值，可用：{}",
        ),
        (r"argument (.*?): invalid int value: (.*)", "{} 应为整数，现为 {}"),
        (r"argument (.*?): invalid \S+ value: (.*)", "{} 的值 {} 不对"),
        (r"argument (.*?): expected .*", "{} 后面缺少内容"),
        (r"argument (.*?): not allowed with argument (.*)", "{} 不能与 {} 同时使用"),
        (r"argument (.*?): ignored explicit argument (.*)", "{} 不带内容，多了 {}"),
        (r"argument .*?: (没有这个.*)", "{}"),
        (r"ambiguous option: (.*) could match (.*)", "{} 不明确，可能是 {}"),
    )
)

_HELP = (
    ("usage: ", "用法："),
    ("positional arguments:", "参数："),
    ("options:", "选项："),
    ("show this help message and exit", "显示本说明"),
)


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line and where the help stands."""

    def format_help(self) -> str:
        """The help with argparse's own words in Chinese too."""
        text = super().format_help()
        for word, phrase in _HELP:
            text = text.replace(word, phrase, 1)
        return text

    def error(self, message: str) -> NoReturn:
        """Exit 2 with the usage and the reason."""
        sys.stderr.write(self.format_usage().replace("usage: ", "用法：", 1))
        self.exit(WRONG_USE, f"用法不对：{in_chinese(message)}。详见 {self.prog} --help\n")


def in_chinese(message: str) -> str:
    """What argparse complains of, in Chinese; an unknown complaint says
    only that an option is wrong.
    """
    for pattern, sentence in _SAID:
        hit = pattern.fullmatch(message)
        if hit is not None:
            return sentence.format(*hit.groups())
    return "参数有误"


def parser() -> argparse.ArgumentParser:
    """Every verb with its options."""
    root = Parser(
        prog="wenxiao",
        description="问效：预算绩效管理系统。结果以 JSON 写到标准输出，其余写到标准错误。",
    )
    verbs = root.add_subparsers(dest="verb", required=True, metavar="命令", parser_class=Parser)
    verbs_plain.add_parsers(verbs)
    verbs_compare.add_parsers(verbs)
    verbs_sample.add_parsers(verbs)
    verbs_rules.add_parsers(verbs)
    verbs_trail.add_parsers(verbs)
    verbs_data.add_parsers(verbs)
    verbs_coverage.add_parsers(verbs)
    verbs_counts.add_parsers(verbs)
    verbs_addresses.add_parsers(verbs)
    verbs_disclose.add_parsers(verbs)
    verbs_library.add_parsers(verbs)
    verbs_subjects.add_parsers(verbs)
    verbs_package.add_parsers(verbs)
    verbs_backup.add_parsers(verbs)
    verbs_bundle.add_parsers(verbs)
    verbs_takeaway.add_parsers(verbs)
    return root


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
