"""A ledger file read by a limited child that writes its lines beside it;
the parent takes them part by part.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from wenxiao.files.forms.ledger_rows import part_of
from wenxiao.files.pool import Pool
from wenxiao.rulebook.column_words import column_words
from wenxiao.store.scratch import Scratch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wenxiao.orgs.models import Division

SECONDS = 300


def read_ledger_file(path: Path, division: Division) -> dict[str, Any]:
    """What files.ledger tells of a file, by the words of the division's offices; its lines wait in
    a ``folder`` that goes with the answer (:class:`RawLines`).
    """
    folder = Scratch("rows")
    with Pool(1, seconds=SECONDS, words=column_words(division.own_rules)) as pool:
        read = pool.read(path, "ledger", rows_to=Path(folder.name) / "rows")
        return read | {"folder": folder, "peak_kib": pool.peak_kib}


class RawLines:
    """The lines of a ledger that was read, as frames of text (c0 = line, c1
    …), never all of them at once.
    """

    def __init__(self, read: Mapping[str, Any]) -> None:
        self._read = read
        self._width = len(read["columns"]) + 1
        self._last: list[int] = []

    def __iter__(self) -> Iterator[pl.DataFrame]:
        if self._read["rows"]:
            yield pl.DataFrame(self._read["rows"], schema=self._schema(), orient="row")
        for at in range(self._read.get("parts", 0) if self._read["columns"] else 0):
            frame = self._part(at)
            self._last[at:] = [frame["c0"][-1]]
            yield frame

    def at(self, lines: Sequence[int]) -> pl.DataFrame:
        """These lines once more, from the parts that hold them."""
        wanted, frames = sorted(lines), [pl.DataFrame(schema=self._schema())]
        if self._read["rows"]:
            frames += [frame.filter(pl.col("c0").is_in(wanted)) for frame in self]
        elif wanted:
            first = 0
            for at, last in enumerate(self._last):
                if any(first < line <= last for line in wanted):
                    frames.append(self._part(at).filter(pl.col("c0").is_in(wanted)))
                first = last
        return pl.concat(frames)

    def _part(self, number: int) -> pl.DataFrame:
        text = [pl.col(f"c{at}").fill_null("") for at in range(1, self._width)]
        rows = part_of(Path(self._read["folder"].name) / "rows", number)
        return pl.read_csv(rows, has_header=False, schema=self._schema()).with_columns(text)

    def _schema(self) -> dict[str, type[pl.Int64 | pl.String]]:
        return {"c0": pl.Int64} | {f"c{at}": pl.String for at in range(1, self._width)}
