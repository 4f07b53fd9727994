"""Writes docs/rules.md from the registry of checks and the basis files; ``--check`` only says
whether it is up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from wenxiao.rulebook import basis, frameworks, laws, profiles
from wenxiao.rulebook.checks import registry

PAGE = Path(__file__).parent.parent / "docs" / "rules.md"


def page() -> str:
    """The whole page."""
    return "\n".join(
        [
            *_head(),
            *_checks(),
            *_codes(),
            *_reconciling(),
            *_rechecking(),
            *_laws(),
            *_scoring(),
            *_profiles(),
            *_dated(),
            *_trees(),
            "",
        ]
    )


def _head() -> Iterator[str]:
    yield "# 规则"
    yield ""
    yield "本页由 `scripts/rules_page.py` 从规则登记和 `rulebook/basis` 生成，请勿手改。根据是法、算术、完整的检查可以阻断，本级只能更严；惯例至多警告；本级文件核对过原文的按其规定。"


def _checks() -> Iterator[str]:
    yield from (
        "",
        "## 检查",
        "",
        "| 编号 | 检查项 | 等级 | 根据 | 依据 | 如何改正 |",
        "| --- | --- | --- | --- | --- | --- |",
    )
    for one in registry():
        cited = one.basis or "无文件依据"
        yield f"| {one.code} | {one.title} | {one.level} | {one.ground} | {cited} | {one.mend} |"


def _codes() -> Iterator[str]:
    yield from (
        "",
        "## 只列目录、系统不检查",
        "",
        "| 编号 | 检查项 | 根据 |",
        "| --- | --- | --- |",
    )
    running = {one.code for one in registry()}
    for code, entry in basis.in_force("checks").content["checks"].items():
        if code not in running:
            yield f"| {code} | {entry['title']} | {entry['ground']} |"
    yield from (
        "",
        "## 读表与导入",
        "",
        "| 编号 | 说明 | 等级 | 根据 |",
        "| --- | --- | --- | --- |",
    )
    for code, entry in basis.in_force("codes").content["codes"].items():
        yield f"| {code} | {entry['title']} | {entry['level']} | {entry['ground']} |"


def _laws() -> Iterator[str]:
    yield from (
        "",
        "## 所依的法律条款",
        "",
        "| 编号 | 条款 | 事实 | 核对 |",
        "| --- | --- | --- | --- |",
    )
    for one in laws.clauses().values():
        seen = f"{one.standing}，{one.seen['compared']}，SHA-256 {one.seen['sha256'][:12]}…"
        yield f"| {one.code} | {one.named} | {one.fact} | {seen} |"


def _reconciling() -> Iterator[str]:
    yield from ("", "## 报告与评分表核对", "", "| 编号 | 核对项 | 等级 |", "| --- | --- | --- |")
    for one in basis.in_force("reconcile").content["checks"]:
        yield f"| {one['code']} | {one['title']} | {one['level']} |"


def _rechecking() -> Iterator[str]:
    content = basis.in_force("recheck").content
    yield from (
        "",
        "## 自评复核的抽取",
        "",
        f"有下列理由的按风险抽取，另随机抽取不少于 {content['random_percent']}%。界限未核对到文件，由本级按文件改写。",
        "",
        "| 编号 | 理由 | 根据 | 界限 | 核实 |",
        "| --- | --- | --- | --- | --- |",
    )
    for code, one in content["reasons"].items():
        floors = "，".join(f"{key} {value}" for key, value in one["floors"].items())
        yield f"| {code} | {one['title']} | {one['ground']} | {floors} | {one['standing']} |"


def _scoring() -> Iterator[str]:
    yield from ("", "## 计分规则", "", "| 编号 | 名称 | 算法 | 依据 |", "| --- | --- | --- | --- |")
    for one in profiles.rule_texts().values():
        yield f"| {one.code} | {one.name} | {one.formula} | {one.basis} |"


def _profiles() -> Iterator[str]:
    yield from (
        "",
        "## 计分口径",
        "",
        "| 编号 | 名称 | 权重 | 反向指标 | 依据 |",
        "| --- | --- | --- | --- | --- |",
    )
    for code in basis.in_force("profiles").content["profiles"]:
        one = profiles.profile(code)
        weights = " ".join(f"{name}{points}" for name, points in one.weights.items())
        reverse = {"ratio": "比值式", "deduction": "扣减式"}[one.reverse]
        yield f"| {code} | {one.name} | {weights} | {reverse} | {one.basis} |"


def _dated() -> Iterator[str]:
    yield from (
        "",
        "## 有日期的规则数据",
        "",
        "| 文件 | 名称 | 起用 | 依据 | 说明 |",
        "| --- | --- | --- | --- | --- |",
    )
    for name in basis.names():
        rule = basis.load(name)
        for value in rule.values:
            yield f"| {name} | {rule.title} | {value.start} | {value.basis} | {value.note} |"


def _trees() -> Iterator[str]:
    for name in frameworks.TREES:
        tree = frameworks.tree(name)
        yield from (
            "",
            f"## {tree.title}",
            "",
            "| 编号 | 指标 | 说明或要点 | 公式 | 核实 |",
            "| --- | --- | --- | --- | --- |",
        )
        for top in tree.criteria:
            for one in top.walk():
                said = one.explanation or "；".join(one.points)
                yield f"| {one.code} | {'　' * (one.level - 1)}{one.name} | {said} | {one.formula} | {one.standing} |"


def main() -> int:
    """Write the page, or with ``--check`` compare it; 1 when it is out of date."""
    text = page()
    if "--check" in sys.argv[1:]:
        same = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
        print(
            "docs/rules.md 与规则一致。"
            if same
            else "docs/rules.md 已过时，请运行 scripts/rules_page.py。"
        )
        return 0 if same else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
