"""串稿: which target tables say nearly the same, row by row, whatever was renamed, reordered or given
other numbers.

Words many tables share (验收合格率, 服务对象满意度, cited laws) weigh next to nothing; a pair needs rows of its
own in common. Scores only point a person to two tables side by side; nothing is decided by them, so
they may be floats.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

from wenxiao.rulebook.basis import in_force

LEAST_SCORE = 0.4
"""Pairs below this share of common rows are not named."""
LEAST_ROW = 0.5
"""Two rows count as the same from this likeness on (cosine of weighted two-character pieces)."""
ROWS_SHARE = 0.8
"""How much of a table's score its rows make; the description and goals make the rest."""
MOST_TABLES_OF_A_PIECE = 60
"""A piece that stands in more tables than this proposes no pair: it is common speech."""
LEAST_SHARED = 3
"""Pieces two tables must share before they are compared row by row."""

_CITED = re.compile(r"《[^》]*》|[(（〔\[][^)）〕\]]*[)）〕\]]|[^，。；]{0,12}〔?\d{4}〕?\d+号")
_NUMBERS = re.compile(r"[0-9０-９.,，]+|[≥≤≧≦><=＝═~～—%‰-]+")
_COMPARATORS = re.compile(
    r"不低于|不少于|不高于|不超过|不大于|不小于|大于|小于|等于|以上|以下|左右"
)
_NOT_WORDS = re.compile(r"[^一-鿿a-z]+")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tables, how alike they are (0 to 1) and which rows say the same,
    each by its place from 0.
    """

    a: str
    b: str
    score: float
    same_rows: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class _Text:
    """The weighted pieces of one row or one description; ``length`` is the norm of its weights."""

    words: str
    weights: dict[str, float] = field(default_factory=dict)
    length: float = 0.0
    share: float = 0.0


@dataclass(slots=True)
class _Table:
    name: str
    rows: list[_Text]
    text: _Text


def similar(
    tables: Sequence[Mapping[str, Any]], plain: Iterable[str] = (), of: str | None = None
) -> list[Pair]:
    """Every pair of tables with rows of their own in common, the most alike first, no pair twice.

    A table has ``id`` (else its place from 0 as text), ``rows`` with ``level3`` and ``target``,
    ``text`` and, in ``subject``, ``goals``. ``plain`` are texts known as common speech; they never
    make a pair. ``of``: only the pairs of this table.
    """
    compared = [_table(table, place) for place, table in enumerate(tables)]
    _weigh(compared, {_words(text) for text in plain})
    pairs = [
        pair
        for a, b in _candidates(compared, of)
        if (pair := _pair(compared[a], compared[b])) is not None
    ]
    return sorted(pairs, key=lambda pair: (-pair.score, pair.a, pair.b))


def _table(table: Mapping[str, Any], place: int) -> _Table:
    rows = [_Text(_row_words(row)) for row in table.get("rows") or []]
    subject = table.get("subject") or {}
    text = f"{table.get('text') or ''}{_goals(subject.get('goals'))}"
    return _Table(str(table.get("id") or place), rows, _Text(_words(_CITED.sub("", text))))


def _goals(goals: object) -> str:
    if isinstance(goals, Mapping):
        return "".join(str(text) for text in goals.values() if text)
    if isinstance(goals, list):
        return "".join(str(text) for text in goals if text)
    return str(goals or "")


def _row_words(row: Mapping[str, Any]) -> str:
    """The row's name; the words of a target without a number (健全, 达到要求) belong to it."""
    target = str(row.get("target") or "")
    target_words = "" if re.search(r"\d", target) else _COMPARATORS.sub("", target)
    return _words(f"{row.get('level3') or ''}") or _words(target_words)


@lru_cache(maxsize=200_000)
def _words(text: str) -> str:
    """The words alone: half width, no numbers, signs or blanks, near synonyms made one word."""
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = _NOT_WORDS.sub("", _NUMBERS.sub("", plain))
    return _synonyms().sub(lambda hit: first_words()[hit.group()], plain)


@lru_cache(maxsize=1)
def first_words() -> dict[str, str]:
    """Near synonym → the word that stands for all of its line."""
    lines = in_force("synonyms").content["words"]
    return {str(word): str(line[0]) for line in reversed(lines) for word in line}


@lru_cache(maxsize=1)
def _synonyms() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, first_words()), key=len, reverse=True)))


def _pieces(words: str) -> list[str]:
    """Two-character pieces, and the single characters of a very short text."""
    return [a + b for a, b in pairwise(words)] or list(words)


def _weigh(tables: list[_Table], plain: set[str]) -> None:
    """Give every piece and every row its weight: the fewer tables hold it, the more it says."""
    held: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for table in tables:
        held.update({p for text in (*table.rows, table.text) for p in _pieces(text.words)})
        named.update({row.words for row in table.rows})
    many = len(tables) + 1
    rare = {piece: math.log(1 + many / count) for piece, count in held.items()}
    top = math.log(1 + many / 2)
    for table in tables:
        for text in (*table.rows, table.text):
            counts = Counter(_pieces(text.words))
            text.weights = {piece: rare[piece] * count for piece, count in counts.items()}
            text.length = math.sqrt(sum(weight * weight for weight in text.weights.values()))
        for row in table.rows:
            row.share = 0.0 if row.words in plain else _share(row, named[row.words], rare, top)


def _share(row: _Text, count: int, rare: Mapping[str, float], top: float) -> float:
    """What one common row tells of copying, 0 to 1: nothing for common
    speech, all for words nobody else uses.
    """
    if not row.weights:
        return 0.0
    own = sum(min(rare[piece], top) for piece in row.weights) / (len(row.weights) * top)
    return min(1.0, own) ** 2 * (1.0 if count <= 2 else 2.0 / count)


def _candidates(tables: list[_Table], of: str | None) -> list[tuple[int, int]]:
    """Pairs that share enough rare pieces, by an index from piece to
    tables: no table is held against all others.
    """
    index: dict[str, list[int]] = {}
    for place, table in enumerate(tables):
        for piece in {p for row in table.rows for p in row.weights}:
            index.setdefault(piece, []).append(place)
    shared: Counter[tuple[int, int]] = Counter()
    for places in index.values():
        if len(places) <= MOST_TABLES_OF_A_PIECE:
            shared.update(
                (a, b)
                for at, a in enumerate(places)
                for b in places[at + 1 :]
                if of is None or of in {tables[a].name, tables[b].name}
            )
    return [pair for pair, count in shared.items() if count >= LEAST_SHARED]


def _likeness(a: _Text, b: _Text) -> float:
    if a.words == b.words:
        return 1.0 if a.words else 0.0
    if not a.length or not b.length:
        return 0.0
    few, many = (a, b) if len(a.weights) <= len(b.weights) else (b, a)
    common = sum(
        weight * many.weights[piece]
        for piece, weight in few.weights.items()
        if piece in many.weights
    )
    return common / (a.length * b.length)


def _pair(a: _Table, b: _Table) -> Pair | None:
    """The pair with its score, None below :data:`LEAST_SCORE`."""
    same = _same_rows(a.rows, b.rows)
    common = sum(like * min(a.rows[i].share, b.rows[j].share) for like, i, j in same)
    most = max(sum(row.share for row in a.rows), sum(row.share for row in b.rows))
    rows = common / most if most else 0.0
    score = ROWS_SHARE * rows + (1 - ROWS_SHARE) * _likeness(a.text, b.text)
    if score < LEAST_SCORE:
        return None
    return Pair(a.name, b.name, round(score, 4), tuple(sorted((i, j) for _, i, j in same)))


def _same_rows(a: Sequence[_Text], b: Sequence[_Text]) -> list[tuple[float, int, int]]:
    """(likeness, row of a, row of b), the best matches first, no row twice."""
    likely = [
        (like, i, j)
        for i, one in enumerate(a)
        for j, other in enumerate(b)
        if (like := _likeness(one, other)) >= LEAST_ROW
    ]
    taken_a: set[int] = set()
    taken_b: set[int] = set()
    matched = []
    for like, i, j in sorted(likely, key=lambda hit: (-hit[0], hit[1], hit[2])):
        if i not in taken_a and j not in taken_b:
            taken_a.add(i)
            taken_b.add(j)
            matched.append((like, i, j))
    return matched
