"""评价报告: one evaluation as the paper an agency hands over, its figures
bound, its empty places said plainly.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.budget.kind_facts import dossier_numbered
from wenxiao.files.out.documents import OfficialDocument
from wenxiao.reports import wording
from wenxiao.reports.kind_facts import add_kind_facts
from wenxiao.reports.letters import NothingToTellError
from wenxiao.reports.printing import NO_DATE, WATERMARK
from wenxiao.reports.selfeval_report import proved_text
from wenxiao.reviews.kinds import work_title
from wenxiao.reviews.kinds.evaluation import DEPARTMENT_EVALUATION
from wenxiao.reviews.panels import criterion_points
from wenxiao.reviews.selectors import sheets_of
from wenxiao.reviews.services.framing import frame_numbered
from wenxiao.rulebook.numbers import plain, rate_percent
from wenxiao.targets.selectors import target_in_force

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.followup.selectors import Reported
    from wenxiao.reports.facts import Facts
    from wenxiao.reviews.models import Criterion, Mark, Review
    from wenxiao.targets.models import Target

WAN = Decimal(10_000)
_TABLE = 10


class _Line:
    """One criterion with its points; None where nobody gave any."""

    def __init__(self, row: Criterion, marks: Sequence[Mark]) -> None:
        self.level1, self.level2, self.name, self.weight = (
            row.level1,
            row.level2,
            row.name,
            row.weight,
        )
        self.points = criterion_points(list(marks))
        self.reason = "；".join(
            dict.fromkeys(mark.note.strip() for mark in marks if mark.note.strip())
        )

    @property
    def lost(self) -> bool:
        """Whether it earned less than its weight."""
        return self.points is not None and self.weight is not None and self.points < self.weight


def evaluation_docx(facts: Facts, judged: Review) -> bytes:
    """The evaluation report of one 财政评价 or 部门评价 as .docx, seven parts and the signature page.

    What the system holds is printed; prose nobody has written yet stands as 【待填：…】.
    NothingToTellError when the facts hold no such review.
    """
    row = next((one for one in facts.evaluated if one.review == judged.pk), None)
    if row is None:
        raise NothingToTellError(f"{facts.work_year}年的评价中没有这项评价。")
    sheet = sheets_of([judged.pk])[judged.pk]
    lines = [_Line(one, sheet.marks.get(one.pk, [])) for one in sheet.criteria]
    paper = OfficialDocument(watermark=WATERMARK if facts.place.demo else None)
    name = f"{row.unit}部门整体支出" if row.overall else wording.project_name(row)
    paper.document.core_properties.title = f"{name}{row.fiscal_year}年度{row.work}报告"
    paper.add_title(f"{name}\n{row.fiscal_year}年度{row.work}报告")
    _basics(paper, row, target_in_force(judged.dossier))
    _work(paper, facts, row, name)
    _result(paper, row, lines, proved_text(judged))
    _analysis(paper, lines)
    _problems(paper, row)
    paper.add_heading1("六、有关建议")
    paper.add_paragraph(
        wording.numbered(row.suggestions) if row.suggestions else _blank("有针对性、可操作的建议")
    )
    paper.add_heading1("七、其他需要说明的问题")
    paper.add_paragraph(_blank("没有需要说明的，写“无”"))
    _signatures(paper, row)
    return paper.save()


def _blank(what: str) -> str:
    return f"【待填：{what}】"


def _wan(yuan: Decimal | None) -> str:
    return "未录入" if yuan is None else f"{plain(yuan / WAN)}万元"


def _goals(target: Target | None) -> str:
    """The approved goal in its own words and how many indicators stand under it."""
    text = (target.text or target.long_text).strip() if target is not None else ""
    if target is None or not text:
        return _blank("总体目标和阶段性目标，照批复的绩效目标抄录")
    count = target.indicators.filter(hidden=False).count()
    stop = "" if text.endswith(("。", "！", "；")) else "。"
    return f"批复的年度总体目标：{text}{stop}设绩效指标{count}项。"


def _basics(paper: OfficialDocument, row: Reported, target: Target | None) -> None:
    what = "部门" if row.overall else "项目"
    paper.add_heading1("一、基本情况")
    paper.add_heading2(f"（一）{what}概况")
    subject_words = (
        f"{row.unit}{row.fiscal_year}年度部门整体支出"
        if row.overall
        else f"{wording.project_name(row)}由{row.unit}实施，预算年度为{row.fiscal_year}年"
    )
    paper.add_paragraph(
        f"{subject_words}。{_blank('部门职能、机构人员、重点工作' if row.overall else '立项背景、主要内容、组织实施情况')}"
    )
    paper.add_heading2("（二）资金安排和使用情况")
    money = f"年初预算安排{_wan(row.opening)}，经审查实际安排资金{_wan(row.arranged)}，经审查实际使用资金{_wan(row.used)}"
    rate = rate_percent(row.used, row.arranged)
    paper.add_paragraph(
        f"{money}{f'，预算执行率{rate}%（实际使用÷实际安排）' if rate is not None else ''}。"
    )
    dossier = dossier_numbered(row.dossier)
    besides = add_kind_facts(paper, dossier, "（三）")
    paper.add_heading2("（四）绩效目标" if besides else "（三）绩效目标")
    paper.add_paragraph(_goals(target))


def _work(paper: OfficialDocument, facts: Facts, row: Reported, name: str) -> None:
    cited = "、".join(f"《{one.title}》" for one in facts.papers if one.cited)
    paper.add_heading1("二、评价工作开展情况")
    paper.add_heading2("（一）评价目的、对象和范围")
    basis = f"根据{cited}要求，" if cited else ""
    paper.add_paragraph(
        f"{basis}对{name}{row.fiscal_year}年度支出开展{row.work}。{_blank('评价目的和范围')}"
    )
    paper.add_heading2("（二）评价原则、评价指标体系、评价方法、评价标准")
    bands = "；".join(
        f"{band.grade}：{wording.band_text(band, facts.bands).removeprefix('在')}"
        for band in facts.bands.bands
    )
    title, source = frame_numbered(row.review) or ("评价指标体系", "")
    paper.add_paragraph(
        f"{title}见附表{f'（依据：{source}）' if source else ''}，满分100分。评价等级：{bands}。{_blank('评价原则、方法和标准的来源')}"
    )
    paper.add_heading2("（三）评价工作过程")
    agency = f"本次评价由{row.agency}承担。" if row.agency else ""
    paper.add_paragraph(
        f"{agency}{_blank('前期准备、现场核查、分析评价、交换意见各阶段的时间和做法')}"
    )


def _result(paper: OfficialDocument, row: Reported, lines: Sequence[_Line], proved: str) -> None:
    paper.add_heading1("三、综合评价情况及评价结论")
    if row.points is None or not row.grade:
        paper.add_paragraph("评价结果尚未确认，得分和等级待确认后填列。")
    else:
        paper.add_paragraph(
            f"经综合评价，得分{row.points:.2f}分，评价等级为“{row.grade}”。{proved}"
            f"{_blank('总体评价')}"
        )
    if row.confirmed_note:
        paper.add_paragraph(row.confirmed_note)
    if not lines:
        paper.add_paragraph("系统中没有这项评价的评分表。")
        return
    paper.add_line("评分表", font="黑体", size=12, align="center", exact=24)
    rows = [
        [one.level1, one.level2, one.name, _points(one.weight), _points(one.points), one.reason]
        for one in lines
    ]
    rows.append(
        [
            "合计",
            "",
            "",
            _points(_sum([one.weight for one in lines])),
            _points(_sum([one.points for one in lines])),
            "",
        ]
    )
    paper.add_table(
        ["一级指标", "二级指标", "三级指标", "分值", "得分", "评分说明"],
        rows,
        [11, 12, 22, 8, 9, 28],
        size=_TABLE,
        align=["center", "center", "left", "center", "center", "left"],
    )
    paper.add_line("", size=_TABLE, exact=8)


def _points(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    """The total, None as soon as one is missing: a part would pass for the whole."""
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(values) else None


def _analysis(paper: OfficialDocument, lines: Sequence[_Line]) -> None:
    paper.add_heading1("四、绩效评价指标分析")
    if not lines:
        paper.add_paragraph(_blank("按决策、过程、产出、效益逐项分析"))
    for at, level in enumerate(dict.fromkeys(one.level1 for one in lines)):
        mine = [one for one in lines if one.level1 == level]
        weight, points = _sum([one.weight for one in mine]), _sum([one.points for one in mine])
        paper.add_heading2(f"（{'一二三四五六七八九十'[at % 10]}）{level}情况")
        head = f"{level}类指标分值{_points(weight)}分，得分{_points(points)}分。"
        lost = [one for one in mine if one.lost]
        open_rows = sum(one.points is None for one in mine)
        losses = "；".join(
            f"{one.name}分值{_points(one.weight)}分，得{_points(one.points)}分{f'，{one.reason.rstrip(chr(12290))}' if one.reason else '，未写明扣分原因'}"
            for one in lost
        )
        head += f"其中：{losses}。" if losses else ("" if open_rows else "各项均得满分。")
        paper.add_paragraph(head + (f"另有{open_rows}项未评分。" if open_rows else ""))


def _problems(paper: OfficialDocument, row: Reported) -> None:
    paper.add_heading1("五、主要经验及做法、存在的问题及原因分析")
    paper.add_heading2("（一）主要经验及做法")
    paper.add_paragraph(_blank("可推广的经验和做法"))
    paper.add_heading2("（二）存在的问题及原因分析")
    texts = [finding.text for finding in row.findings]
    paper.add_paragraph(wording.numbered(texts) if texts else _blank("存在的问题"))
    paper.add_paragraph(_blank("各问题的原因分析"))


def _signatures(paper: OfficialDocument, row: Reported) -> None:
    """The page the chief evaluator signs; names are written by hand."""
    paper.start_portrait()
    paper.add_title("评价报告签字页")
    paper.add_paragraph("本报告所列数据和结论经评价组核实，主评人对报告的真实性、准确性负责。")
    people = [
        ["主评人", "", "", ""],
        *([f"评价组成员{at}", "", "", ""] for at in range(1, 5)),
        ["复核人", "", "", ""],
    ]
    paper.add_table(["身份", "姓名", "职务（职称）", "签字"], people, [18, 22, 28, 32], size=12)
    paper.add_signature(f"{_signer(row)}（盖章）", NO_DATE)


def _signer(row: Reported) -> str:
    """The agency whose seal stands below; without one a department's own work bears its own."""
    own = (
        row.department
        if row.work == work_title(DEPARTMENT_EVALUATION.code, key=False)
        else "评价机构"
    )
    return row.agency or own
