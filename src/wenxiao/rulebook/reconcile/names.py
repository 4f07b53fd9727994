"""Names: the project, its unit and the year a report speaks of against the sheet's."""

from __future__ import annotations

import re

from wenxiao.rulebook.reconcile.facts import Comparison, Passage, ScoreSheetFacts, WordReport
from wenxiao.rulebook.reconcile.words import squeezed

_NOT_A_NAME = (
    "本项目",
    "该项目",
    "上述项目",
    "项目单位",
    "各项目",
    "此项目",
    "评价",
    "指标",
    "项目",
)
_SAID_OF = (
    re.compile(
        r"(?:^|[，。；：、])(?:经(?:综合)?评价，?)?(?:\d{4}年度?)?([^，。；：“”\d]{3,40}?)(?:综合)?(?:评价)?得分(?:为)?\d"
    ),
    re.compile(
        r"(?:对|就)(?:\d{4}年度?)?([^，。；：“”]{3,40}?)(?:开展|进行|实施)了?(?:\w{0,6})(?:绩效|财政)?评价"
    ),
    re.compile(
        r"(?:^|\d[.．、])(?:\d{4}年度?)?([^，。；：“”]{3,40}?)(?:财政|部门|项目支出)?(?:绩效)?评价(?:报告|评分表)"
    ),
)
_UNIT = re.compile(
    r"(?:项目单位|项目实施单位|实施单位|被评价单位|主管部门)(?:为|是|：|:)([^，。；、（(]{3,30})"
)
_APPLIED = re.compile(
    r"([一-鿿]{1,16}(?:局|委员会|委|办公室|中心|学校|医院|管委会))[^，。；]{0,16}申报"
)
_YEAR = re.compile(r"(\d{4})年度")


def hold_names(report: WordReport, sheet: ScoreSheetFacts, out: Comparison) -> None:
    """Compare every place where the report names its project, its unit or its year."""
    own = squeezed(sheet.subject)
    for passage in report.passages:
        text = squeezed(passage.text)
        if own:
            for pattern in _SAID_OF:
                for hit in pattern.finditer(text):
                    _project(passage, hit.group(1), own, sheet, out)
        if sheet.unit:
            for hit in (*_UNIT.finditer(text), *_APPLIED.finditer(text)):
                _unit(passage, hit.group(1), squeezed(sheet.unit), out)
    title = squeezed(report.title)
    for hit in _YEAR.finditer(title):
        if sheet.year is not None:
            same = int(hit.group(1)) == sheet.year
            out.hold("BG-22", report.title, hit.group(), f"{sheet.year}年度", "年度", same=same)


def _project(
    passage: Passage, said: str, own: str, sheet: ScoreSheetFacts, out: Comparison
) -> None:
    levels = {row.level1 for row in sheet.criteria}
    if any(said.startswith(word) for word in (*_NOT_A_NAME, *levels)):
        return
    name = re.sub(r"^(?:本次|我们|评价组|关于)", "", said)
    if name.startswith("以上") or name.endswith(("指标", "类")) or len(name) < 4:
        return
    same = name == own or own in name or (name in own and len(name) * 2 >= len(own))
    out.hold("BG-20", passage.where, name, own, "项目名称", same=same)


def _unit(passage: Passage, said: str, own: str, out: Comparison) -> None:
    same = own.endswith(said) or said.endswith(own) or said in own or _tail(said, own)
    out.hold("BG-20", passage.where, said, own, "单位名称", same=same)


def _tail(said: str, own: str) -> bool:
    """示例区水务局 and 区水务局 name one unit: one ends as the other from 区, 县 or 市 on."""
    cut = re.sub(r"^.*?[区县市省](?=.{3,}$)", "", own)
    return bool(cut) and said.endswith(cut)
