"""Names in a ledger that carry a marking of state secrets."""

from __future__ import annotations

import polars as pl

from wenxiao.intake.refusals import refusal
from wenxiao.orgs.services.secrecy import secret_mark
from wenxiao.rulebook.problems import Problem


def secret_names(frame: pl.DataFrame, whos: pl.DataFrame) -> list[Problem]:
    """Refusals of such names, by the first line that bears each."""
    names = {"project": "项目名称", "unit": "单位名称", "department": "部门名称"}
    problems: list[Problem] = []
    for column, what in names.items():
        texts = whos[column].to_list() if column in whos.columns else []
        for who, text in enumerate(texts):
            mark = secret_mark(text or "")
            if mark:
                line = frame.filter(pl.col("who") == who)["line"].min()
                problems.append(refusal(what, mark, line=line if isinstance(line, int) else None))
    return problems
