"""Chinese numerals: 二十个, 百分之九十五, 两次, 一万二千元."""

from __future__ import annotations

import re

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
