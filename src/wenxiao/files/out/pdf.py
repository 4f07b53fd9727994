"""PDF by typst: official forms and reports, from the same grids and pieces as Word.
Fonts are those of the machine.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import typst

from wenxiao.files.out.form_grid import FormGrid, shown

PREFERRED: dict[str, tuple[str, ...]] = {
    "title": ("FZXiaoBiaoSong-B05S", "FandolSong", "Noto Serif CJK SC", "Source Han Serif SC"),
    "heading": ("SimHei", "FandolHei", "Noto Sans CJK SC", "Source Han Sans SC"),
    "subheading": ("KaiTi_GB2312", "KaiTi", "FandolKai", "LXGW WenKai", "Noto Serif CJK SC"),
    "body": (
        "FangSong_GB2312",
        "FangSong",
        "FandolFang R",
        "FandolFang",
        "Noto Serif CJK SC",
        "Source Han Serif SC",
    ),
}
"""Fonts by use, the best first; 仿宋 and 楷体 fall back to Song."""


class NoChineseFontError(RuntimeError):
    """The machine has no Chinese font, so a PDF would show boxes; the text says what to install."""


@dataclass(frozen=True, slots=True)
class PdfBlock:
    """A piece of a report: ``kind`` title, heading1, heading2, paragraph, line, right; or a table
    with ``rows``.

    A masthead's ``head`` is issue, editor and date, as 工作动态 prints them; a room is an empty frame
    for the leaders' pen.
    """

    kind: str
    text: str = ""
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    widths: Sequence[float] = field(default=())
    align: Sequence[str] = ()
    """left, center or right per column of a table; empty = all centred."""


@lru_cache(maxsize=4)
def known_fonts(folders: tuple[Path, ...] = ()) -> frozenset[str]:
    """Names of the font families typst finds on this machine and in the given folders."""
    return frozenset(
        typst.Fonts(
            include_system_fonts=True, include_embedded_fonts=True, font_paths=list(folders)
        ).families()
    )


def chosen_fonts(folders: tuple[Path, ...] = ()) -> dict[str, list[str]]:
    """The families to use, by use; raises NoChineseFontError when there is none for Chinese."""
    known = known_fonts(folders)
    chosen = {use: [name for name in names if name in known] for use, names in PREFERRED.items()}
    everything = [name for names in chosen.values() for name in names]
    if not everything:
        raise NoChineseFontError(
            "本机没有中文字体，无法生成 PDF。请安装 fonts-noto-cjk（思源字体）后重试；Word 与 Excel 输出不受影响。"
        )
    fallback = list(dict.fromkeys(everything))
    return {
        use: [*names, *(name for name in fallback if name not in names)]
        for use, names in chosen.items()
    }


def forms_pdf(forms: Sequence[FormGrid], *, font_folders: Sequence[Path] = ()) -> bytes:
    """The forms as one PDF, each on its own page."""
    body = "\n#pagebreak(weak: true)\n".join(_form_source(form) for form in forms)
    return _compile(body, tuple(font_folders))


def report_pdf(
    blocks: Sequence[PdfBlock],
    *,
    watermark: str | None = None,
    font_folders: Sequence[Path] = (),
    compact: bool = False,
) -> bytes:
    """A report in the official style: A4, GB/T 9704 margins, page numbers 「— 1 —」;
    ``compact``: 四号, closer lines.
    """
    page = _page(landscape=False, narrow=False, watermark=watermark)
    if compact:
        page += "#set text(size: 14pt)\n#set par(leading: 8.85pt, spacing: 8.85pt)\n"
    return _compile(page + "\n".join(_block_source(block) for block in blocks), tuple(font_folders))


def _compile(body: str, folders: tuple[Path, ...]) -> bytes:
    fonts = chosen_fonts(folders)
    names = "\n".join(f"#let {use}-font = {_array(fonts[use])}" for use in PREFERRED)
    source = f"{names}\n{PREAMBLE}\n{body}"
    document = typst.Compiler(font_paths=list(folders)).compile(source.encode())
    if not isinstance(document, bytes):
        raise TypeError("PDF 应为一个文件。")
    return document


PREAMBLE = """
#set text(lang: "zh", region: "cn", size: 16pt, font: body-font)
#set par(justify: true, leading: 12.95pt, spacing: 12.95pt)
#let official-title(body) = align(
  center, par(leading: 12pt, text(font: title-font, size: 22pt, weight: "bold", body)))
#let form-title(body) = align(center, text(font: title-font, size: 18pt, weight: "bold", body))
#let red = rgb("#e01f1f")
#let masthead(name, issue, editor, date) = {
  align(center, text(font: title-font, size: 36pt, fill: red, name))
  align(center, issue)
  block(width: 100%, stroke: (bottom: 1.5pt + red), inset: (bottom: 5pt), grid(columns: (1fr, 1fr), editor, align(right, date)))
}
#let small(body) = text(size: 10.5pt, par(justify: false, leading: 5pt, spacing: 5pt, body))
"""


def _string(text: str) -> str:
    """A typst string literal: nothing in a user's text is markup or code."""
    return json.dumps(
        "".join(sign for sign in text if sign == "\n" or ord(sign) >= 32), ensure_ascii=False
    )


def _array(items: Sequence[str]) -> str:
    return "(" + "".join(f"{_string(item)}, " for item in items) + ")"


def _page(*, landscape: bool, narrow: bool, watermark: str | None) -> str:
    margin = "20mm" if narrow else "(top: 37mm, bottom: 35mm, left: 28mm, right: 26mm)"
    mark = (
        f', background: rotate(-45deg, text(size: 110pt, fill: rgb("#e4e4e4"), font: heading-font, {_string(watermark)}))'
        if watermark
        else ""
    )
    number = "footer: context align(center, text(size: 14pt)[— #counter(page).display() —])"
    return f'#set page(paper: "a4", flipped: {str(landscape).lower()}, margin: {margin}, {number}{mark})\n'


def _block_source(block: PdfBlock) -> str:
    text = _string(block.text)
    if block.kind == "masthead":
        return f"#masthead({text}, {', '.join(_string(part) for part in block.head)})"
    sources = {
        "title": f"#official-title({text})\n#v(1em)",
        "heading1": f"#block(sticky: true, par(first-line-indent: (amount: 2em, all: true), text(font: heading-font, {text})))",
        "heading2": f"#block(sticky: true, par(first-line-indent: (amount: 2em, all: true), text(font: subheading-font, {text})))",
        "line": f"#par({text})",
        "room": f"#block(width: 100%, height: 40mm, stroke: 0.5pt, inset: 6pt, above: 10pt, below: 22pt, text(size: 14pt, font: heading-font, {text}))",
        "right": f"#align(right, pad(right: 2em, {text}))",
    }
    if block.kind == "table":
        return _table_source(block)
    if block.kind == "paragraph":
        return "\n".join(
            f"#par(first-line-indent: (amount: 2em, all: true), {_string(part)})"
            for part in block.text.split("\n")
        )
    return sources[block.kind]


def _table_source(block: PdfBlock) -> str:
    columns = "(" + "".join(f"{width}fr, " for width in block.widths) + ")"
    head = ", ".join(f"small(text(font: heading-font, {_string(text)}))" for text in block.head)
    cells = "\n".join(
        ", ".join(f"small({_string(text)})" for text in row) + "," for row in block.rows
    )
    across = ", ".join(f"{side} + horizon" for side in block.align)
    align = (
        f"(x, y) => if y == 0 {{ center + horizon }} else {{ ({across},).at(x) }}"
        if across
        else "center + horizon"
    )
    return f"#table(columns: {columns}, align: {align}, inset: 4pt, stroke: 0.5pt, table.header({head}),\n{cells})"


def _form_source(form: FormGrid) -> str:
    lines = [_page(landscape=form.landscape, narrow=True, watermark=form.watermark)]
    lines.append(f"#form-title({_string(form.title)})")
    if form.subtitle:
        lines.append(f"#align(center, small({_string(form.subtitle)}))")
    columns = "(" + "".join(f"{width}fr, " for width in form.widths) + ")"
    lines.append(
        f"#set table(stroke: 0.5pt, inset: 4pt)\n#table(columns: {columns}, align: center + horizon,\n{_form_cells(form)})"
    )
    lines += [f"#small({_string(text)})" for text in form.below]
    return "\n".join(lines)


def _form_cells(form: FormGrid) -> str:
    spans = {(span.top, span.left): span for span in form.spans}
    covered = {
        (row, col)
        for span in form.spans
        for row in range(span.top, span.top + span.rows)
        for col in range(span.left, span.left + span.cols)
    } - set(spans)
    out = []
    for row in range(form.rows):
        for col in range(len(form.widths)):
            if (row, col) in covered:
                continue
            span = spans.get((row, col))
            font = ", font: heading-font" if (row, col) in form.strong else ""
            align = "left + horizon" if (row, col) in form.left else "center + horizon"
            size = f"rowspan: {span.rows}, colspan: {span.cols}, " if span else ""
            text = shown(form.cells.get((row, col)))
            out.append(
                f"table.cell(x: {col}, y: {row}, {size}align: {align}, small(text(size: 9.5pt{font}, {_string(text)}))),"
            )
    return "\n".join(out)
