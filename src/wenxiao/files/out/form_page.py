"""Official forms as one plain web page: the same grid the workbook prints, merged cells and all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from wenxiao.files.out.form_grid import FormGrid, shown

_HEAD = (
    '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>{title}</title></head><body>"
)


def form_page(forms: Sequence[FormGrid], title: str) -> bytes:
    """The forms below each other, UTF-8; everything written in them is text."""
    parts = [_HEAD.format(title=escape(title))]
    for form in forms:
        parts += _form(form)
    return "".join([*parts, "</body></html>"]).encode()


def _form(form: FormGrid) -> Iterator[str]:
    yield f"<h1>{escape(form.title)}</h1>"
    for line in (form.watermark, form.attachment, form.name, form.subtitle):
        if line:
            yield f"<p>{escape(line)}</p>"
    yield '<table border="1" cellpadding="6">'
    spans = {(one.top, one.left): one for one in form.spans}
    covered = {
        (one.top + down, one.left + along)
        for one in form.spans
        for down in range(one.rows)
        for along in range(one.cols)
        if down or along
    }
    for row in range(form.rows):
        yield "<tr>"
        for col in range(len(form.widths)):
            if (row, col) in covered:
                continue
            span = spans.get((row, col))
            size = f' rowspan="{span.rows}" colspan="{span.cols}"' if span else ""
            text = escape(shown(form.cells.get((row, col)))).replace("\n", "<br>")
            yield f"<td{size}>{text}</td>"
        yield "</tr>"
    yield "</table>"
    for line in form.below:
        yield f"<p>{escape(line)}</p>"
