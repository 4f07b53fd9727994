"""Styles and scripts as they are served: without the comments, the indents and the blank lines that
people read; hashed and compressed by whitenoise. Nothing is renamed, so a line of a trace is still
found in the source.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_WHOLE_LINES = re.compile(r"^[ \t]*/\*.*?\*/[ \t]*$", re.DOTALL | re.MULTILINE)
_TEXT = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_BLANK = re.compile(r"\s+")
_ROUND_SIGNS = re.compile(r"\s*([{};,>])\s*")


def lean_style(text: str) -> str:
    """A style sheet in one line; what stands in quotation marks stays as it is."""
    plain = _COMMENT.sub("", text)
    quoted: list[str] = []

    def put_aside(quote: re.Match[str]) -> str:
        quoted.append(quote[0])
        return f"\0{len(quoted) - 1}\0"

    plain = _ROUND_SIGNS.sub(r"\1", _BLANK.sub(" ", _TEXT.sub(put_aside, plain)))
    plain = plain.replace(": ", ":").replace(";}", "}").strip()
    return re.sub(r"\0(\d+)\0", lambda mark: quoted[int(mark[1])], plain)


def lean_script(text: str) -> str:
    """A script without comments of whole lines, indents and blank lines; a text over several lines
    in back quotes is left to stand, and the whole file with it.
    """
    if any(line.count("`") % 2 for line in text.splitlines()):
        return text
    lines = (line.strip() for line in _WHOLE_LINES.sub("", text).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


LEAN = {".css": lean_style, ".js": lean_script}


class LeanStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # no stubs
    """Makes the house's own sheets and scripts lean once they are collected; those of others are
    left as they came.
    """

    def post_process(self, paths: dict[str, Any], **options: Any) -> Iterator[Any]:
        """Lean first, then hashed and compressed as ever."""
        own = [name for name in paths if "/" not in name and Path(name).suffix in LEAN]
        for name in own if not options.get("dry_run") else ():
            file = Path(self.path(name))
            lean = LEAN[file.suffix](file.read_text(encoding="utf-8"))
            file.write_text(lean, encoding="utf-8")
            paths[name] = (self, name)
        yield from super().post_process(paths, **options)
