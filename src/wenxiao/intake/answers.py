"""Answers to what a form leaves open: from the wizard as numbers, from a command or a machine as
names.

One answer per form: ``unit`` and ``subject`` (number, full name, code, or "create"), ``round``
(number, name, or "create"), ``year``, ``skip`` (leave it out), ``keep`` (import it though another
file has the same project), ``cells`` (cell → "file" or "ours": whose value is taken where both
differ).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wenxiao.intake.values import TAKES
from wenxiao.rulebook.codes import CHOICE_DIFFERS
from wenxiao.rulebook.problems import Problem
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wenxiao.files.forms.forms import ObjectForm
    from wenxiao.intake.scope import SeenDirectory

EVERY = "*"
"""The answer to whatever is open, for every form that has none of its own."""
CREATE = "create"
CREATE_ALL = {EVERY: {"unit": CREATE, "subject": CREATE, "round": CREATE}}
"""The answer of somebody who wants everything unknown to be created."""
FIRST_YEAR, LAST_YEAR = 2000, 2100
_WORDS = {"unit": "单位", "subject": "项目", "round": "任务"}
_SHAPES = "每张表写 unit、subject、round（名称、代码、编号或 create）、year（四位年度）、skip、keep（true）、cells（格 → file 或 ours）"


def checked(choices: Any) -> dict[str, dict[str, Any]]:
    """Answers written by a person or a machine, each of the shape it must have.
    NotAllowed with what is expected.
    """
    if not isinstance(choices, dict) or not all(isinstance(one, dict) for one in choices.values()):
        raise NotAllowed(
            f'choices 应为对象，如 {{"0": {{"unit": "示例局"}}}}：键是表的序号（从 0 起）、工作表名称或 *；{_SHAPES}。'
        )
    for key, one in choices.items():
        for name, value in one.items():
            if not _fits(name, value):
                raise NotAllowed(f"choices 里“{key[:40]}”的 {name[:40]} 不对；{_SHAPES}。")
    return choices


def _fits(name: str, value: Any) -> bool:
    if name in _WORDS:
        return type(value) in {int, str}
    if name == "year":
        return type(value) is int and FIRST_YEAR <= value <= LAST_YEAR
    if name == "joins":
        return value == "none" or isinstance(value, dict)
    if name == "cells":
        return isinstance(value, dict) and all(take in TAKES for take in value.values())
    return name in {"skip", "keep"} and type(value) is bool


def answers_for(
    at: int, form: ObjectForm, choices: Mapping[str, Any], directory: SeenDirectory
) -> tuple[dict[str, Any], list[Problem]]:
    """The answers that hold for one form, as numbers, and a problem for
    each that doesn't (or no longer) hold.
    """
    creates = directory.importer.creates
    offered = dict(choices.get(EVERY, {}))
    answers = {n: v for n, v in offered.items() if v != CREATE or n in creates}
    answers |= choices.get(str(at)) or choices.get(form.sheet) or {}
    answers = {name: value for name, value in answers.items() if value not in (None, "")}
    if answers.get("skip"):
        return {"skip": True}, []
    wrong: list[Problem] = []
    for name in _WORDS:
        if name in answers:
            value = _number(name, answers[name], form, answers.get("unit"), directory)
            if value is None:
                wrong.append(_wrong(form, name, answers.pop(name)))
            else:
                answers[name] = value
    row = directory.round_by_pk.get(answers.get("round") or 0)
    if row is not None and "year" not in answers and form.fiscal_year is None:
        answers["year"] = row.fiscal_year
    return answers, wrong


def _number(
    name: str, value: Any, form: ObjectForm, unit: Any, directory: SeenDirectory
) -> int | str | None:
    """The number an answer means, or "create"; None where it means nothing
    this person may choose.
    """
    if value == CREATE:
        return CREATE if name in directory.importer.creates else None
    if name == "round":
        rows = directory.rounds_for(form)
        return next((row.pk for row in rows if value in {row.pk, row.name}), None)
    known = directory.unit_names if name == "unit" else directory.subject_names
    if isinstance(value, int):
        return value if value in known else None
    if name == "unit":
        return directory.unit(value)
    return directory.named_subject(value, unit if isinstance(unit, int) else None)


def _wrong(form: ObjectForm, name: str, value: Any) -> Problem:
    word = _WORDS[name]
    if isinstance(value, int) or value == CREATE:
        text = f"先前为此表选的{word}已停用、结束，或不在您的办理范围内。"
    else:
        text = f"为此表选的{word}“{value[:60]}”不存在，或不在您的办理范围内。"
    return Problem(
        CHOICE_DIFFERS, "阻断", text, sheet=form.sheet or None, mend=f"请重新选定{word}。"
    )
