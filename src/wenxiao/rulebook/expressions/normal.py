"""One spelling per sign: full-width forms, comparator glyphs, dashes and
blanks, before anything is recognised.
"""

from __future__ import annotations

import re

LONGEST = 2000
"""Characters of a cell that are looked at; a longer cell is prose."""

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_KEPT_WIDE = {"，": "，", "！": "！", "？": "?"}
_SIGNS = {
    "≧": "≥",
    "≮": "≥",
    "≯": "≤",
    "⩾": "≥",
    "≽": "≥",
    "⪰": "≥",
    "⊵": "≥",
    "≦": "≤",
    "⩽": "≤",
    "≼": "≤",
    "⪯": "≤",
    "〉": ">",
    "〈": "<",
    "﹥": ">",
    "﹤": "<",
    "﹦": "=",
    "═": "=",
    "〓": "=",
    "≡": "=",
    "≈": "约",
    "≒": "约",
    "∽": "约",
    "≅": "约",
    "﹪": "%",
    "٪": "%",
    "℅": "%",
    "\u2236": ":",
    "﹣": "-",
    "—": "-",
    "–": "-",
    "―": "-",
    "‐": "-",
    "‑": "-",
    "−": "-",
    "─": "-",
    "━": "-",
    "~": "~",
    "～": "~",
    "〜": "~",
    "∼": "~",
    "﹢": "+",
    "•": "·",
    "・": "·",
    "˙": "·",
    "﹒": ".",
    "\u3000": " ",
    "\xa0": " ",
    "\u2002": " ",
    "\u2003": " ",
    "\u2009": " ",
    "\u202f": " ",
    "\u200b": "",
    "\ufeff": "",
    "\u200d": "",
    "\r": "\n",
    "\t": " ",
    "【": "(",
    "】": ")",
    "〔": "(",
    "〕": ")",
    "[": "(",
    "]": ")",
    "；": ";",
    "。": "。",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "元⁄": "元/",
    "⁄": "/",
    "∕": "/",
}
_TABLE: dict[int, int | str] = {
    **_FULL_WIDTH,
    **{ord(k): v for k, v in _KEPT_WIDE.items()},
    **{ord(k): v for k, v in _SIGNS.items() if len(k) == 1},
}
_TIDY: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))"), ""),
    (re.compile(r"[>≥]\s?=|=\s?>|>\s?/\s?=|≥{2,}|>\s?或\s?="), "≥"),
    (re.compile(r"[<≤]\s?=|=\s?<|<\s?/\s?=|≤{2,}|<\s?或\s?="), "≤"),
    (re.compile(r"={2,}"), "="),
    (re.compile(r"百分之?百(?!分)"), "100%"),
    (re.compile(r"%[oO]"), "‰"),
    (re.compile(r"(?:^|(?<=[≥≤<>=~± ]))\.(?=\d)"), "0."),
    (
        re.compile(
            r"%\s?\(\s?(?:百分比|百分率|%)\s?\)|\(\s?%\s?\)|百分比|百分率(?=$|[以及。;，])|%{2,}"
        ),
        "%",
    ),
    (re.compile(r"(?<=\d)\s?°?\s?度?℃"), "℃"),
    (re.compile(r"[ \n]*\n[ \n]*"), "\n"),
    (re.compile(r" {2,}"), " "),
)
_INTERVAL = re.compile(
    r"^\s*(?P<open>[\[(［（])\s*(?P<low>-?\d+(?:\.\d+)?)\s*(?P<one>[%％]?)\s*[,，]\s*(?P<high>-?\d+(?:\.\d+)?)"
    r"\s*(?P<two>[%％]?)\s*(?P<close>[\])］）])\s*(?P<unit>分|[%％])?\s*$"
)
"""[90,100) in the writing of mathematics; the comma is no thousands separator there."""
_THOUSANDS = re.compile(r"(?<![\d.])\d{1,3}(?:[,，]\d{3})+(?![\d])")


def _as_interval(found: re.Match[str]) -> str:
    """An interval as a range; round brackets alone around 1,200 are a number in brackets."""
    squared = found["open"] in "[［" or found["close"] in "]］"
    grouped = len(found["high"]) == 3 and len(found["low"].lstrip("-")) <= 3 and not found["one"]
    if not squared and grouped:
        return found.group()
    unit = found["unit"] or found["two"]
    return f"{found['low']}{found['one'] or unit}~{found['high']}{unit}"


def normalise(text: str) -> str:
    """The text in one spelling, at most LONGEST characters; applying it twice changes nothing."""
    plain = _INTERVAL.sub(_as_interval, text[:LONGEST]).translate(_TABLE)
    previous = None
    while plain != previous:
        previous = plain
        plain = _THOUSANDS.sub(lambda found: re.sub("[,，]", "", found.group()), plain)
        for pattern, spelling in _TIDY[1:]:
            plain = pattern.sub(spelling, plain)
        plain = plain.strip(" \n\"'")
    return plain
