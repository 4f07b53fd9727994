"""Lay out all pages: 100 columns, what stands in something indented, and not a blank more or less
in the browser.

    python scripts/format_templates.py [--check]

A line breaks where a blank stands, where none would be seen, or at a Jinja mark, which then says
with its dash that the break is none. Every page is compared with what it was, parsed by Jinja,
before it is written.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Literal

from template_sense import same
from template_tokens import APART, MIDDLES, Group, Leaf, code, free, leaves, spaced, tree

ROOT = Path(__file__).resolve().parent.parent
WIDTH, STEP = 100, 2
Glue = Literal["free", "space", "fixed", "block", "dash", "tight"]
Item = Leaf | Group


def first_of(item: Item) -> Leaf:
    """The token an item begins with."""
    return item.open if isinstance(item, Group) else item


def last_of(item: Item) -> Leaf:
    """The token an item ends with."""
    return item.close if isinstance(item, Group) else item


def glue(left: Leaf, right: Leaf) -> Glue:
    """What may stand between two tokens: any blank, one, one on the same
    line, none though a line may break, none.
    """
    if free(left, right):
        return "free"
    if right.gap:
        return "fixed" if left.silent and right.silent else "space"
    if left.silent and right.silent:
        return "block"
    wide = (
        left.text[-1:].isspace() or right.text[:1].isspace()
    )  # Jinja's dash would eat a full-width blank
    return "dash" if (left.jinja or right.jinja) and not wide else "tight"


def flat(item: Item) -> str:
    """An item on one line."""
    if isinstance(item, Leaf):
        return item.text
    text, left = item.open.text, item.open
    for one in [*item.body, item.close]:
        right = first_of(one)
        text += (" " if glue(left, right) in {"space", "fixed"} else "") + flat(one)
        left = last_of(one)
    return text


def apart(item: Item) -> bool:
    """Whether an item likes a line of its own: a block of the browser or of Jinja."""
    if isinstance(item, Group):
        return item.open.kind == "stmt" or item.open.name in APART
    return item.name in APART or item.silent


class Paper:
    """Lines as they are written."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line = ""

    def turn(self, depth: int) -> None:
        """Begin a line."""
        if self.line.strip():
            self.lines.append(self.line.rstrip())
        self.line = " " * (STEP * depth)

    def blank(self) -> None:
        """Leave a line empty."""
        self.turn(0)
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def room(self, text: str) -> bool:
        """Whether a text still fits on the line."""
        return len(self.line) + len(text) <= WIDTH

    def begun(self) -> bool:
        """Whether anything stands on the line."""
        return bool(self.line.strip())


def fill(paper: Paper, pieces: list[str], depth: int) -> None:
    """Pieces that blanks divide, broken where the line is full."""
    for at, piece in enumerate(pieces):
        blank = " " if at else ""
        bound = at and pieces[at - 1].endswith("%}") and piece.startswith("{%")
        if at and not bound and not paper.room(blank + piece):
            paper.turn(depth)
            blank = ""
        if not paper.room(blank + piece) and "{" in piece and not re.match(r"\{[{%#]$", piece):
            inner = code(piece) if piece.startswith("{") else quoted(piece)
            if len(inner) > 1:
                paper.line += blank
                fill(paper, inner, depth)
                continue
        paper.line += blank + piece


def quoted(piece: str) -> list[str]:
    """An attribute cut at the blanks of the Jinja pieces inside it."""
    parts, start = [], 0
    for match in re.finditer(r"\{%.*?%\}|\{\{.*?\}\}", piece):
        words = code(match[0])
        if len(words) > 1:
            parts += [piece[start : match.start()] + words[0], *words[1:-1]]
            start = match.end() - len(words[-1])
    return [*parts, piece[start:]]


def put_leaf(paper: Paper, leaf: Leaf, depth: int) -> None:
    """One token where the line stands, over several lines if it is long."""
    if "\n" in leaf.text:
        *above, paper.line = (paper.line + leaf.text).split("\n")
        paper.lines += above
    elif paper.room(leaf.text) or leaf.kind in {"word", "raw", "close"}:
        paper.line += leaf.text
    elif leaf.jinja:
        fill(paper, code(leaf.text), depth + 2)
    else:
        fill(paper, spaced(leaf.text), depth + 2)


def dashed(paper: Paper, left: Leaf, right: Leaf) -> Leaf:
    """Break a line where no blank may come: a dash on the block before,
    else on the Jinja piece after or before.
    """
    if left.silent or not right.jinja:
        paper.line = re.sub(r" ([%}#]\})$", r" -\1", paper.line)
        return right
    return Leaf(right.kind, f"{right.text[:2]}-{right.text[2:]}", right.name, strict=right.strict)


def marked(item: Item, leaf: Leaf) -> Item:
    """The item with another first token."""
    return Group(leaf, item.close, item.body) if isinstance(item, Group) else leaf


def put(paper: Paper, left: Leaf, item: Item, depth: int, *, eager: bool) -> None:
    """The next item: on the line if it fits and wants to, else on a new one, else opened up."""
    kind, text = glue(left, first_of(item)), flat(item)
    blank = " " if kind in {"space", "fixed"} else ""
    fits = paper.room(blank + text) and "\n" not in text
    able = kind in {"free", "block", "dash"} or (kind == "space" and (depth or not left.silent))
    wants = kind in {"free", "block"} or (eager and kind in {"space", "dash"})
    if able and paper.begun() and (wants or not fits):
        if kind == "dash":
            item = marked(item, dashed(paper, left, first_of(item)))
        paper.turn(depth)
    else:
        paper.line += blank
    if isinstance(item, Group) and not (paper.room(flat(item)) and "\n" not in text):
        put_group(paper, item, depth)
    elif isinstance(item, Group):
        paper.line += flat(item)
    else:
        put_leaf(paper, item, depth)


def put_group(paper: Paper, group: Group, depth: int) -> None:
    """An element or block over several lines: what stands in it one step further in."""
    put_leaf(paper, group.open, depth)
    put_all(paper, group.open, group.body, depth + 1, eager=group.open.kind == "stmt")
    left = last_of(group.body[-1]) if group.body else group.open
    put(paper, left, group.close, depth, eager=True)


def put_all(paper: Paper, left: Leaf, items: list[Item], depth: int, *, eager: bool) -> None:
    """Items one after another; blocks on lines of their own, words filling lines."""
    for at, item in enumerate(items):
        leaf = first_of(item)
        middle = leaf.kind == "stmt" and leaf.name in MIDDLES
        alone = middle or (eager and not at) or apart(item) or left.name in MIDDLES
        put(paper, left, item, depth - 1 if middle else depth, eager=alone)
        left = last_of(item)


def formatted(source: str) -> str:
    """A page laid out."""
    paper, items = Paper(), tree(leaves(source))
    outside = all(
        (isinstance(one, Group) and one.open.kind == "stmt") or last_of(one).silent for one in items
    ) and any(last_of(one).name in {"extends", "endmacro"} for one in items)
    for item in items if outside else ():
        first_of(item).gap = False
    left = Leaf("stmt", "")
    for at, item in enumerate(items):
        if outside and at and spacious(items[at - 1], item):
            paper.blank()
            left = Leaf("stmt", "")
        put(paper, left, item, 0, eager=True)
        left = last_of(item)
    paper.turn(0)
    return "\n".join(paper.lines) + "\n"


def spacious(before: Item, item: Item) -> bool:
    """Whether an empty line stands between two parts of a page: before a
    macro with its comment, and after one.
    """
    if first_of(before).kind == "comment":
        return False
    return first_of(item).kind == "comment" or "macro" in {
        first_of(before).name,
        first_of(item).name,
    }


def main(words: list[str]) -> int:
    """Lay out every page, or with --check only name those that are not; 1
    where one is not or would change.
    """
    wrong = 0
    for path in sorted((ROOT / "src").rglob("templates/**/*.html")):
        source = path.read_text(encoding="utf-8")
        result = formatted(source)
        name = path.relative_to(ROOT)
        if not same(source, result):
            print(f"{name}：排版会改变页面，没有写入。请在有疑问的地方把空白写明。")
            wrong += 1
        elif result != source and "--check" in words:
            print(f"{name}：没有按约定排版，请运行 make format。")
            wrong += 1
        elif result != source:
            path.write_text(result, encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
