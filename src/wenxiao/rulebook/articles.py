"""The words of a paper split by 条, and a clause of law held against them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from wenxiao.rulebook.grounds import digest
from wenxiao.rulebook.laws import Clause

_ARTICLE = re.compile(
    r"^[\s\u3000]*(第[一二三四五六七八九十百千零〇]{1,7}条(?:之[一二三四五六七八九十]{1,2})?)[\s\u3000：:]*(.*)$"
)
_CITED = re.compile(
    r"^[\s\u3000]*第[一二三四五六七八九十百千零〇]{1,7}条(?:之[一二三四五六七八九十]{1,2})?"
    r"(?:第|[、，。；）)]|规定|所列|所称|的|和|或|至|及)"
)
"""A line broken inside a sentence that cites another 条; no article begins with these words."""
_RADICALS = re.compile("[\u2e80-\u2fdf]")
_HEADING = re.compile(r"^[\s\u3000]*第[一二三四五六七八九十百零〇]{1,5}[编章节](?:[\s\u3000]|$)")
_BASE = re.compile(r"第[一二三四五六七八九十百千零〇]{1,7}条(?:之[一二三四五六七八九十]{1,2})?")

Met = Literal["same", "differs", "absent"]
"""same: the words are those that were compared. differs: other words.
absent: the paper has no such 条.
"""


@dataclass(frozen=True, slots=True)
class ArticleText:
    """One 条: its label, its words without the label (paragraphs by line), and their digest."""

    label: str
    words: str

    @property
    def sha256(self) -> str:
        """What two readers of the same words can compare."""
        return digest(self.words)


def plain_characters(text: str) -> str:
    """The text with the radicals some PDF writers put for whole characters (⼀ for 一) as those
    characters.
    """
    return _RADICALS.sub(lambda one: unicodedata.normalize("NFKC", one.group()), text)


def cites(line: str) -> bool:
    """Whether a line that starts with a 条 goes on with a sentence citing it: 「第十条规定的…」."""
    return _CITED.match(line) is not None


def split(text: str) -> tuple[ArticleText, ...]:
    """The articles of a paper in order; what stands before the first one and headings of chapters
    are none.

    A label that comes again (a table of contents before the body) keeps the longer words.
    """
    words_by_label: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in plain_characters(text).splitlines():
        begins = None if cites(line) else _ARTICLE.match(line)
        if begins:
            label, rest = begins.groups()
            lines = [rest.strip()] if rest.strip() else []
            if len("".join(lines)) >= len("".join(words_by_label.get(label, []))):
                words_by_label[label] = lines
            continue
        if _HEADING.match(line):
            lines = None
        elif lines is not None and line.strip():
            lines.append(line.strip())
    return tuple(
        ArticleText(label, "\n".join(words)) for label, words in words_by_label.items() if words
    )


def label_of(clause: str) -> str:
    """The 条 a clause stands in: 「第三十二条第一款」 → 「第三十二条」; empty where it names none."""
    hit = _BASE.search(clause)
    return hit.group() if hit else ""


@dataclass(frozen=True, slots=True)
class Held:
    """A clause of law beside a paper's words: whether they are the same."""

    clause: Clause
    label: str
    met: Met

    @property
    def said(self) -> str:
        """As a page says it."""
        return {
            "same": "与核对过的条文一致",
            "differs": "与核对过的条文不同，请核对是否为同一版本",
            "absent": f"没有找到{self.label}",
        }[self.met]


def held_against(clauses: Iterable[Clause], articles: Mapping[str, str]) -> tuple[Held, ...]:
    """Some clauses beside a paper's articles (label → SHA-256)."""
    compared = []
    for clause in clauses:
        label = label_of(clause.cite["clause"])
        known = articles.get(label)
        met: Met = "absent"
        if known is not None:
            met = "same" if known == clause.seen["sha256"] else "differs"
        compared.append(Held(clause, label, met))
    return tuple(compared)
