"""Words and numerals of a report: without blanks, half width; how alike two phrases are."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import pairwise

CHINESE_NUMBER = r"[一二三四五六七八九十两]{1,3}"
_DIGITS = {word: value for value, word in enumerate("零一二三四五六七八九")} | {"两": 2}


def squeezed(text: str) -> str:
    """Half width digits and letters, no blanks; Chinese punctuation stays."""
    signs = "".join(
        unicodedata.normalize("NFKC", sign) if sign.isalnum() or sign in "．％" else sign
        for sign in text
    )
    return re.sub(r"\s+", "", signs)


def chinese(word: str) -> int | None:
    """六 → 6, 十二 → 12, 二十 → 20, 21 → 21; None for what is no small number."""
    if word.isdigit():
        return int(word)
    tens, ten, ones = word.partition("十")
    if not ten:
        return _DIGITS.get(word)
    if (tens and tens not in _DIGITS) or (ones and ones not in _DIGITS):
        return None
    return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)


def bare(text: str) -> str:
    """A list item without its number and without what follows its first sentence."""
    words = re.sub(
        r"^[（(]?[一二三四五六七八九十\d]{1,3}[)）]?[.．、\s]*(?:是)?", "", squeezed(text)
    )
    return re.split(r"[。；：:]", words)[0]


def likeness(a: str, b: str) -> float:
    """How much two phrases share, 0 to 1, by two-character pieces."""
    one, other = (Counter(x + y for x, y in pairwise(text)) for text in (a, b))
    common, most = sum((one & other).values()), max(sum(one.values()), sum(other.values()))
    return 1.0 if a == b else common / most if most else 0.0
