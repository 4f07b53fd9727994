"""Personal data in a text that is to be published: identity numbers,
telephones, bank cards, addresses of mail.
"""

from __future__ import annotations

import re

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_KINDS = (
    ("身份证号", re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{9}[0-9Xx](?![0-9A-Za-z])")),
    ("手机号", re.compile(r"(?<![0-9.])1[3-9]\d{9}(?![0-9.])")),
    ("银行卡号", re.compile(r"(?<![0-9.])[3-6]\d{15,18}(?![0-9.])")),
    ("固定电话", re.compile(r"(?<![0-9.])0\d{2,3}-\d{7,8}(?!\d)")),
    ("电子邮箱", re.compile(r"[\w.+-]{1,64}@[\w-]{1,60}\.[\w.-]{2,60}", re.ASCII)),
)


def personal_data_in(text: str) -> list[tuple[str, str]]:
    """(kind, what was found with its middle hidden) of each; a number is
    counted once, as the first kind it fits.
    """
    hidden, left = [], text
    for kind, pattern in _KINDS:
        for match in pattern.findall(left):
            if _holds(kind, match):
                hidden.append((kind, _hidden(match)))
                left = left.replace(match, " ")
    return hidden


def masked(text: str) -> str:
    """The text with the middle of each piece of personal data hidden: what
    is taken in from outside keeps none.
    """
    for kind, pattern in _KINDS:
        for match in pattern.findall(text):
            if _holds(kind, match):
                text = text.replace(match, _hidden(match))
    return text


def _holds(kind: str, number: str) -> bool:
    """Identity numbers and bank cards carry a check digit: other long
    numbers (project codes) are none.
    """
    if kind == "身份证号":
        total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
        return _CHECKS[total % 11] == number[-1].upper()
    return kind != "银行卡号" or _luhn(number)


def _luhn(number: str) -> bool:
    doubled = [int(digit) * (2 if at % 2 else 1) for at, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _hidden(text: str) -> str:
    return f"{text[:3]}…{text[-2:]}"
