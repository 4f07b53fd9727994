"""Chinese names found by how they sound: initials (ncgl), whole or begun pinyin (nongcungonglu),
and signs that sound alike.

What is typed becomes a pattern the database matches names with, so that a name is found however it
came into its table, and a sign with several readings is found by each of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import cache, lru_cache

# pypinyin's dictionaries take 0.2 s: loaded where something is heard, not with every command.

LONGEST = 24
"""Letters looked at; who types more has typed the name itself."""
READINGS = 6
"""Ways of cutting letters into syllables that are tried: xian is 先 and 西安."""
_LETTERS = re.compile(r"[a-z]+")
_HAN = re.compile(r"[一-鿿]+")


def plain_letters(text: str) -> str:
    """Half width, lower case, without apostrophes and blanks."""
    return re.sub(r"[\s'’·]", "", unicodedata.normalize("NFKC", text).lower())


@cache
def _signs() -> tuple[dict[str, str], dict[str, str]]:
    """Signs in daily use (GB 2312) by syllable, and by the letter they begin with."""
    from pypinyin.pinyin_dict import pinyin_dict

    by_syllable: dict[str, list[str]] = defaultdict(list)
    by_letter: dict[str, list[str]] = defaultdict(list)
    for point, readings in pinyin_dict.items():
        sign = chr(point)
        if not (0x4E00 <= point <= 0x9FFF) or not _daily(sign):
            continue
        spoken = {_toneless(reading) for reading in readings.split(",")}
        for syllable in spoken:
            by_syllable[syllable].append(sign)
        for letter in {syllable[0] for syllable in spoken if syllable}:
            by_letter[letter].append(sign)
    joined = (
        {key: "".join(signs) for key, signs in table.items()} for table in (by_syllable, by_letter)
    )
    syllables, letters = joined
    return syllables, letters


def _daily(sign: str) -> bool:
    try:
        sign.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _toneless(reading: str) -> str:
    bare = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return re.sub(r"[^a-z]", "", bare)


@lru_cache(maxsize=2000)
def sound_pattern(typed: str) -> str:
    """The pattern of names that sound like some letters; empty for what
    isn't letters alone, or is a single one.
    """
    letters = plain_letters(typed)[:LONGEST]
    if len(letters) < 2 or not _LETTERS.fullmatch(letters):
        return ""
    ways = _cuts(letters)
    return "|".join("".join(_class(piece) for piece in way) for way in ways)


def _cuts(letters: str) -> list[list[str]]:
    """Letters cut into syllables and initials, few long pieces first; the
    last piece may be begun.
    """
    syllables = _signs()[0]
    ways: list[list[str]] = []

    def cut(rest: str, before: list[str]) -> None:
        if len(ways) >= READINGS * 8:
            return
        if not rest:
            ways.append(before)
            return
        for length in range(min(6, len(rest)), 0, -1):
            piece = rest[:length]
            if piece in syllables or length == 1 or (length == len(rest) and _begins(piece)):
                cut(rest[length:], [*before, piece])

    cut(letters, [])
    by_pieces = sorted(ways, key=len)
    initials = [list(letters)]
    return [
        *by_pieces[: READINGS - 1],
        *(initials if initials[0] not in by_pieces[: READINGS - 1] else []),
    ]


def _begins(piece: str) -> bool:
    return any(syllable.startswith(piece) for syllable in _signs()[0])


@cache
def _class(piece: str) -> str:
    """The signs of a piece, as a class of a pattern; a letter also stands for itself."""
    syllables, by_letter = _signs()
    if piece in syllables and len(piece) > 1:
        return f"[{syllables[piece]}]"
    if len(piece) == 1:
        return f"[{piece}{by_letter.get(piece, '')}]"
    begun = {
        sign
        for syllable, signs in syllables.items()
        if syllable.startswith(piece)
        for sign in signs
    }
    return f"[{''.join(sorted(begun))}]"


@lru_cache(maxsize=2000)
def slip_pattern(typed: str) -> str:
    """The pattern of names with one sign of some Chinese words mistyped, or all of them sounding
    alike; empty for short ones.
    """
    if not _HAN.fullmatch(typed) or not 3 <= len(typed) <= 12:
        return ""
    from pypinyin import lazy_pinyin

    syllables = _signs()[0]
    alike = "".join(
        f"[{''.join(dict.fromkeys(sign + syllables.get(lazy_pinyin(sign)[0], '')))}]"
        for sign in typed
    )
    wrong = [typed[:at] + "." + typed[at + 1 :] for at in range(len(typed))]
    return "|".join([alike, *wrong])


@lru_cache(maxsize=20_000)
def letters_of(name: str) -> str:
    """How a name is typed: its initials and its whole pinyin, for choosing in the browser."""
    from pypinyin import Style, lazy_pinyin

    whole = lazy_pinyin(name, errors="default")
    initials = lazy_pinyin(name, style=Style.FIRST_LETTER, errors="default")
    return f"{plain_letters(''.join(initials))} {plain_letters(''.join(whole))}"
