"""Words of Chinese text as a search needs them: cut by jieba the same way when stored and when
asked for, with initials.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

import jieba

from wenxiao.rulebook.similarity import first_words

if TYPE_CHECKING:
    from collections.abc import Iterable

jieba.setLogLevel(logging.WARNING)
_PIECE = re.compile(r"[0-9a-z]+|[一-鿿]+")
_MEANS_NOTHING = frozenset("的了和与及或在对为等是有按把被从到由")
LONGEST_NAME = 30


def segments(text: str) -> list[str]:
    """The words of a text, half width and lower case, near synonyms made
    one word; no word twice.
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    words: dict[str, None] = {}
    for piece in _PIECE.findall(plain):
        for word in jieba.cut_for_search(piece):
            if word.strip() and word not in _MEANS_NOTHING:
                words[first_words().get(word, word)] = None
    return list(words)


def stored_words(texts: Iterable[str], name: str) -> str:
    """What a row is words by: the words of its texts, and the initials its
    name is typed by (pxrs for 培训人数).
    """
    words = dict.fromkeys(word for text in texts for word in segments(text))
    initials = _initials(name[:LONGEST_NAME])
    if len(initials) > 1:
        words[initials] = None
    return " ".join(words)


@lru_cache(maxsize=20_000)
def _initials(name: str) -> str:
    from pypinyin import Style, lazy_pinyin  # not with every command (store/spelling.py)

    letters = lazy_pinyin(name, style=Style.FIRST_LETTER, errors="ignore")
    return "".join(letters).lower()
