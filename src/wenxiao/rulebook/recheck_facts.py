"""What a published self-evaluation tells the drawing of the re-check: its
own figures, and facts given beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.checks import Table, doors
from wenxiao.rulebook.checks.registry import run
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.rulebook.published import fiscal_year, is_whole, judge_table
from wenxiao.rulebook.published_marks import number_in
from wenxiao.rulebook.recheck import SelfEvaluation

Case = Mapping[str, object]
LOWERED = "FH-07"
"""The check of a form beside its approved target that asks whether a value was made easier."""
WEIGHTS = "ZP-10"
"""The check of the sum of weights, which says nothing of a form of which rows are missing."""
LIGHTS = {"红": "red", "黄": "yellow", "绿": "green"}
_UNPROVED = frozenset({"", "无", "没有", "否", "无佐证"})


def self_evaluation(
    case: Case, name: str, *, year: int | None = None, overrides: Overrides | None = None
) -> SelfEvaluation:
    """One case (shape of ``wenxiao score``) with what was put beside it.

    Beside the form may stand: ``last_year`` {score}, ``group``, ``monitoring`` {light},
    ``proved_share``, ``doubts`` [text], and on a row ``proof`` and ``approved_target``. What does
    not stand there is not known.
    """
    answer = judge_table(case, year=year, overrides=overrides)
    score, total = number_in(case.get("total_score")), answer["total"]
    if score is None and total.get("complete"):
        score = number_in(total.get("points"))
    rows = list(cast("list[Case]", case.get("indicators") or []))
    scored = score is not None or any(number_in(row.get("score")) is not None for row in rows)
    return SelfEvaluation(
        id=name,
        score=score,
        rate=number_in((answer.get("execution") or {}).get("rate")),
        last_score=number_in(_beside(case, "last_year", "score")),
        group=str(case.get("group") or case.get("kind") or ""),
        light=_light(case),
        proved=_proved(case, rows),
        lowered=_lowered(rows, overrides),
        differences=_sentences(answer["differences"]) if scored else None,
        doubts=_doubts(case, rows, year, overrides),
    )


def _sentences(differences: list[dict[str, str]]) -> tuple[str, ...]:
    return tuple(f"{one['place']} {one['text']}".strip() for one in differences)


def _beside(case: Case, name: str, field: str) -> object:
    """A fact beside the form, given as an object with the field or as the bare value."""
    value = case.get(name)
    return value.get(field) if isinstance(value, Mapping) else value


def _light(case: Case) -> str | None:
    """The light as a word of this system; None where none is given, or none that is known."""
    word = str(_beside(case, "monitoring", "light") or "").strip()
    light = LIGHTS.get(word[:1], word.lower())
    return light if light in LIGHTS.values() else None


def _proved(case: Case, rows: list[Case]) -> Decimal | None:
    """The share in percent of the form's own points whose rows name a
    proof; None where no row says anything of proof.
    """
    share = number_in(case.get("proved_share"))
    if share is not None or all("proof" not in row for row in rows):
        return share
    scores = [(number_in(row.get("score")) or Decimal(0), _has_proof(row)) for row in rows]
    proved = sum((score for score, has in scores if has), Decimal(0))
    return rate_percent(proved, sum((score for score, _ in scores), Decimal(0)))


def _has_proof(row: Case) -> bool:
    proof = row.get("proof")
    return proof.strip() not in _UNPROVED if isinstance(proof, str) else bool(proof)


def _lowered(rows: list[Case], overrides: Overrides | None) -> tuple[str, ...] | None:
    """What was made easier than approved; None where no approved value stands beside a row."""
    known = [row for row in rows if row.get("approved_target")]
    if not known:
        return None
    joined = [
        {
            **_texts(row),
            "approved_level3": str(row.get("level3") or row.get("name") or ""),
            "approved_level2": str(row.get("level2") or ""),
            "approved_target": _text(row["approved_target"]),
        }
        for row in known
    ]
    return tuple(hit.text for hit, _ in run(Table(joined, {}, overrides), (LOWERED,)))


def _doubts(
    case: Case, rows: list[Case], year: int | None, overrides: Overrides | None
) -> tuple[str, ...] | None:
    """The doubts given, and those the bureau's own checks of a
    self-evaluation have; None for a form without rows.
    """
    given = case.get("doubts")
    doubts = [_doubt(one) for one in given] if isinstance(given, list) else []
    if not rows and not isinstance(given, list):
        return None
    head = {
        "year": year or fiscal_year(case.get("year")),
        "name": str(case.get("project") or ""),
        "execution_weight": number_in(case.get("exec_weight")),
    }
    table = Table([_texts(row) for row in rows], head, overrides)
    doubts += [
        hit.text
        for hit, problem in doors.CANDIDATES.run(table, "selfeval")
        if problem.code != WEIGHTS or is_whole(case)
    ]
    return tuple(dict.fromkeys(doubts))


def _doubt(one: object) -> str:
    return str(one.get("text") or one.get("code") or "") if isinstance(one, Mapping) else str(one)


def _texts(row: Case) -> dict[str, object]:
    """A row as the checks read it: numbers exact, texts as text."""
    names = ("level1", "level2", "level3", "target", "actual", "deviation")
    row = {**row, "level3": row.get("level3") or row.get("name")}
    read: dict[str, object] = {name: _text(row.get(name)) for name in names}
    score = number_in(row.get("score"))
    return {
        **read,
        "weight": number_in(row.get("weight")),
        "score": score,
        "published": score,
        "note": read["deviation"],
    }


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        value = value.get("value")
    return "" if value is None else str(value)
