"""Names that say a file may be a state secret: such a file is refused once, at every door, and never named again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wenxiao.files.forms.targets.form import TargetForm
from wenxiao.orgs.services.secrecy import secret_mark
from wenxiao.rulebook.codes import CLASSIFIED
from wenxiao.rulebook.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wenxiao.files.forms.forms import ObjectForm, Reading

NOT_KEPT = "（未予留存的文件）"
"""What a file is called whose name may not be kept."""
_MEND = "请立即从本机删除该文件，改由线下按保密规定办理。"


def secret_problems(reading: Reading, forms: Iterable[ObjectForm]) -> list[Problem]:
    """Why this file may not enter at all: a marking in it, or a name that says so. The name itself is not repeated."""
    marked = [
        replace(problem, sheet=None) if secret_mark(problem.sheet or "") else problem
        for problem in reading.problems
        if problem.code == CLASSIFIED
    ]
    named = [("文件名", reading.file)]
    for at, form in enumerate(forms, start=1):
        named += [
            (f"第 {at} 张表的{what}", text)
            for what, text in (
                ("工作表名称", form.sheet),
                ("项目名称", form.subject_text),
                ("单位名称", form.unit_text),
                ("部门名称", form.department_text),
                *(
                    ("指标名称", row.name)
                    for row in (form.rows if isinstance(form, TargetForm) else ())
                ),
            )
        ]
    return marked + [refusal(what, mark) for what, text in named if (mark := secret_mark(text))]


def refusal(what: str, mark: str, *, line: int | None = None) -> Problem:
    """The refusal of a name that carries a marking; ``what`` says which name, never how it reads."""
    text = f"{what}带有“{mark}”字样。涉密项目和文件不得进入本系统，没有留存。"
    return Problem(CLASSIFIED, "阻断", text, line=line, mend=_MEND)
