"""意见处理表: what the unit objected to, how each objection was decided and why,
points before and after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.files.out.documents import OfficialDocument
from wenxiao.reports.printing import NO_DATE, WATERMARK
from wenxiao.reports.wording import day_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from wenxiao.reviews.models import Exchange, Objection


def _points(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def opinions_docx(
    exchange: Exchange, lines: Sequence[tuple[Objection, Decimal | None]], *, decided: bool
) -> bytes:
    """The table as .docx; each line an objection with its row's points as told.
    ``decided``: verdicts are printed.
    """
    review = exchange.review
    dossier, division = review.dossier, review.round.division
    paper = OfficialDocument(watermark=WATERMARK if division.demo else None, landscape=True)
    title = f"{dossier.subject.name}绩效评价初步结论意见处理表"
    paper.document.core_properties.title = title
    paper.add_title(title)
    paper.add_paragraph(
        f"被评价单位：{dossier.unit.name}　初步得分：{_points(exchange.points)}（{exchange.grade}）　"
        f"送达：{day_text(exchange.sent_on)}　意见期限：{day_text(exchange.due_on)}",
        indent=False,
    )
    rows = [
        [
            str(one.number),
            one.criterion.name if one.criterion else "整体或金额",
            one.text,
            one.proof or (str(one.material) if one.material else "无"),
            one.get_verdict_display() if decided else "",
            one.reason if decided else "",
            _points(was),
            _points(one.points if one.points is not None else was) if decided else "",
        ]
        for one, was in lines
    ]
    if not rows:
        rows = [["", "", "无异议", "", "", "", "", ""]]
    paper.add_table(
        ["序号", "评分项", "单位意见", "佐证", "处理", "理由", "初步得分", "处理后得分"],
        rows,
        [5, 14, 25, 14, 9, 21, 6, 6],
        size=10.5,
    )
    if decided:
        paper.add_paragraph(f"处理后得分：{_points(review.points)}（{review.grade}）", indent=False)
    signed = day_text(exchange.signed_on) if exchange.signed_on else NO_DATE
    paper.add_paragraph("评价组（签字）：　　　　　　　　定稿人（签字）：", indent=False)
    paper.add_paragraph(
        f"被评价单位（盖章）：　　　　　　　　负责人：{exchange.signed_by}　　　　日期：{signed}",
        indent=False,
    )
    return paper.save()
