"""材料包: what the bureau hands to the People's Congress (人大) or to the upper level's assessment, by
its own list.

Each line is 「材料名称｜来源」; for the upper level the name is their item and the source our proof, one
line a proof. A source is a paper the system makes (:data:`SOURCES`) or a document of the library,
「制度库：名称」. Nationally nothing is listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from wenxiao.rulebook import basis
from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.grounds import Standing
from wenxiao.rulebook.listed_lines import columns_of, refused_lines
from wenxiao.rulebook.upper_forms import refused_upper_forms

RULE = "packages"
PACKAGES: dict[str, str] = {"congress": "人大材料包", "upper": "上级考核材料包"}
SOURCES: dict[str, str] = {
    "年度工作报告": "本工作年度签发的最新一期，公开稿",
    "评价情况表": "财政重点绩效评价情况表，公开稿",
    "一页纸": "给领导的一页纸，不含限制知悉的对象",
    "半年简报": "上半年的简报，不含限制知悉的对象",
    "统计表": "各环节按类型和预算的个数、金额，附每个对象一行",
    "整改情况表": "本工作年度发现并下达整改的问题，一个一行",
    "结果应用清单": "下一预算年度签字的结果应用清单，一个部门一份",
    "工作考核表": "已确认的单位工作考核，附每一行的编号，不写名称",
    "培训情况表": "本年各期培训和签到人数",
    "公开结果表": "已公开的评价、自评结果",
}
LIBRARY = "制度库："
LONGEST = 100
SHAPE = "材料名称｜来源"
EXAMPLE = "预算绩效管理工作情况｜年度工作报告"


@dataclass(frozen=True, slots=True)
class PackageItem:
    """One line of a list: what is asked for, and where it comes from."""

    name: str
    source: str

    @property
    def document(self) -> str:
        """The library document's name; empty where the system makes the paper."""
        return self.source.removeprefix(LIBRARY) if self.source.startswith(LIBRARY) else ""


@dataclass(frozen=True, slots=True)
class PackageList:
    """A package's list in force and on what it stands; no items: nobody listed any."""

    items: tuple[PackageItem, ...]
    basis: str
    standing: Standing


def package_list(
    package: str, overrides: Overrides | None = None, on: date | int | None = None
) -> PackageList:
    """The list of one of :data:`PACKAGES` on a day."""
    value = basis.in_force(RULE, on, overrides)
    items = tuple(_item(str(line)) for line in value.content[package])
    return PackageList(items, value.basis, value.standing)


def refused_packages(content: Mapping[str, object]) -> str:
    """Why a division may not list these; empty where it may."""
    for package, word in PACKAGES.items():
        if refused := refused_lines(content.get(package, []), _item, shape=SHAPE, word=word):
            return refused
    return refused_upper_forms(content)


def _item(line: str) -> PackageItem:
    name, source = columns_of(line, SHAPE, EXAMPLE, longest=LONGEST)
    source = source.replace("制度库:", LIBRARY)
    document = source.startswith(LIBRARY) and len(source) > len(LIBRARY) + 1
    if source not in SOURCES and not document:
        known = "、".join((*SOURCES, "制度库：文件名称"))
        raise ValueError(f"没有“{source}”这个来源，可用：{known}。")
    return PackageItem(name, source)
