"""A ledger file read by a limited child that writes its rows beside it; the parent takes them as one frame of text."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from wenxiao.files.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 300


def read_ledger_file(path: Path) -> dict[str, Any]:
    """What files.ledger tells of a file, with its rows as ``frame`` (c0 = line, c1 … = text); null without rows."""
    with tempfile.TemporaryDirectory(prefix="wenxiao-rows-") as folder, Pool(1, seconds=SECONDS) as pool:
        rows = Path(folder) / "rows.csv"
        read = pool.read(path, "ledger", rows_to=rows)
        width = len(read["columns"]) + 1
        read["frame"] = _frame(rows, width) if rows.exists() and rows.stat().st_size and read["columns"] else None
        read["peak_kib"] = pool.peak_kib
    return read


def _frame(rows: Path, width: int) -> pl.DataFrame:
    text = [pl.col(f"c{at}").fill_null("") for at in range(1, width)]
    return pl.read_csv(rows, has_header=False, schema=_schema(width)).with_columns(text)


def _schema(width: int) -> dict[str, type[pl.Int64 | pl.String]]:
    return {"c0": pl.Int64} | {f"c{at}": pl.String for at in range(1, width)}


def frame_from_rows(rows: Sequence[Sequence[Any]], width: int) -> pl.DataFrame | None:
    """The same frame from rows in memory (``[line, text, …]``); None without rows."""
    if not rows:
        return None
    return pl.DataFrame(rows, schema=_schema(width), orient="row")
