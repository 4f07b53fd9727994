"""A paper that is to be published as it crosses the pipe of the child that read it."""

from __future__ import annotations

import msgspec

from wenxiao.rulebook.problems import Problem


class PaperPassage(msgspec.Struct):
    """A paragraph or line and where it stands."""

    place: str
    text: str


class PaperTable(msgspec.Struct):
    """A table: its name, the words right before it, its rows, and the address of each cell."""

    name: str
    before: str
    rows: list[list[str]]
    cells: list[list[str]]


class Link(msgspec.Struct):
    """An address a reader may follow; ``#name`` inside the paper."""

    place: str
    address: str


class PublicPaper(msgspec.Struct):
    """Everything the public would read of one file; ``anchors`` are the
    places inside it that links may name.
    """

    file: str
    passages: list[PaperPassage] = []
    tables: list[PaperTable] = []
    links: list[Link] = []
    anchors: list[str] = []
    problems: list[Problem] = []
