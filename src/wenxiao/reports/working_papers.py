"""取证单（事实确认书）, interview and visit sheets, and 打分说明书: papers of one
evaluation, on A4, to be signed or recomputed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.files.cells.package_sheets import PAPER_LABEL
from wenxiao.files.out.documents import OfficialDocument
from wenxiao.reports.printing import NO_DATE, WATERMARK
from wenxiao.reports.wording import day_text
from wenxiao.reviews.panels import criterion_points
from wenxiao.reviews.selectors import sheets_of
from wenxiao.rulebook.numbers import plain, rate_percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.reviews.models import Criterion, Mark, Review
    from wenxiao.reviews.working_paper import WorkingPaper

WAN = Decimal(10_000)
TITLES = {
    "facts": "绩效评价取证单（事实确认书）",
    "interview": "绩效评价访谈记录",
    "visit": "绩效评价现场勘查记录",
}
PEOPLE = {"interview": "访谈对象", "visit": "在场人员"}
UNSIGNED = f"签字（盖章）：　　　　　　{NO_DATE}"


def _name(review: Review) -> str:
    dossier = review.dossier
    whole = dossier.subject.kind == "department_overall"
    return f"{dossier.unit.name}部门整体支出" if whole else dossier.subject.name


def papers_docx(review: Review, papers: Sequence[WorkingPaper]) -> bytes:
    """Working papers as .docx, one a page, each with room for the unit's
    opinion, signature and seal.
    """
    document = OfficialDocument(watermark=WATERMARK if review.round.division.demo else None)
    document.document.core_properties.title = f"{_name(review)}工作底稿"
    for at, paper in enumerate(papers):
        if at:
            document.start_portrait()
        _paper(document, review, paper)
    if not papers:
        document.add_title(f"{_name(review)}工作底稿")
        document.add_paragraph("还没有工作底稿。")
    return document.save()


def blank_papers_docx(review: Review) -> bytes:
    """One empty 取证单, interview and visit sheet, to be filled in Word and brought back."""
    document = OfficialDocument(watermark=WATERMARK if review.round.division.demo else None)
    document.document.core_properties.title = f"{_name(review)}空白底稿"
    for at, (kind, title) in enumerate(TITLES.items()):
        if at:
            document.start_portrait()
        document.add_title(title)
        rows = [[PAPER_LABEL, f"{review.pk}-{kind}"], *_head(review)]
        rows += [["评分项", ""], ["日期", ""]]
        rows += [[PEOPLE[kind], ""]] if kind in PEOPLE else []
        rows += [["事实", ""], ["来源", ""], ["核对方法", ""], ["取证人", ""], ["单位意见", ""]]
        rows.append(["单位确认", UNSIGNED])
        document.add_table(["项目", "内容"], rows, [20, 80], size=12)
    return document.save()


def _head(review: Review) -> list[list[str]]:
    return [["评价对象", _name(review)], ["被评价单位", review.dossier.unit.name]]


def _paper(document: OfficialDocument, review: Review, paper: WorkingPaper) -> None:
    document.add_title(TITLES[paper.kind])
    document.add_line(f"{paper.number}号", align="center")
    rows = [
        [PAPER_LABEL, f"{review.pk}-{paper.pk}"],
        *_head(review),
        ["评分项", paper.criterion.name if paper.criterion else "—"],
        ["日期", day_text(paper.done_on)],
    ]
    if paper.kind in PEOPLE:
        rows.append([PEOPLE[paper.kind], paper.people])
    rows += [
        ["事实", paper.facts],
        ["来源", paper.source],
        ["核对方法", paper.method],
        ["取证人", paper.by.name if paper.by else ""],
        ["单位意见", paper.opinion or "（以上事实是否属实）"],
        [
            "单位确认",
            f"{paper.signed_by}　{day_text(paper.signed_on)}" if paper.signed_on else UNSIGNED,
        ],
    ]
    document.add_table(["项目", "内容"], rows, [20, 80], size=12)


def scoring_note_docx(review: Review) -> bytes:
    """打分说明书: every row's points with how they came about, the sums of each first level and the
    total, for a calculator.
    """
    sheet = sheets_of([review.pk])[review.pk]
    document = OfficialDocument(watermark=WATERMARK if review.round.division.demo else None)
    title = f"{_name(review)}{review.round.fiscal_year}年度评价打分说明书"
    document.document.core_properties.title = title
    document.add_title(title)
    audited = review.audited
    if audited is not None and audited.arranged is not None and audited.used is not None:
        rate = rate_percent(audited.used, audited.arranged)
        document.add_paragraph(
            f"预算执行率 = 经审查实际使用 {plain(audited.used / WAN)} 万元 ÷ 经审查实际安排 "
            f"{plain(audited.arranged / WAN)} 万元 = {'不计算' if rate is None else f'{rate}%'}。"
        )
    levels: dict[str, list[Criterion]] = {}
    for row in sheet.criteria:
        levels.setdefault(row.level1, []).append(row)
    sums: list[tuple[str, Decimal | None]] = []
    for level, rows in levels.items():
        document.add_heading1(level)
        lines, points = _lines(rows, sheet.marks)
        document.add_table(
            ["评分项", "分值", "得分", "怎么得的", "评分标准"],
            lines,
            [22, 11, 11, 32, 24],
            size=10.5,
        )
        total = _sum(points)
        terms = " + ".join(_points(one) for one in points)
        document.add_paragraph(f"{level}小计 = {terms} = {_points(total)}")
        sums.append((level, total))
    document.add_heading1("合计")
    document.add_paragraph(
        f"{' + '.join(f'{level} {_points(one)}' for level, one in sums)} = "
        f"{_points(_sum([one for _, one in sums]))} 分，等级：{review.grade or '未定'}。"
    )
    for one in review.grade_changes:
        agreed = (
            f"，{one['confirmed_by']}同意：{one['confirmed_why']}" if one["confirmed_by"] else ""
        )
        document.add_paragraph(
            f"等级变动：{one['from'][0]}{one['from'][1]} 改为 {one['to'][0]}{one['to'][1]}"
            f"（{one['by']}，{one['on']}，{one['why']}{agreed}）。"
        )
    return document.save()


def _points(value: Decimal | None) -> str:
    return "未评" if value is None else f"{value:.2f}"


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [one for one in values if one is not None]
    return sum(known, Decimal(0)) if len(known) == len(values) else None


def _lines(
    rows: Sequence[Criterion], marks: dict[int, list[Mark]]
) -> tuple[list[list[str]], list[Decimal | None]]:
    lines: list[list[str]] = []
    points: list[Decimal | None] = []
    for row in rows:
        given = marks.get(row.pk, [])
        value = criterion_points(given)
        points.append(value)
        lines.append(
            [row.name, _points(row.weight), _points(value), _how(given, row, value), row.standard]
        )
    return lines, points


def _how(given: Sequence[Mark], row: Criterion, value: Decimal | None) -> str:
    own = next((mark for mark in given if mark.seat == ""), None)
    formula = str((own.explanation or {}).get("formula", "")) if own is not None else ""
    seats = [mark for mark in given if mark.seat and mark.points is not None]
    if not formula and own is None and seats:
        terms = " + ".join(_points(mark.points) for mark in seats)
        formula = f"（{terms}）÷ {len(seats)} = {_points(value)}"
    if not formula and value is not None and row.weight is not None and value < row.weight:
        formula = f"{_points(row.weight)} − {_points(row.weight - value)} = {_points(value)}"
    notes = dict.fromkeys(mark.note.strip() for mark in given if mark.note.strip())
    return "；".join(part for part in (formula, *notes) if part) or "满分"
