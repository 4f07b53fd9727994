"""Project codes as spreadsheets spoil them: an apostrophe before, the last
digits lost to a number or 9.99E+20.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from wenxiao.budget.models import Subject
from wenxiao.rulebook.codes import DIGITS_LOST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wenxiao.intake.ledger.lines import LedgerProblems
    from wenxiao.orgs.models import Division

_SCIENTIFIC = r"^\d(?:\.\d+)?[eE]\+?\d{1,2}$"
_CUT_TO_FIFTEEN = r"^\d{15}0{1,9}$"
"""A sheet keeps fifteen digits of a number; the rest become zeros."""


def with_true_codes(
    whos: pl.DataFrame, division: Division, texts: Iterable[str] = ()
) -> pl.DataFrame:
    """``code`` without an apostrophe; one that lost its digits is empty, and stands in ``spoilt``.

    An apostrophe before says that the code is a text, and so does a workbook of what it stores as
    one (``texts``): its zeros are its own.
    """
    tidy = pl.col("code").str.replace_all(r"^['’‘`\s]+|[\s\u3000]+$", "")
    cut = pl.col("code").str.contains(_SCIENTIFIC) | pl.col("code").str.contains(_CUT_TO_FIFTEEN)
    odd = whos.filter(cut).with_columns(code=tidy)
    whos = whos.with_columns(code=tidy)
    codes = odd["code"].unique().to_list()
    known = set(
        Subject.objects.filter(division=division, code__in=codes).values_list("code", flat=True)
    )
    known.update(texts)
    lost = pl.col("code").is_in([code for code in codes if code not in known])
    return whos.with_columns(
        spoilt=pl.when(lost).then("code").otherwise(pl.lit("")),
        code=pl.when(lost).then(pl.lit("")).otherwise("code"),
    )


def say_spoilt(frame: pl.DataFrame, numbered: pl.DataFrame, findings: LedgerProblems) -> None:
    """Each code that lost its digits, at its first line: what happened, and
    by what the line was matched instead.
    """
    spoilt = numbered.filter(pl.col("spoilt") != "").select("who", "spoilt")
    if not spoilt.height:
        return
    seen = frame.select("line", "who").join(spoilt, on="who")
    lines = pl.col("line").sort()
    named = lines.head(8).cast(pl.String).str.join("、") + pl.when(pl.len() > 8).then(
        pl.lit("……")
    ).otherwise(pl.lit(""))
    findings.each(
        seen.group_by("spoilt")
        .agg(pl.col("line").min(), named.alias("lines"), pl.len().alias("count"))
        .sort("line"),
        DIGITS_LOST,
        "警告",
        "项目代码“{spoilt}”存成了数字或科学计数，末位已丢失，按项目名称匹配（{count} 行：第 {lines} 行）。",
        mend="请把代码列设为文本，从系统重新导出后再导入；本来就以零结尾的，把这一列设为文本（csv 在代码前加一个单引号）；或核对匹配到的项目。",
        got="spoilt",
    )
