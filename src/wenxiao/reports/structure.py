"""A report before it has a medium: sections of paragraphs and tables made of text runs and bound
figures.

Page and document are printed from the same object; signed, it is kept as plain data and read back
unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from wenxiao.reports.figures import Figure

Style = Literal["body", "item", "note"]
_PLACE = re.compile(r"\{([^{}]*)\}")


class UnknownPlaceError(ValueError):
    """Prose that refers to a figure or word the report does not have; the sentence names it."""


@dataclass(frozen=True, slots=True)
class TextRun:
    """A stretch of text; ``figure`` is the id of the figure printed here, empty for plain text."""

    text: str
    figure: str = ""


Runs = tuple[TextRun, ...]
Words = Mapping[str, "str | Figure | Runs"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Runs in one style; ``key`` names the prose an author may rewrite,
    ``source`` says whose wording it is.
    """

    runs: Runs
    style: Style = "body"
    key: str = ""
    source: str = ""

    @property
    def text(self) -> str:
        """The paragraph as plain text."""
        return plain_text(self.runs)


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column: heading, share of the width, alignment."""

    heading: str
    width: float
    align: Literal["left", "center", "right"] = "center"


@dataclass(frozen=True, slots=True)
class ReportTable:
    """Rows of cells; a cell is runs, its lines parted by a newline in them."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Runs, ...], ...]
    caption: str = ""

    @property
    def texts(self) -> list[list[str]]:
        """The cells as plain text."""
        return [[plain_text(cell) for cell in row] for row in self.rows]


Block = Paragraph | ReportTable


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered section; ``number`` is 一, 二 … given when all sections are known."""

    key: str
    heading: str
    blocks: tuple[Block, ...]
    number: str = ""

    @property
    def title(self) -> str:
        """「一、部门整体支出财政重点评价情况」."""
        return f"{self.number}、{self.heading}" if self.number else self.heading


@dataclass(frozen=True, slots=True)
class Issue:
    """What signing gives: issue number, signer and date; all empty while it is a draft."""

    number: int | None = None
    signer: str = ""
    date: str = ""

    @property
    def text(self) -> str:
        """「第3期」, or room for the number."""
        return f"第{self.number}期" if self.number else "第　　期"


@dataclass(frozen=True, slots=True)
class Report:
    """The whole paper. ``notes`` are for the author's eyes and are never printed in it."""

    masthead: str
    issue: Issue
    editor: str
    title: str
    opening: tuple[Paragraph, ...]
    sections: tuple[Section, ...]
    attachments: tuple[str, ...]
    work_year: int
    version: str
    demo: bool
    figures: Mapping[str, Figure] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        """「※【工作动态】※」, as the head of the paper prints it."""
        return f"※【{self.masthead}】※"

    def blocks(self) -> Iterator[Block]:
        """Opening and sections' blocks in reading order."""
        yield from self.opening
        for section in self.sections:
            yield from section.blocks

    @property
    def text(self) -> str:
        """The printed words without tables, a paragraph a line."""
        lines = [paragraph.text for paragraph in self.opening]
        for section in self.sections:
            lines.append(section.title)
            lines += [block.text for block in section.blocks if isinstance(block, Paragraph)]
        return "\n".join(lines)

    def shown_figures(self) -> tuple[Figure, ...]:
        """The figures that stand in the text or its tables, in reading order, each once."""
        seen: dict[str, Figure] = {}
        for runs in _all_runs(self.blocks()):
            for run in runs:
                if run.figure and run.figure not in seen:
                    seen[run.figure] = self.figures[run.figure]
        return tuple(seen.values())


def _all_runs(blocks: Iterable[Block]) -> Iterator[Runs]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block.runs
        else:
            for row in block.rows:
                yield from row


def plain_text(runs: Runs) -> str:
    """Runs as plain text."""
    return "".join(run.text for run in runs)


def figure_runs(figure: Figure) -> Runs:
    """A figure in running text; money brings its unit, so that a changed
    unit never stands beside old words.
    """
    shown = (TextRun(figure.text or "（未录入）", figure.id),)
    return (*shown, TextRun(figure.unit)) if figure.yuan is not None else shown


def placeholders(template: str) -> tuple[str, ...]:
    """The names prose refers to, in order."""
    return tuple(_PLACE.findall(template))


def bind(template: str, words: Words) -> Runs:
    """Prose with ``{名称}`` replaced by words, figures or composed runs;
    UnknownPlaceError for a name nobody knows.
    """
    runs: list[TextRun] = []
    for at, part in enumerate(_PLACE.split(template)):
        if at % 2 == 0:
            runs += [TextRun(part)] if part else []
        elif part not in words:
            raise UnknownPlaceError(
                f"正文里的“{{{part}}}”没有对应的数据。可用的有：{'、'.join(sorted(words))}。"
            )
        else:
            runs += as_runs(words[part])
    return tuple(runs)


def as_runs(word: str | Figure | Runs) -> Runs:
    """A word, figure or runs as runs."""
    if isinstance(word, str):
        return (TextRun(word),) if word else ()
    return figure_runs(word) if isinstance(word, Figure) else word


def joined(parts: Iterable[Runs], between: str) -> Runs:
    """Stretches of runs with a text between them."""
    runs: list[TextRun] = []
    for at, part in enumerate(parts):
        runs += ([TextRun(between)] if at else []) + list(part)
    return tuple(runs)


# --- as plain data --------------------------------------------------------------------------------


def as_data(report: Report) -> dict[str, Any]:
    """The report as JSON data: what signing keeps. Figures that are not printed are left out."""
    return {
        "masthead": report.masthead,
        "issue": {
            "number": report.issue.number,
            "signer": report.issue.signer,
            "date": report.issue.date,
        },
        "editor": report.editor,
        "title": report.title,
        "opening": [_paragraph_data(paragraph) for paragraph in report.opening],
        "sections": [
            {
                "key": section.key,
                "heading": section.heading,
                "number": section.number,
                "blocks": [_block_data(block) for block in section.blocks],
            }
            for section in report.sections
        ],
        "attachments": list(report.attachments),
        "work_year": report.work_year,
        "version": report.version,
        "demo": report.demo,
        "figures": [figure.as_data() for figure in report.shown_figures()],
    }


def _runs_data(runs: Runs) -> list[list[str]]:
    return [[run.text, run.figure] if run.figure else [run.text] for run in runs]


def _paragraph_data(paragraph: Paragraph) -> dict[str, Any]:
    return {"runs": _runs_data(paragraph.runs), "style": paragraph.style, "key": paragraph.key}


def _block_data(block: Block) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        return _paragraph_data(block)
    return {
        "columns": [
            [column.heading, f"{column.width:g}", column.align] for column in block.columns
        ],
        "rows": [[_runs_data(cell) for cell in row] for row in block.rows],
        "caption": block.caption,
    }


def from_data(data: Mapping[str, Any]) -> Report:
    """A report from what :func:`as_data` kept; its figures are the frozen ones."""
    figures = {item["id"]: Figure.from_data(item) for item in data["figures"]}
    return Report(
        masthead=data["masthead"],
        issue=Issue(**data["issue"]),
        editor=data["editor"],
        title=data["title"],
        opening=tuple(_paragraph(item) for item in data["opening"]),
        sections=tuple(
            Section(
                item["key"],
                item["heading"],
                tuple(_block(block) for block in item["blocks"]),
                item["number"],
            )
            for item in data["sections"]
        ),
        attachments=tuple(data["attachments"]),
        work_year=data["work_year"],
        version=data["version"],
        demo=data["demo"],
        figures=figures,
    )


def _runs(data: Iterable[list[str]]) -> Runs:
    return tuple(TextRun(*item) for item in data)


def _paragraph(data: Mapping[str, Any]) -> Paragraph:
    return Paragraph(_runs(data["runs"]), data["style"], data["key"])


def _block(data: Mapping[str, Any]) -> Block:
    if "runs" in data:
        return _paragraph(data)
    columns = tuple(
        Column(heading, float(width), align) for heading, width, align in data["columns"]
    )
    return ReportTable(
        columns, tuple(tuple(_runs(cell) for cell in row) for row in data["rows"]), data["caption"]
    )
