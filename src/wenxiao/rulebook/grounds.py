"""On what a rule stands, how far that was read, and how strict it may therefore be.

Standing says how far the words behind a rule were read; ground says why the rule exists at all.
Both decide, in
:func:`allowed_level` alone, what level a rule really uses and whether a division may lower it.
"""

from __future__ import annotations

import hashlib
import re
from typing import Literal, get_args

from wenxiao.rulebook.problems import Level

Standing = Literal["原文", "旁证", "未核"]
"""原文: the clause itself was read. 旁证: a form, a deployed system or another authority says so.
未核: nobody looked.
"""

Ground = Literal["法", "算术", "完整", "本级", "惯例"]
"""法: a clause of law that was read. 算术: it cannot be in any year.
完整: without it the form says nothing.

本级: a clause of the division's own document. 惯例: what is usual, all else.
"""

STANDINGS: tuple[Standing, ...] = get_args(Standing)
LEVELS: tuple[Level, ...] = get_args(Level)
"""Strictest first."""

READ: Standing = "原文"
UNREAD: Standing = "未核"
FIXED: frozenset[Ground] = frozenset({"法", "算术", "完整"})
"""Grounds no document of a division undoes: may be made stricter, never lowered or switched off."""


def can_lower(ground: Ground) -> bool:
    """Whether a division's own document may lower a check of this ground or switch it off."""
    return ground not in FIXED


def weaker(level: Level | None, than: Level) -> bool:
    """Whether a level (None: switched off) is less strict than another."""
    return level is None or LEVELS.index(level) > LEVELS.index(than)


def allowed_level(
    wanted: Level | None,
    ground: Ground,
    *,
    least: Level | None = None,
    standing: Standing = UNREAD,
    document: str = "",
) -> Level | None:
    """The level a rule may really use; None: switched off. The one place of that principle.

    算术 and 完整 may block; 法 where its clause was read; 本级 where the division's document was read; 惯例
    at most warns. Below ``least``, the national level, nothing of a fixed ground may go.
    """
    if least is not None and not can_lower(ground) and weaker(wanted, least):
        return least
    if wanted != "阻断" or may_block(ground, standing, document):
        return wanted
    return "警告"


def may_block(ground: Ground, standing: Standing = UNREAD, document: str = "") -> bool:
    """Whether a rule of this ground and standing may refuse a hand-in at all."""
    if ground in {"算术", "完整"}:
        return True
    return ground in {"法", "本级"} and standing == READ and bool(document)


def digest(words: str) -> str:
    """SHA-256 of a clause's words without any white space: what two readers
    of the same clause can compare.
    """
    return hashlib.sha256(re.sub(r"\s", "", words).encode()).hexdigest()
