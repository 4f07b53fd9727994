"""Counting confirmed findings over subjects: 「…（涉及到13个项目）」 and the matrix
whose columns equal the sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class CountedFinding:
    """One finding: on which subject, under which catalogue code, confirmed
    by a person or only a candidate.
    """

    subject: int
    code: str
    state: str = CONFIRMED


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One printed line: text of one or several grouped codes, and the
    distinct subjects it concerns, sorted.
    """

    text: str
    codes: tuple[str, ...]
    subjects: tuple[int, ...]

    @property
    def count(self) -> int:
        """Number of distinct subjects."""
        return len(self.subjects)

    def sentence(self, noun: str = "项目") -> str:
        """「…（涉及到13个项目）」."""
        return f"{self.text}（涉及到{self.count}个{noun}）"


@dataclass(frozen=True, slots=True)
class Matrix:
    """Subjects × lines with a mark where a line concerns a subject;
    ``totals`` equal the counts of the sentences.
    """

    subjects: tuple[int, ...]
    lines: tuple[ReportLine, ...]
    marks: tuple[tuple[bool, ...], ...]
    totals: tuple[int, ...]


def tally(
    findings: Iterable[CountedFinding],
    subjects: Iterable[int],
    groups: Sequence[tuple[str, Sequence[str]]],
    at_least: int = 1,
) -> list[ReportLine]:
    """Lines over the given subjects, most frequent first (equal counts in the order of ``groups``).

    Only confirmed findings on those subjects count; a subject found under two codes of one group
    counts once. ``groups`` are (text, catalogue codes); lines that concern fewer than ``at_least``
    subjects are left out.
    """
    within = frozenset(subjects)
    held: dict[str, set[int]] = {}
    for one in findings:
        if one.state == CONFIRMED and one.subject in within:
            held.setdefault(one.code, set()).add(one.subject)
    lines = [_line(text, codes, held) for text, codes in groups]
    printed = [line for line in lines if line.count >= max(1, at_least)]
    return sorted(printed, key=lambda line: -line.count)


def matrix(lines: Sequence[ReportLine], subjects: Sequence[int]) -> Matrix:
    """The table 共性问题对照表: every subject in the order given, a mark per line."""
    concerned = [frozenset(line.subjects) for line in lines]
    marks = tuple(tuple(subject in one for one in concerned) for subject in subjects)
    totals = tuple(sum(row[n] for row in marks) for n in range(len(lines)))
    return Matrix(tuple(subjects), tuple(lines), marks, totals)


def _line(text: str, codes: Sequence[str], held: Mapping[str, set[int]]) -> ReportLine:
    subjects: set[int] = set().union(*(held.get(code, set()) for code in codes))
    return ReportLine(text, tuple(codes), tuple(sorted(subjects)))
