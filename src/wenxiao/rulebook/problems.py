"""What a check says when something is wrong: one shape from the grid to the returned error list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["阻断", "警告", "提示"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: where, what is wrong, what is expected, how to mend it, by which rule.

    ``sheet`` and ``cell`` are as a person sees them ("自评表", "F7"; in Word the table number and
    "row,col" from 0). ``line`` is the row number of a ledger as a person sees it. Texts are Chinese
    sentences shown to the user.
    """

    code: str
    level: Level
    text: str
    sheet: str | None = None
    cell: str | None = None
    line: int | None = None
    expected: str | None = None
    got: str | None = None
    mend: str | None = None
    basis: str | None = None

    @property
    def place(self) -> str:
        """Where, as a person would say it: 「项目预算表 C7」「第 12 行」; empty when
        it concerns the whole file.
        """
        line = f"第 {self.line} 行" if self.line is not None else None
        return " ".join(part for part in (self.sheet, line, self.cell) if part)

    def sentence(self) -> str:
        """The whole message in one line, ending with its code."""
        head = f"{self.place}：" if self.place else ""
        tail = f"{self.mend}" if self.mend else ""
        return f"{head}{self.text}{tail}[{self.code}]"

    def as_json(self) -> dict[str, object]:
        """The promised fields of the command line, places included."""
        return {
            "code": self.code,
            "level": self.level,
            "sheet": self.sheet,
            "cell": self.cell,
            "line": self.line,
            "text": self.text,
            "expected": self.expected,
            "got": self.got,
            "mend": self.mend,
            "basis": self.basis,
        }
