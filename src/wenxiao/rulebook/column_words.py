"""What offices call the columns of a form, beside the words every reader
knows: rule data a division adds to.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date

from wenxiao.rulebook import basis

RULE = "column_words"


def column_words(
    overrides: basis.Overrides | None = None, on: date | int | None = None
) -> Mapping[str, str]:
    """A heading without blanks, half-width → the column it stands over; a
    word said of two columns is the first's.
    """
    national = basis.in_force(RULE, on).content
    own = basis.in_force(RULE, on, overrides).content
    columns: dict[str, str] = {}
    for content in (own, national):
        for column, words in content.items():
            for word in words:
                plain = "".join(unicodedata.normalize("NFKC", str(word)).split())
                columns.setdefault(plain, str(column))
    return columns
