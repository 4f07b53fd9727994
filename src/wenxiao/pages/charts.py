"""Charts as data: what one says in a sentence, its rows as a table, its series. Drawn by assets/charts.js, readable without it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Chart:
    """A bar chart. ``finding`` is its sentence; ``names`` label the bars; each series is (word, token, values).

    ``token`` names a colour of tokens.css, or "" for the next quiet one. ``line`` is an ink line across the bars (time
    elapsed, a target) with its word. Values are percent or counts, None where nothing is known. ``stacked`` puts the
    series on top of each other, ``upright`` stands the bars up (years).
    """

    ident: str
    finding: str
    names: tuple[str, ...]
    series: tuple[tuple[str, str, tuple[float | int | None, ...]], ...]
    unit: str = ""
    line: tuple[str, float] | None = None
    stacked: bool = False
    upright: bool = False

    @property
    def data(self) -> str:
        """What the script reads, as JSON for a ``data-chart`` attribute."""
        return json.dumps(
            {
                "names": self.names,
                "unit": self.unit,
                "line": self.line,
                "stacked": self.stacked,
                "upright": self.upright,
                "series": [
                    {"name": name, "token": token, "values": values}
                    for name, token, values in self.series
                ],
            },
            ensure_ascii=False,
        )

    @property
    def rows(self) -> list[tuple[str, list[float | int | None]]]:
        """The table behind: a name and its values in the order of the series."""
        return [
            (name, [values[at] for _, _, values in self.series])
            for at, name in enumerate(self.names)
        ]


def grades_over_years(counts: Sequence[tuple[int, dict[str, int]]], ident: str = "grades") -> Chart:
    """How many of each grade in each year: (year, {优: n, …}) in order; the last year is the finding."""
    tokens = {"优": "accent", "良": "bar", "中": "warn-fill", "差": "bad-fill"}
    year, last = counts[-1] if counts else (0, {})
    told = (
        "、".join(f"{last[grade]} 个{grade}" for grade in tokens if last.get(grade)) or "没有结果"
    )
    return Chart(
        ident,
        f"{year} 年：{told}",
        tuple(str(one) for one, _ in counts),
        tuple(
            (grade, token, tuple(found.get(grade, 0) for _, found in counts))
            for grade, token in tokens.items()
        ),
        unit="个",
        stacked=True,
        upright=True,
    )
