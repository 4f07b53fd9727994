"""The verb ``package``: what goes to 人大, to the upper level, and what a
department publishes, as one zip.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from wenxiao.site.database_state import chosen_division
from wenxiao.site.verbs_data import FINE, PROBLEMS, on_rows, say, show

LISTED = {"congress": "人大材料包，按本级的清单", "upper": "上级考核材料包，按本级的清单"}
OF_UNIT = {"budget": "一个部门的预算公开：绩效目标", "final": "一个部门的决算公开：自评和部门评价"}


def add_parsers(verbs: Any) -> None:
    """All verbs of this module."""
    package = verbs.add_parser("package", help="材料包").add_subparsers(
        dest="package", required=True, metavar="材料包"
    )
    for name, title in (LISTED | OF_UNIT).items():
        one = package.add_parser(name, help=title)
        one.add_argument("--year", type=int, required=True, help="工作年度（部门公开为预算年度）")
        one.add_argument("--out", type=Path, required=True, metavar="FILE.zip", help="写到哪个文件")
        one.add_argument("--division", help="区划代码或名称；只有一个区划时可不写")
        one.add_argument("--json", action="store_true", help="结果总是 JSON，此项为约定写法")
        if name in OF_UNIT:
            one.add_argument("--unit", required=True, help="部门的单位代码")
        one.set_defaults(run=on_rows(_department if name in OF_UNIT else _listed))


def _listed(args: argparse.Namespace) -> int:
    from wenxiao.desk.packages.building import package_zip, packed

    division = chosen_division(args.division)
    content, title = package_zip(division, args.package, args.year)
    args.out.write_bytes(content)
    items = [
        {
            "name": one.item.name,
            "source": one.item.source,
            "files": [name for name, _ in one.outcome.files],
            "missing": one.outcome.missing,
        }
        for one in packed(division, args.package, args.year)[1]
    ]
    show({"title": title, "out": str(args.out), "items": items})
    return PROBLEMS if any(item["missing"] for item in items) else FINE


def _department(args: argparse.Namespace) -> int:
    from wenxiao.desk.packages.departments import department_package, department_zip
    from wenxiao.followup.selectors.assessing import departments

    rows = departments(chosen_division(args.division))
    unit = next((row for row in rows if row.code == args.unit), None)
    if unit is None:
        say(f"没有代码为 {args.unit} 的部门，可用：{'、'.join(row.code for row in rows)}。")
        return 2
    package = department_package(unit, args.package, args.year)
    problems = [{"file": name, **one.as_json()} for name, one in package.problems]
    if not package.stopping:
        args.out.write_bytes(department_zip(package))
    out = None if package.stopping else str(args.out)
    show({"title": package.title, "out": out, "rows": package.rows, "problems": problems})
    return PROBLEMS if any(one["level"] != "提示" for one in problems) else FINE
