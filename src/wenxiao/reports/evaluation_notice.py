"""评价通知书 and 工作方案 of an evaluation task as papers: what stands in the system
printed, prose left to write named.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.budget.money import money_of
from wenxiao.budget.selectors import dossiers_of
from wenxiao.files.out.documents import OfficialDocument
from wenxiao.reports import wording
from wenxiao.reports.printing import NO_DATE, WATERMARK
from wenxiao.reviews.selectors import people_on
from wenxiao.rulebook.numbers import wan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.budget.models import Dossier, Round
    from wenxiao.records.models import Notice

MATERIALS = (
    "立项依据、批复文件和绩效目标",
    "预算批复、资金下达和拨付凭证、明细账",
    "项目管理和资金管理制度",
    "招投标、合同、验收和结算资料",
    "产出和效益的统计资料、满意度调查资料",
)
"""What a 评价通知书 asks the unit for as a rule."""


@dataclass(frozen=True, slots=True)
class WorkPlan:
    """A task's plan as printed: the approval behind it, its number and the
    day materials are due.
    """

    number: str = ""
    approval: str = ""
    reason: str = ""
    due_on: str = ""


def _name(row: Dossier) -> str:
    whole = row.subject.kind == "department_overall"
    return f"{row.unit.name}部门整体支出" if whole else row.subject.name


def _wan(yuan: Decimal | None) -> str:
    return "未知" if yuan is None else wan(yuan, 2)


def _objects(rows: Sequence[Dossier]) -> list[list[str]]:
    money = money_of([row.pk for row in rows])
    return [
        [str(at), _name(row), row.unit.name, str(row.fiscal_year), _wan(money[row.pk].opening)]
        for at, row in enumerate(rows, start=1)
    ]


HEAD = ["序号", "评价对象", "单位", "预算年度", "年初预算（万元）"]
WIDTHS = [8, 40, 24, 12, 16]


def notice_docx(notice: Notice, round: Round, rows: Sequence[Dossier]) -> bytes:
    """The 评价通知书 to one unit: its objects, what it has to get ready and by
    when, the receipt slip at its end.
    """
    division = round.division
    paper = OfficialDocument(watermark=WATERMARK if division.demo else None)
    title = f"关于开展{round.work_year}年{round.get_kind_display()}的通知"
    paper.document.core_properties.title = title
    if notice.number:
        paper.add_line(notice.number, align="center")
    paper.add_title(title)
    paper.add_addressee(f"{notice.unit.name}：")
    basis = f"根据《{round.basis.title}》，" if round.basis_id and round.basis else ""
    paper.add_paragraph(
        f"{basis}我局决定对你单位以下对象开展{round.get_kind_display()}，现通知如下："
    )
    paper.add_heading1("一、评价对象")
    paper.add_table(HEAD, _objects(rows), WIDTHS, size=12)
    paper.add_heading1("二、需准备的材料")
    asked = [*MATERIALS, *(line.strip() for line in notice.text.splitlines() if line.strip())]
    paper.add_paragraph(wording.numbered(asked))
    paper.add_heading1("三、有关要求")
    due = wording.day_text(notice.due_on) if notice.due_on else NO_DATE
    paper.add_paragraph(
        f"请于{due}前把上述材料报送我局或受托评价机构，指定联系人配合现场核查，并对所提供材料的真实性、完整性负责。"
    )
    paper.add_signature(division.bureau, wording.day_text(notice.issued_on))
    paper.start_portrait()
    paper.add_title("送达回执")
    received_on = wording.day_text(notice.received_on) if notice.received_on else ""
    paper.add_table(
        ["项目", "内容"],
        [
            ["文件", f"{notice.number} {title}"],
            ["送达单位", notice.unit.name],
            ["签收人", notice.received_by],
            ["签收日期", received_on],
            ["单位盖章", ""],
        ],
        [24, 76],
        size=12,
    )
    return paper.save()


def work_plan_docx(round: Round, plan: WorkPlan) -> bytes:
    """The 工作方案 of a task: objects, frame, who does what, days.
    Prose nobody has written stands as 【待填：…】.
    """
    rows = list(
        dossiers_of(round)
        .select_related("subject", "unit")
        .order_by("subject__kind", "unit__path", "pk")
    )
    division = round.division
    paper = OfficialDocument(watermark=WATERMARK if division.demo else None)
    title = f"{round.name}工作方案"
    paper.document.core_properties.title = title
    if plan.number:
        paper.add_line(plan.number, align="center")
    paper.add_title(title)
    paper.add_heading1("一、评价对象")
    approved = f"本方案所列对象经{plan.approval}批准。" if plan.approval else ""
    why = f"选取理由：{plan.reason.rstrip('。')}。" if plan.reason else ""
    paper.add_paragraph(f"{approved}{why}共{len(rows)}个：")
    paper.add_table(HEAD, _objects(rows), WIDTHS, size=12)
    paper.add_heading1("二、评价内容和指标体系")
    paper.add_paragraph(
        "按决策、过程、产出、效益四个方面评价，满分100分。各对象的指标、权重和评分标准经复核定稿后执行。"
    )
    paper.add_heading1("三、组织分工")
    paper.add_table(
        ["评价对象", "评价机构", "主评人", "专家"], _people(round, rows), [34, 26, 18, 22], size=12
    )
    paper.add_heading1("四、时间安排")
    due = f"单位报送材料：{plan.due_on}前。" if plan.due_on else ""
    end = f"完成评价：{wording.day_text(round.deadline)}前。" if round.deadline else ""
    paper.add_paragraph(f"{due}【待填：现场核查、初步结论、交换意见的时间】{end}")
    paper.add_heading1("五、工作要求")
    paper.add_paragraph("【待填：质量、回避、保密和廉洁要求】")
    opened = wording.day_text(round.opens_on) if round.opens_on else NO_DATE
    paper.add_signature(division.bureau, opened)
    return paper.save()


def _people(round: Round, rows: Sequence[Dossier]) -> list[list[str]]:
    working = people_on(round)
    lines = []
    for row in rows:
        agency, duties = working.get(row.pk, ("", {}))
        lines.append(
            [
                _name(row),
                agency or "未分派",
                "、".join(duties.get("主评人", [])) or "未分派",
                "、".join(duties.get("专家", [])) or "未分派",
            ]
        )
    return lines
