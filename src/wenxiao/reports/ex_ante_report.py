"""事前绩效评估报告: what was asked for, how it was weighed, what the meeting said,
and the conclusion with its money.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.files.out.documents import OfficialDocument
from wenxiao.reports.printing import NO_DATE, WATERMARK
from wenxiao.reports.wording import day_text
from wenxiao.reviews.exante import limit_of, source_of_items
from wenxiao.reviews.panels import criterion_points
from wenxiao.reviews.selectors import sheets_of
from wenxiao.reviews.states import SETTLED
from wenxiao.rulebook.numbers import wan

if TYPE_CHECKING:
    from wenxiao.reviews.models import ExAnte, Review

_TABLE = 10


def ex_ante_docx(row: ExAnte) -> bytes:
    """The report as .docx; what nobody has written yet stands as 【待填：…】,
    and an open result says so.
    """
    subject, division = row.dossier.subject, row.round.division
    paper = OfficialDocument(watermark=WATERMARK if division.demo else None)
    title = f"{subject.name}事前绩效评估报告"
    paper.document.core_properties.title = title
    paper.add_title(title)
    paper.add_heading1("一、评估对象")
    term = f"，申请设立 {row.term_years} 年" if row.term_years else ""
    paper.add_paragraph(
        f"{subject.name}（{subject.get_kind_display()}），由{row.dossier.unit.name}申请，"
        f"预算年度为{row.round.fiscal_year}年，申请资金{wan(row.requested)}万元{term}。"
    )
    paper.add_paragraph(_sentence(f"立项理由：{row.why}"))
    basis = _sentence(f"立项依据：{row.basis}") if row.basis else "立项依据：【待填：依据的文件】"
    paper.add_paragraph(basis)
    paper.add_heading1("二、评估方式和过程")
    _process(paper, row)
    paper.add_heading1("三、评估内容和结果")
    if row.review is not None:
        _points(paper, row.review)
    paper.add_heading1("四、评估结论")
    _conclusion(paper, row)
    paper.add_signature(division.bureau, NO_DATE)
    return paper.save()


def _sentence(text: str) -> str:
    """The words somebody wrote, closed with one full stop."""
    text = text.rstrip()
    return text if text.endswith(("。", "！", "？", "；")) else f"{text}。"


def _process(paper: OfficialDocument, row: ExAnte) -> None:
    document, standing = source_of_items(row)
    paper.add_paragraph(f"评估内容见于{document}（{standing}），逐项评分，满分100分。")
    for one in row.meetings:
        where = f"在{one['place']}" if one.get("place") else ""
        held = day_text(date.fromisoformat(one["on"]))
        people = one["people"].rstrip("。")
        paper.add_paragraph(
            f"{held}{where}召开评估会，参加人员：{people}。"
            f"{_sentence('会议意见：' + one['summary'])}"
        )
    if not row.meetings:
        paper.add_paragraph("【待填：评估会的时间、参加人员和意见；没有开会的写明方式】")


def _points(paper: OfficialDocument, review: Review) -> None:
    sheet = sheets_of([review.pk])[review.pk]
    rows, total = [], Decimal(0)
    for one in sheet.criteria:
        marks = sheet.marks.get(one.pk, [])
        points = criterion_points(list(marks))
        notes = "；".join(dict.fromkeys(m.note.strip() for m in marks if m.note.strip()))
        rows.append([one.level1, one.name, _shown(one.weight), _shown(points), notes])
        total += points or Decimal(0)
    rows.append(["合计", "", "100.00", f"{total:.2f}" if review.complete else "未评完", ""])
    paper.add_line("", size=_TABLE, exact=6)
    paper.add_table(
        ["方面", "评估内容", "分值", "得分", "说明"],
        rows,
        [17, 27, 10, 10, 26],
        size=_TABLE,
        align=["center", "left", "center", "center", "left"],
    )
    paper.add_line("", size=_TABLE, exact=8)


def _shown(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def _conclusion(paper: OfficialDocument, row: ExAnte) -> None:
    if not row.conclusion:
        paper.add_paragraph("【待填：予以支持、部分支持或不予支持，以及支持的金额】")
        return
    money = "" if row.supported is None else f"，支持资金{wan(row.supported)}万元"
    paper.add_paragraph(
        f"申请资金{wan(row.requested)}万元，评估结论为“{row.get_conclusion_display()}”{money}。"
    )
    paper.add_paragraph(_sentence(row.opinion))
    if row.review is None or row.review.state not in SETTLED:
        paper.add_paragraph("（本结论尚未确认，确认后生效。）")
    limit = limit_of(row.round.division, row.round.fiscal_year)
    effect = "没有结论或不予支持的，不安排预算" if limit.blocks else "供安排预算参考"
    ground = f"{limit.source}，{limit.standing}" if limit.source else "本级没有另行规定"
    paper.add_paragraph(f"本结论{effect}（{ground}）。")
