"""Problems and suggestions: how many there are, and whether each stands in
the report and in the sheet's list.
"""

from __future__ import annotations

import re

from wenxiao.rulebook.reconcile.facts import Comparison, Passage, ScoreSheetFacts, WordReport
from wenxiao.rulebook.reconcile.words import CHINESE_NUMBER, bare, chinese, likeness, squeezed

_NUMBERED = re.compile(
    r"^[（(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）]?[.．、)）]|^[一二三四五六七八九十]{1,3}是"
)
_COUNT = rf"({CHINESE_NUMBER}|\d+)(?:个|条|项|点|类)?(?:方面)?(?:的|主要|突出|具体)*"


def hold_lists(
    report: WordReport, sheet: ScoreSheetFacts, out: Comparison, least_same: float
) -> None:
    """Compare the counts and the items of problems and suggestions."""
    for word, held in (("问题", sheet.problems), ("建议", sheet.suggestions)):
        part = _part(report, word)
        items = [passage for passage in part if _NUMBERED.match(squeezed(passage.text))]
        _counts(report, part, word, len(held), len(items), out)
        if held and part:
            _missing(part, items, word, held, out, least_same)


def _part(report: WordReport, word: str) -> list[Passage]:
    """The paragraphs under the top heading that names problems (or suggestions)."""
    return [
        passage
        for passage in report.passages
        if word in passage.part and passage.text != passage.part
    ]


def _counts(
    report: WordReport, part: list[Passage], word: str, held: int, listed: int, out: Comparison
) -> None:
    pattern = re.compile(rf"{_COUNT}{word}")
    for passage in part or report.passages:
        text = squeezed(passage.text)
        if _NUMBERED.match(text):
            continue
        for hit in pattern.finditer(text):
            count = chinese(hit.group(1))
            if count is None:
                continue
            if held:
                out.hold(
                    "BG-18",
                    passage.where,
                    hit.group(),
                    f"清单{held}条",
                    f"{word}条数",
                    same=count == held,
                )
            if listed and listed not in {count, held}:
                shown = f"正文列出{listed}条"
                out.hold("BG-18", passage.where, hit.group(), shown, f"{word}条数", same=False)


def _missing(
    part: list[Passage],
    items: list[Passage],
    word: str,
    held: tuple[str, ...],
    out: Comparison,
    least_same: float,
) -> None:
    where = part[0].part
    whole = "".join(squeezed(passage.text) for passage in part)
    names = [bare(passage.text) for passage in items]
    taken: set[int] = set()
    for item in held:
        own = bare(item)
        at = next(
            (
                place
                for place, name in enumerate(names)
                if place not in taken and _same(own, name, least_same)
            ),
            None,
        )
        if at is not None:
            taken.add(at)
        present = at is not None or own in whole
        stated = names[at] if at is not None else own if present else "没有写"
        out.hold("BG-19", where, stated, own, f"{word}清单中的一条", same=present)
    for place, name in enumerate(names):
        if place not in taken and not any(bare(item) in name for item in held):
            out.hold("BG-19", items[place].where, name, "清单中没有", f"报告中的{word}", same=False)


def _same(own: str, name: str, least_same: float) -> bool:
    return own in name or name in own or likeness(own, name) >= least_same
