"""结果应用清单 as Word: what a department asked, what was decided on each request, signed by a leader."""

from __future__ import annotations

from collections.abc import Sequence

from wenxiao.files.out.documents import OfficialDocument


def use_list(
    title: str,
    opening: str,
    rows: Sequence[Sequence[str]],
    *,
    office: str,
    signed: str,
    date: str,
    watermark: str | None = None,
) -> bytes:
    """A row a request, money in 万元; the last row is their sum.
    ``signed`` is "" while it is a draft.
    """
    document = OfficialDocument(watermark=watermark, landscape=True)
    document.add_title(title)
    document.add_paragraph(opening)
    document.add_table(
        [
            "序号",
            "项目",
            "上年预算",
            "申报数",
            "评价结果",
            "未整改",
            "建议",
            "决定",
            "审减额",
            "安排数",
            "理由",
        ],
        rows,
        [4, 17, 8, 8, 12, 6, 8, 8, 8, 8, 19],
        size=10.5,
        align=[
            *("center", "left", "right", "right", "left", "center"),
            *("center", "center", "right", "right", "left"),
        ],
    )
    document.add_paragraph(signed or "签字：　　　　　　　　　　　　　年　　月　　日")
    document.add_signature(office, date)
    return document.save()
