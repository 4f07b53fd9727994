"""移送材料 as Word: the list of what is handed to 审计 and 纪检, and a paper for each finding."""

from __future__ import annotations

from collections.abc import Sequence

from wenxiao.files.out.documents import OfficialDocument


def handover_list(
    title: str,
    opening: str,
    rows: Sequence[Sequence[str]],
    *,
    office: str,
    date: str,
    watermark: str | None = None,
) -> bytes:
    """移送清单: number, object, unit, problem, severity, where the mending
    stands, papers in the package; for signature.
    """
    document = OfficialDocument(watermark=watermark, landscape=True)
    document.add_title(title)
    document.add_paragraph(opening)
    document.add_table(
        ["序号", "对象", "责任单位", "问题", "程度", "整改情况", "随附材料"],
        rows,
        [5, 20, 14, 28, 7, 12, 14],
        size=10.5,
        align=["center", "left", "left", "left", "center", "left", "left"],
    )
    document.add_paragraph(
        "移送人：　　　　　　　　　　接收人：　　　　　　　　　　　　　年　　月　　日"
    )
    document.add_signature(office, date)
    return document.save()


def finding_paper(
    title: str, facts: Sequence[tuple[str, str]], *, watermark: str | None = None
) -> bytes:
    """问题情况: everything on record about one finding, a line a fact; what is not known says so."""
    document = OfficialDocument(watermark=watermark)
    document.add_title(title)
    rows = [(name, text or "未载") for name, text in facts]
    document.add_table(["事项", "内容"], rows, [18, 72], size=12, align=["left", "left"])
    return document.save()
