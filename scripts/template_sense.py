"""What a page says to Jinja and to a browser, whatever its layout: two
layouts of one page have the same sense.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from jinja2 import Environment, nodes
from template_tokens import APART, INSIDE, STRICT, VOID

ENVIRONMENT = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=True)
TAG = re.compile(r"""<(/?)([a-zA-Z][\w-]*)((?:\x01\d+\x02|"[^"]*"|'[^']*'|[^<>"'])*)>""", re.DOTALL)
BLANKS = re.compile(r"[ \t\n\r\f]+")
BEFORE_END = re.compile(r"[ \t\n\r\f]+(/?>)$")
BESIDE = re.compile(r"[ \t\n\r\f]*\x03[ \t\n\r\f]*")
BODIES = ("body", "elif_", "else_")


class Sense:
    """A page as one string: its data as they are, each Jinja piece as the number of its meaning."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.parts: list[str] = []

    def mark(self, meaning: str) -> None:
        """A Jinja piece."""
        self.parts.append(f"\x01{self.numbers.setdefault(meaning, len(self.numbers))}\x02")

    def walk(self, node: Any) -> None:
        """A node and what stands in it."""
        if isinstance(node, nodes.Output):
            for one in node.nodes:
                if isinstance(one, nodes.TemplateData):
                    self.parts.append(one.data)
                else:
                    self.mark(repr(one))
            return
        about = [(name, value) for name, value in node.iter_fields() if name not in BODIES]
        self.mark(f"{type(node).__name__} {about!r}")
        for name in BODIES:
            for one in getattr(node, name, None) or []:
                self.walk(one)
            self.mark(f"end of {name}")


def _silent(part: nodes.Node) -> bool:
    """Whether a part of a page shows nothing where it stands."""
    kinds = (nodes.Macro, nodes.Import, nodes.FromImport, nodes.Assign, nodes.Extends, nodes.Block)
    if isinstance(part, nodes.Output):
        return all(
            isinstance(one, nodes.TemplateData) and not one.data.strip() for one in part.nodes
        )
    return isinstance(part, kinds)


def sense(source: str, numbers: dict[str, int] | None = None) -> str:
    """The page's sense; ``numbers`` makes the marks of two pages comparable."""
    page, whole = ENVIRONMENT.parse(source), Sense()
    whole.numbers = numbers if numbers is not None else {}
    outside = page.find(nodes.Extends) is not None or all(_silent(one) for one in page.body)
    for one in page.body:
        if outside and isinstance(one, nodes.Output):
            continue
        whole.walk(one)
    return browsed("".join(whole.parts))


@lru_cache(maxsize=20_000)
def _tag(text: str) -> tuple[str, bool]:
    """A tag with one blank for many, and whether blanks inside its element stay as they are."""
    whole = BEFORE_END.sub(r"\1", BLANKS.sub(" ", text))
    return whole, bool(STRICT.search(whole))


def browsed(text: str) -> str:
    """Blanks as a browser sees them: one for many, none beside what it sets apart."""
    parts: list[str] = []
    strict: list[tuple[str, bool]] = []
    at = 0
    for tag in TAG.finditer(text):
        parts.append(BLANKS.sub(" ", text[at : tag.start()]))
        closing, name = tag[1] == "/", tag[2].lower()
        whole, kept = _tag(tag[0])
        bound = bool(strict.pop()[1]) if closing and strict and strict[-1][0] == name else False
        if not closing and name not in VOID and not whole.endswith("/>"):
            bound = kept
            strict.append((name, bound))
        inner = name in INSIDE and not bound
        outer = name in APART
        before, after = (inner, outer) if closing else (outer, inner)
        after = outer if name in VOID or whole.endswith("/>") else after
        parts.append(("\x03" if before else "") + whole + ("\x03" if after else ""))
        at = tag.end()
    text = "".join([*parts, BLANKS.sub(" ", text[at:])])
    return BESIDE.sub("", text).strip(" \t\n\r\f")


def same(before: str, after: str) -> bool:
    """Whether two layouts are the same page."""
    numbers: dict[str, int] = {}
    return sense(before, numbers) == sense(after, numbers)
