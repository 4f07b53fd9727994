"""试算清单: every object a proposed rule value was tried over, as a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.files.out.spreadsheets import ColumnSpec, SheetSpec, workbook_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

COLUMNS = (
    ColumnSpec("序号", 6, "number"),
    ColumnSpec("任务或年度", 28),
    ColumnSpec("对象", 40),
    ColumnSpec("改前 → 改后，或不变的原因", 60),
)


def trial_book(
    name: str, lines: Iterable[tuple[str, str, str]], notes: Sequence[str], watermark: str | None
) -> bytes:
    """The lines (round, object, what moves or why nothing does) under a title, as .xlsx."""
    sheet = SheetSpec(
        name="试算清单",
        title=f"{name}试算清单",
        columns=COLUMNS,
        rows=[(at, *line) for at, line in enumerate(lines, 1)],
        notes=tuple(notes),
        watermark=watermark,
    )
    return workbook_bytes([sheet])
