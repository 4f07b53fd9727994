"""The papers rules stand on: title, number, body, date and effect come with
the product, the words from the bureau.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from wenxiao.rulebook import basis
from wenxiao.rulebook.basis import standing_of
from wenxiao.rulebook.grounds import Standing
from wenxiao.rulebook.laws import Clause, clauses

FILE = Path(__file__).parent / "papers.yaml"
_STATE = "中华人民共和国"


@dataclass(frozen=True, slots=True)
class RulePaper:
    """One paper as it is cited.
    ``standing``: how far its number and date were checked; ``kind`` as the library lists it.
    """

    code: str
    title: str
    number: str
    body: str
    issued: str
    effect: str
    kind: str
    standing: Standing
    note: str = ""

    @property
    def named(self) -> str:
        """Number and title in one line."""
        return f"{self.number} {self.title}".strip()


@dataclass(frozen=True, slots=True)
class Citation:
    """A rule that stands on a paper: the rule's name and title, the clause
    it names, and the code of a clause of law.
    """

    rule: str
    title: str
    clause: str
    law: str = ""


@cache
def papers() -> tuple[RulePaper, ...]:
    """Every paper, laws first."""
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(_paper(entry) for entry in data["papers"])


def _paper(entry: Mapping[str, Any]) -> RulePaper:
    texts = ("code", "title", "number", "body", "issued", "effect", "kind", "note")
    return RulePaper(
        **{key: str(entry.get(key) or "") for key in texts}, standing=standing_of(entry)
    )


def paper_of(title: str, number: str = "") -> RulePaper | None:
    """The paper a library's entry is: by number where it has one, else by
    title; None for one no rule cites.
    """
    wanted = _bare(number)
    if wanted:
        return next((one for one in papers() if _bare(one.number) == wanted), None)
    name = _title(title)
    return next((one for one in papers() if _title(one.title) == name), None)


def _bare(number: str) -> str:
    return re.sub(r"[\s\[\]【】〔〕（）()《》]", "", number)


def _title(title: str) -> str:
    return re.sub(r"[\s《》]", "", title).removeprefix(_STATE)


def laws_of(paper: RulePaper) -> tuple[Clause, ...]:
    """The clauses of a law that rules carry out; none for any other paper."""
    return tuple(
        one for one in clauses().values() if _title(one.cite["title"]) == _title(paper.title)
    )


@cache
def citations_of(paper: RulePaper) -> tuple[Citation, ...]:
    """Every rule that stands on the paper: by its number or title in the
    rule's document, or by a clause of law.
    """
    citations = [*_by_document(paper), *_by_law(paper)]
    return tuple(dict.fromkeys(citations))


def _by_document(paper: RulePaper) -> list[Citation]:
    words = (paper.number or paper.title).strip()
    return [
        Citation(name, basis.load(name).title, clause)
        for name in basis.names()
        for value in basis.load(name).values
        for document, clause in ((value.document, value.clause), *_named_in(value.content))
        if words in document
    ]


def _named_in(item: object) -> list[tuple[str, str]]:
    """The papers that nodes inside a rule's content name, each with its clause."""
    if isinstance(item, Mapping):
        own = [
            (str(item[key]), str(item.get("clause") or ""))
            for key in ("document", "source")
            if isinstance(item.get(key), str)
        ]
        return own + [citations for one in item.values() for citations in _named_in(one)]
    if isinstance(item, list | tuple):
        return [citations for one in item for citations in _named_in(one)]
    return []


def _by_law(paper: RulePaper) -> list[Citation]:
    behind = {one.code: one for one in laws_of(paper)}
    citations = []
    for name in basis.names():
        file = basis.load(name)
        for value in file.values:
            for code in (*value.laws, *_codes_in(value.content)):
                if code in behind:
                    clause = behind[code]
                    citations.append(Citation(name, file.title, clause.cite["clause"], code))
    return citations


def _codes_in(item: object) -> list[str]:
    """The clauses of law that nodes inside a rule's content name."""
    if isinstance(item, Mapping):
        own = [str(code) for code in item.get("laws", ())]
        return own + [code for one in item.values() for code in _codes_in(one)]
    if isinstance(item, list | tuple):
        return [code for one in item for code in _codes_in(one)]
    return []
