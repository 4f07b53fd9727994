"""Clauses of law that rules carry out: the fact in our words, where it
stands, and the digest of what was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from wenxiao.rulebook.basis import BasisError, standing_of
from wenxiao.rulebook.grounds import Standing

FILE = Path(__file__).parent / "laws.yaml"


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause. ``cite`` has body, title, number, date, clause; ``seen``
    what was read, when, and its SHA-256.
    """

    code: str
    fact: str
    start: date
    standing: Standing
    cite: Mapping[str, str]
    seen: Mapping[str, str]

    @property
    def named(self) -> str:
        """Title and clause as people cite them: 「中华人民共和国预算法 第十四条」."""
        return f"{self.cite['title']} {self.cite['clause']}"


@cache
def clauses() -> Mapping[str, Clause]:
    """Every clause by its code."""
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {entry["code"]: _clause(entry) for entry in data["clauses"]}


def named(codes: Iterable[str]) -> tuple[Clause, ...]:
    """The clauses of some codes, in their order; BasisError for a code no clause has."""
    known = clauses()
    if missing := [code for code in codes if code not in known]:
        raise BasisError(f"没有编号为“{'、'.join(missing)}”的法律条款。")
    return tuple(known[code] for code in codes)


def _clause(entry: Mapping[str, Any]) -> Clause:
    return Clause(
        code=entry["code"],
        fact=entry["fact"],
        start=date.fromisoformat(entry["from"]),
        standing=standing_of(entry),
        cite=entry["cite"],
        seen=entry["seen"],
    )
