"""One spelling per sign: full-width forms, comparator glyphs, dashes and
blanks, Chinese numerals (二十个, 百分之九十五), before anything is recognised.
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


_DIGITS = {
    "零": 0,
    "〇": 0,
    "○": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_DIGITS |= {"壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}
NUMERAL = "[零〇一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟]"
_HUNDREDTHS = re.compile(
    rf"(?<![十百千])(?P<of>[百千万])分之(?:(?P<word>{NUMERAL}+)(?:点(?P<part>{NUMERAL}+))?|(?P<digits>\d+(?:\.\d+)?))"
)
_SIGN_OF = {"百": "%", "千": "‰", "万": "‱"}
_LONGEST = 16
_NEIGHBOURS = re.compile("[一二两三四五六七八九][一二两三四五六七八九]")


def chinese_number(word: str) -> int | None:
    """The whole number a Chinese numeral names; digits in a row (二〇二一) are
    read one by one; None if it is none.
    """
    if not word or len(word) > _LONGEST:
        return None
    if len(word) > 1 and all(letter in _DIGITS for letter in word):
        return int("".join(str(_DIGITS[letter]) for letter in word))
    total = section = digit = 0
    for letter in word:
        if letter in _DIGITS:
            digit = _DIGITS[letter]
        elif letter in _TENS:
            section += (digit or 1) * _TENS[letter]
            digit = 0
        elif letter in _MYRIADS:
            section += digit
            total = (
                (total + section) * _MYRIADS[letter]
                if letter == "亿"
                else total + section * _MYRIADS[letter]
            )
            section = digit = 0
        else:
            return None
    return total + section + digit


def is_about(word: str) -> bool:
    """Whether a numeral names two neighbours (两三次, 七八十人) and so no one number."""
    return _NEIGHBOURS.search(word) is not None


def spell_hundredths(text: str) -> str:
    """百分之九十五 and 百分之95 become 95%, 千分之五 5‰, 万分之三 3‱."""

    def digits(found: re.Match[str]) -> str:
        sign = _SIGN_OF[found["of"]]
        if found["digits"]:
            return f"{found['digits']}{sign}"
        if is_about(found["word"]):
            return found.group()
        whole = chinese_number(found["word"])
        part = "".join(str(_DIGITS.get(letter, "")) for letter in found["part"] or "")
        return f"{whole}.{part}{sign}" if part else f"{whole}{sign}"

    return _HUNDREDTHS.sub(digits, text)
