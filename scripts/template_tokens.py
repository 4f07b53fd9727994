"""Pages cut into tokens by what a browser shows: where a blank stands, where one would change
nothing, where none may come.

Jinja eats the newline after a block and the blanks before one at the start of a line; a browser
eats blanks beside what it sets as a block. Everywhere else a blank is a blank, and between two
Chinese words it would be seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
BLANKS = " \t\n\r\f"
"""What a browser makes one blank of; a full-width blank (U+3000) is a character like any other."""
BLANK = re.compile(f"[{BLANKS}]+")
RAW = re.compile(r"<(textarea|pre|script|style)\b.*?</\1>|<!--.*?-->|<![^>]*>", re.DOTALL)
VOID = frozenset(
    (
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    )
)
WHOLE = frozenset({"textarea", "pre", "script", "style"})
"""What is left as it is, from its beginning to its end."""
DOCUMENT = ("html", "head", "body", "title", "meta", "link", "script", "style", "base")
SECTIONS = ("header", "footer", "main", "nav", "aside", "section", "article", "div", "p")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
LISTS = ("ul", "ol", "li", "dl", "dt", "dd")
TABLES = ("table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td")
FORMS = ("form", "fieldset", "legend", "option", "optgroup")
PARTS = ("details", "summary", "dialog", "figure", "figcaption", "hr", "br")
DRAWING = ("rect", "circle", "path", "line", "g", "defs", "pattern", "text", "use")
APART = frozenset((*DOCUMENT, *SECTIONS, *HEADINGS, *LISTS, *TABLES, *FORMS, *PARTS, *DRAWING))
"""What a browser sets apart from its neighbours: blanks outside it are not seen."""
INSIDE = (APART - {"td", "br", "hr", "text"}) | {"button", "select", "svg"}
"""What eats the blanks at its own beginning and end.
A cell must stay empty where nothing is in it.
"""
STRICT = re.compile(r"""class="[^"]*\b(?:long|side-box)\b""")
"""Pieces whose own blanks are seen, or which hide themselves only while they are really empty."""
OPENERS = frozenset(("block", "call", "for", "if", "macro"))
MIDDLES = frozenset(("else", "elif"))


@dataclass
class Leaf:
    """One token: a word, a tag, an expression, a statement, a comment, or
    something to leave as it is.
    """

    kind: str
    text: str
    name: str = ""
    gap: bool = False
    strict: bool = False

    @property
    def jinja(self) -> bool:
        """Whether Jinja writes it."""
        return self.kind in {"expr", "stmt", "comment"}

    @property
    def silent(self) -> bool:
        """Whether Jinja eats blanks beside it."""
        return self.kind in {"stmt", "comment"}


@dataclass
class Group:
    """What stands between an opening and its end: an element or a Jinja block."""

    open: Leaf
    close: Leaf
    body: list[Leaf | Group] = field(default_factory=list)

    @property
    def gap(self) -> bool:
        """Whether a blank stands before it."""
        return self.open.gap


def spaced(tag: str) -> list[str]:
    """A tag cut at the blanks between its attributes; a quoted value and
    what hangs on a condition stay whole.
    """
    pieces, start, quote, at, depth = [], 0, "", 0, 0
    while at < len(tag):
        match = JINJA.match(tag, at)
        if match:
            at, word = match.end(), [*match[0].split(), ""][1]
            depth += {"if": 1, "for": 1, "endif": -1, "endfor": -1}.get(word, 0)
            continue
        mark = tag[at]
        if quote:
            quote = "" if mark == quote else quote
        elif mark in "\"'":
            quote = mark
        elif mark in BLANKS and not depth:
            pieces.append(tag[start:at])
            start = at + 1
        at += 1
    whole = [piece for piece in [*pieces, tag[start:]] if piece]
    return [JINJA.sub(lambda one: " ".join(code(one[0])), piece) for piece in whole]


def code(text: str) -> list[str]:
    """A Jinja piece cut at its blanks, not inside strings."""
    pieces, start, quote = [], 0, ""
    for at, mark in enumerate(text):
        if quote:
            quote = "" if mark == quote else quote
        elif mark in "\"'" and not text.startswith("{#"):
            quote = mark
        elif mark in BLANKS:
            pieces.append(text[start:at])
            start = at + 1
    return [piece for piece in [*pieces, text[start:]] if piece]


def plain(jinja: str) -> str:
    """A Jinja piece with single blanks and without its marks for blanks."""
    head, tail = jinja[:2], jinja[-2:]
    inner = jinja[2:-2].removeprefix("-").removesuffix("-").strip()
    return " ".join(code(f"{head} {inner} {tail}"))


def tag_at(source: str, at: int) -> int:
    """Where the tag that begins at ``at`` ends."""
    quote = ""
    while at < len(source):
        match = JINJA.match(source, at)
        if match:
            at = match.end()
            continue
        mark = source[at]
        if quote:
            quote = "" if mark == quote else quote
        elif mark in "\"'":
            quote = mark
        elif mark == ">":
            return at + 1
        at += 1
    raise ValueError(f"一个标签没有结束：{source[at - 40 : at]}")


def cut(source: str) -> list[tuple[str, str]]:
    """The page as (kind, text): text, jinja, tag or raw."""
    tokens, at, start = [], 0, 0
    while at < len(source):
        piece = JINJA.match(source, at) or RAW.match(source, at)
        if piece:
            end, kind = piece.end(), "jinja" if source[at] == "{" else "raw"
        elif re.match(r"</?[a-zA-Z]", source[at : at + 3]):
            end, kind = tag_at(source, at), "tag"
        else:
            at += 1
            continue
        if at > start:
            tokens.append(("text", source[start:at]))
        if kind == "raw" and source[at + 1].isalpha():
            begin = tag_at(source, at)
            tokens.append(("tag", source[at:begin]))
            at = begin
        tokens.append((kind, source[at:end]))
        at = start = end
    return [*tokens, ("text", source[start:])] if start < len(source) else tokens


def shown(text: str, before: str, after: str) -> str:
    """A text as Jinja leaves it between two pieces ("" for none): newline
    after a block, blanks before one.
    """
    fresh = not before
    if before.endswith(("-%}", "-#}", "-}}")):
        text = text.lstrip()
    elif before.endswith(("%}", "#}")) and text.startswith("\n"):
        text, fresh = text[1:], True
    if after.startswith(("{%-", "{#-", "{{-")):
        return text.rstrip()
    if after.startswith(("{%", "{#")):
        line = text.rfind("\n") + 1
        if (line or fresh) and not text[line:].strip():
            return text[:line]
    return text


def jinja_leaf(text: str, *, gap: bool) -> Leaf:
    """An expression, a statement with its word, or a comment."""
    kind = {"{{": "expr", "{%": "stmt", "{#": "comment"}[text[:2]]
    compact = plain(text)
    name = compact.split()[1] if kind == "stmt" else ""
    if name == "set" and "=" not in compact:
        name = "block"
    return Leaf(kind, compact, name, gap)


def tag_leaf(text: str, *, gap: bool) -> Leaf:
    """An opening, closing or void tag with single blanks between its attributes."""
    name = re.match(r"</?([\w-]+)", text)[1].lower()  # type: ignore[index]  # a tag has a name
    compact = " ".join(spaced(text))
    compact = re.sub(r"\s+(/?>)$", r"\1", compact)
    if text.startswith("</"):
        return Leaf("close", compact, name, gap)
    if name in VOID | WHOLE or compact.endswith("/>"):
        return Leaf("void", compact, name, gap)
    return Leaf("open", compact, name, gap, strict=bool(STRICT.search(compact)))


def leaves(source: str) -> list[Leaf]:
    """The page's tokens, each with whether a blank stands before it."""
    pieces, tokens, gap = cut(source), [], False
    for at, (kind, text) in enumerate(pieces):
        if kind == "text":
            near = [pieces[one][1] if 0 <= one < len(pieces) else "" for one in (at - 1, at + 1)]
            beside = shown(text, near[0], near[1])
            words = BLANK.split(beside.strip(BLANKS)) if beside.strip(BLANKS) else []
            gap = gap or (beside[:1] or "x") in BLANKS
            for word in words:
                tokens.append(Leaf("word", word, gap=gap))
                gap = True
            gap = (beside[-1:] or "x") in BLANKS if words else gap
            continue
        make = {"jinja": jinja_leaf, "tag": tag_leaf}.get(kind)
        tokens.append(make(text, gap=gap) if make else Leaf("raw", text, gap=gap))
        gap = False
    return tokens


def ends(opening: Leaf, closing: Leaf) -> bool:
    """Whether ``closing`` is the end of ``opening``."""
    if opening.kind == "stmt":
        wanted = {"end" + opening.name} | ({"endset"} if opening.name == "block" else set())
        return closing.kind == "stmt" and closing.name in wanted
    return closing.kind == "close" and closing.name == opening.name


def opens(leaf: Leaf) -> bool:
    """Whether something begins here."""
    return leaf.kind == "open" or (leaf.kind == "stmt" and leaf.name in OPENERS)


def tree(tokens: list[Leaf]) -> list[Leaf | Group]:
    """Tokens by what they stand in; what begins in one branch and ends in
    another stays a plain token.
    """
    stack: list[tuple[Leaf | None, list[Leaf | Group]]] = [(None, [])]
    for leaf in tokens:
        opened = next(
            (at for at in range(len(stack) - 1, 0, -1) if ends(stack[at][0], leaf)),  # type: ignore[arg-type]
            0,
        )
        crossing = opened and any(
            stack[at][0].kind == "stmt"  # type: ignore[union-attr]  # only the root has none
            for at in range(opened + 1, len(stack))
        )
        if opened and not crossing:
            while len(stack) - 1 > opened:
                left, body = stack.pop()
                stack[-1][1].extend([left, *body])  # type: ignore[list-item]  # as above
            opening, body = stack.pop()
            leaf.strict = opening.strict  # type: ignore[union-attr]  # as above
            stack[-1][1].append(Group(opening, leaf, body))  # type: ignore[arg-type]  # as above
        elif opens(leaf):
            stack.append((leaf, []))
        else:
            stack[-1][1].append(leaf)
    while len(stack) > 1:
        left, body = stack.pop()
        stack[-1][1].extend([left, *body])  # type: ignore[list-item]  # as above
    return stack[0][1]


def free(left: Leaf, right: Leaf) -> bool:
    """Whether a blank between the two is never seen."""
    if (left.kind == "open" and right.kind == "close") or (
        left.name in WHOLE and right.kind == "raw"
    ):
        return False
    inner = (left.kind == "open" and left.name in INSIDE and not left.strict) or (
        right.kind == "close" and right.name in INSIDE and not right.strict
    )
    outer = (left.kind in {"close", "void"} and left.name in APART) or (
        right.kind in {"open", "void"} and right.name in APART
    )
    return inner or outer
