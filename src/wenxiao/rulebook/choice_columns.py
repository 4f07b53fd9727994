"""The columns of a form whose words are chosen from a list of the monitoring rule: which words
stand in it, and how a written one is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from wenxiao.rulebook import basis
from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.form_packs import page_columns

RULE = "monitoring"
_MARKS = re.compile(r"[\s.、．:：()（）√✓✔☑]+")


@dataclass(frozen=True, slots=True)
class ChoiceColumn:
    """One such column: the field of the stored row, its heading, its words by their codes."""

    field: str
    word: str
    words: Mapping[str, str]

    def read(self, text: str) -> str:
        """The listed word a text is: the word itself, its code, or both
        (1.确定能); empty for any other.
        """
        plain = _MARKS.sub("", text)
        for code, word in self.words.items():
            if plain in {word, code, f"{code}{word}"}:
                return word
        return ""

    def unlisted(self, value: str | Sequence[str]) -> list[str]:
        """What of a row's value is none of the words; an empty value is no word at all."""
        held = [value] if isinstance(value, str) else value
        return [text for text in held if text and text not in self.words.values()]

    @property
    def offered(self) -> str:
        """The words as a sentence lists them."""
        return "、".join(self.words.values())


def choice_columns(
    form: str, on: date | int | None, overrides: Overrides | None = None
) -> list[ChoiceColumn]:
    """Those of the form of a kind, with the words of the year: the division's own where it has
    any.
    """
    listed = [column for column in page_columns(form) if column.choices]
    if not listed:
        return []
    content = basis.in_force(RULE, on, overrides).content
    return [
        ChoiceColumn(column.field, column.word, _by_code(content[column.choices]))
        for column in listed
    ]


def _by_code(words: Mapping[str, str] | Sequence[str]) -> Mapping[str, str]:
    return words if isinstance(words, Mapping) else {word: word for word in words}
