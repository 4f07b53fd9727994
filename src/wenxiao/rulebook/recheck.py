"""Which self-evaluations are re-checked: by reasons anybody can read, and a share at random anybody
can draw again.

There is no number of risk: an object has reasons or it has none, and every reason says the figures
and the floor it stands on. Floors are dated data in ``basis/recheck.yaml``. What is not known of an
object never counts against it.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Literal

from wenxiao.rulebook import basis
from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.grounds import Ground, Standing
from wenxiao.rulebook.numbers import plain, scaled

RULE = "recheck"
RED = "red"
Drawn = Literal["risk", "random"]
Floors = Mapping[str, Decimal]
Groups = Mapping[str, Sequence[Decimal]]


class SampleError(ValueError):
    """A sample that can't be drawn: a share outside 0 to 100, or one id twice."""


@dataclass(frozen=True, slots=True)
class SelfEvaluation:
    """What is known of one self-evaluation: points and rates in percent, None (not known) never
    counts.

    ``group`` names its peers; ``light`` is the last monitoring's (red, yellow, green); ``proved``
    the share of its points that rests on proof; ``lowered``, ``differences`` and ``doubts`` are
    sentences, empty where one looked and found none.
    """

    id: str
    score: Decimal | None = None
    rate: Decimal | None = None
    last_score: Decimal | None = None
    group: str = ""
    light: str | None = None
    proved: Decimal | None = None
    lowered: Sequence[str] | None = None
    differences: Sequence[str] | None = None
    doubts: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an object is worth a re-check, on what that stands, and the figures in one sentence."""

    code: str
    title: str
    ground: Ground
    standing: Standing
    text: str


@dataclass(frozen=True, slots=True)
class DrawingLine:
    """One object of a sample: its place in the order, how it was drawn
    (None: not), why, and which reasons were not asked.
    """

    id: str
    rank: int
    drawn: Drawn | None
    reasons: tuple[Reason, ...]
    not_asked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecheckDrawing:
    """A drawing with everything needed to draw it again."""

    share: Decimal
    seed: int
    lines: tuple[DrawingLine, ...]

    def count(self, drawn: Drawn) -> int:
        """How many were drawn this way."""
        return sum(line.drawn == drawn for line in self.lines)


def least_share(on: date | int | None = None, overrides: Overrides | None = None) -> Decimal:
    """The share in percent that is drawn at random at least, by the rule of a day."""
    return basis.number(basis.in_force(RULE, on, overrides).content["random_percent"])


def most_by_reason(on: date | int | None = None, overrides: Overrides | None = None) -> Decimal:
    """The share in percent that is drawn by reasons at most, by the rule of
    a day: a sample stays a sample.
    """
    return basis.number(basis.in_force(RULE, on, overrides).content["reason_percent_most"])


def sample(
    objects: Sequence[SelfEvaluation],
    *,
    seed: int,
    share: Decimal | None = None,
    most: Decimal | None = None,
    on: date | int | None = None,
    overrides: Overrides | None = None,
) -> RecheckDrawing:
    """Draw: at least ``share`` percent of all at random, everything else that has a reason by risk.

    The same objects, share and seed give the same sample, in whatever order they come. Lines come
    in the order of ``objects``. Where nearly all have reasons, room for the random share is kept
    first: the fewest reasons give way. SampleError for a share outside 0 to 100 or for two objects
    of one id.
    """
    wanted = least_share(on, overrides) if share is None else share
    if not 0 <= wanted <= 100:
        raise SampleError(f"随机比例应在 0 至 100 之间，现为 {plain(wanted)}。")
    _refuse_twice(one.id for one in objects)
    peers, questions = _groups(objects), _questions(on, overrides)
    judged = {one.id: _judged(one, peers, questions) for one in objects}
    order = sorted(objects, key=lambda one: _place(one, judged[one.id][0]))
    due = ceil(Fraction(wanted) * len(objects) / 100)
    room = len(objects) - due
    if most is not None:
        room = min(room, ceil(Fraction(most) * len(objects) / 100))
    risky = [one.id for one in order if judged[one.id][0]][:room]
    drawn = _drawn([one.id for one in order], risky, due, seed)
    ranks = {one.id: at for at, one in enumerate(order, 1)}
    lines = [
        DrawingLine(one.id, ranks[one.id], drawn.get(one.id), *judged[one.id]) for one in objects
    ]
    return RecheckDrawing(wanted, seed, tuple(lines))


def _refuse_twice(ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise SampleError(f"编号“{one}”重复，请让每份自评各有一个编号。")
        seen.add(one)


def _place(one: SelfEvaluation, reasons: Sequence[Reason]) -> tuple[int, Decimal, str]:
    """More reasons first, then the higher self-score, then the id."""
    return -len(reasons), -(one.score if one.score is not None else Decimal(-1)), one.id


def _drawn(order: Sequence[str], risky: Sequence[str], due: int, seed: int) -> dict[str, Drawn]:
    """Who is drawn how: ``risky`` by their reasons, then ``due`` by chance among the rest."""
    taken = frozenset(risky)
    rest = sorted((one for one in order if one not in taken), key=lambda one: _lot(seed, one))
    return {**dict.fromkeys(risky, "risk"), **dict.fromkeys(rest[:due], "random")}


def _lot(seed: int, one: str) -> tuple[str, str]:
    """The lot of an object: SHA-256 of 「种子:编号」, so that anybody can draw
    again with any tool; the smallest win.
    """
    return hashlib.sha256(f"{seed}:{one}".encode()).hexdigest(), one


# ---- the reasons ---------------------------------------------------------------------------------

Answer = str | None
"""The sentence of a reason; empty where it does not hold, None where a fact
it needs is not known.
"""


def _groups(objects: Iterable[SelfEvaluation]) -> Groups:
    """The known self-scores of each group, lowest first."""
    groups: dict[str, list[Decimal]] = {}
    for one in objects:
        if one.score is not None and one.group:
            groups.setdefault(one.group, []).append(one.score)
    return {name: sorted(scores) for name, scores in groups.items()}


@dataclass(frozen=True, slots=True)
class _Question:
    """A reason as it is in force, with its floors as numbers."""

    code: str
    title: str
    ground: Ground
    standing: Standing
    floors: Floors


def _questions(on: date | int | None, overrides: Overrides | None) -> list[_Question]:
    """The reasons in force, in the order of the rule."""
    return [
        _Question(
            code,
            entry["title"],
            entry["ground"],
            basis.standing_of(entry),
            {key: basis.number(value) for key, value in entry["floors"].items()},
        )
        for code, entry in basis.in_force(RULE, on, overrides).content["reasons"].items()
    ]


def _judged(
    one: SelfEvaluation, peers: Groups, questions: Iterable[_Question]
) -> tuple[tuple[Reason, ...], tuple[str, ...]]:
    """The reasons of one object, and the codes that could not be asked of it."""
    reasons, not_asked = [], []
    for asked in questions:
        text = _REASONS[asked.code](one, asked.floors, peers)
        if text is None:
            not_asked.append(asked.code)
        elif text:
            reasons.append(Reason(asked.code, asked.title, asked.ground, asked.standing, text))
    return tuple(reasons), tuple(not_asked)


def _execution(one: SelfEvaluation, floors: Floors, _: Groups) -> Answer:
    if one.rate is None or one.score is None:
        return None
    if one.rate >= floors["rate_below"] or one.score < floors["score_from"]:
        return ""
    return (
        f"执行率 {_two(one.rate)}%（低于 {plain(floors['rate_below'])}%），"
        f"自评 {plain(one.score)} 分（{plain(floors['score_from'])} 分以上）。"
    )


def _last_year(one: SelfEvaluation, floors: Floors, _: Groups) -> Answer:
    if one.last_score is None or one.score is None:
        return None
    rise = one.score - one.last_score
    if rise < floors["rise_from"]:
        return ""
    return (
        f"自评 {plain(one.score)} 分，上年 {plain(one.last_score)} 分，"
        f"高出 {plain(rise)} 分（界限 {plain(floors['rise_from'])} 分）。"
    )


def _peers(one: SelfEvaluation, floors: Floors, peers: Groups) -> Answer:
    if one.score is None or not one.group:
        return None
    scores = peers[one.group]
    others = len(scores) - 1
    if others < max(int(floors["peers_from"]), 1):
        return None
    middle = _middle_without(scores, bisect_left(scores, one.score))
    if one.score - middle < floors["above_median_from"]:
        return ""
    return (
        f"自评 {plain(one.score)} 分，同类其他 {others} 个的中位数 {plain(middle)} 分，"
        f"高出 {plain(one.score - middle)} 分（界限 {plain(floors['above_median_from'])} 分）。"
    )


def _middle_without(scores: Sequence[Decimal], own: int) -> Decimal:
    """The median of sorted scores without the one at ``own``, without
    making a list for each object.
    """
    others = len(scores) - 1
    low, high = (scores[at + (at >= own)] for at in ((others - 1) // 2, others // 2))
    return (low + high) / 2


def _monitoring(one: SelfEvaluation, floors: Floors, _: Groups) -> Answer:
    if one.light is None or one.score is None:
        return None
    if one.light != RED or one.score < floors["score_from"]:
        return ""
    return f"年中监控亮红灯，自评 {plain(one.score)} 分（{plain(floors['score_from'])} 分以上）。"


def _proof(one: SelfEvaluation, floors: Floors, _: Groups) -> Answer:
    if one.proved is None:
        return None
    if one.proved >= floors["proved_below"]:
        return ""
    return f"有佐证的分值占得分的 {_two(one.proved)}%，低于 {plain(floors['proved_below'])}%。"


def _counted(name: str, floor: str, words: str) -> Callable[..., Answer]:
    """A reason that holds from so many sentences of one field on; the first three are quoted."""

    def answer(one: SelfEvaluation, floors: Floors, _: Groups) -> Answer:
        sentences: Sequence[str] | None = getattr(one, name)
        if sentences is None:
            return None
        if not sentences or len(sentences) < floors[floor]:
            return ""
        quoted = "；".join(text.rstrip("。") for text in sentences[:_QUOTED])
        more = "等" if len(sentences) > _QUOTED else ""
        return f"{words} {len(sentences)} 处：{quoted}{more}。"

    return answer


_QUOTED = 3
_REASONS: dict[str, Callable[..., Answer]] = {
    "FH-11": _execution,
    "FH-12": _last_year,
    "FH-13": _peers,
    "FH-14": _monitoring,
    "FH-15": _proof,
    "FH-16": _counted("lowered", "rows_from", "目标值低于批复"),
    "FH-17": _counted("differences", "differences_from", "与复算不符"),
    "FH-18": _counted("doubts", "doubts_from", "疑点"),
}


def _two(percent: Decimal) -> Decimal:
    return scaled(Fraction(percent), 2)
