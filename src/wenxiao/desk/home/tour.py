"""走一遍: five steps over the desk for each role, shown beside what they speak of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class TourStep:
    """One step: the place on the page (a selector; the page as a whole where it is not shown)
    and what is said.
    """

    at: str
    words: str


DUTY = ".duty"
YEAR = TourStep(".top .year", "先看工作年度：左右箭头换年，整个系统跟着换。")
SEEK = TourStep(
    ".seek, .find",
    "记不得在哪儿，按 Ctrl K 打名字、拼音首字母或编码的一段，对象、页面、要办的事都找得到。",
)
HELP = TourStep(
    ".help-mark, .who",
    "每一页的“?”写着这一页怎么用；“帮助”里有本岗位的说明、常见问题、一年的安排。",
)
MIDDLE: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "clerk": (
        (DUTY, "“等我办”里点“填报”，一行一个指标，填完成值，离开这一行就存好了。"),
        ("desk:selfeval", "“自评”列着您要报的每一份、报到哪一步；退回的理由在填报页最上面。"),
    ),
    "head": (
        (DUTY, "“等我办”里点“审核”：看完成值、得分和检查结果，通过或退回。"),
        ("desk:subjects", "“对象”是本单位全部项目的预算、支出、进展和结果。"),
    ),
    "department": (
        (DUTY, "“等我办”里是所属单位报来等您审核的表。"),
        ("desk:selfeval", "“自评”一列“疑点”写着差在哪里，没有疑点的先过。"),
    ),
    "office": (
        (DUTY, "“等我办”里是对口单位等审核、等核验的事。"),
        ("desk:monitoring", "“监控”看红黄灯和旁边的算式，写现场情况和建议。"),
    ),
    "performance": (
        (".rail, .duty", "上面一排是一年各环节办了多少、该办多少，点进去就是清单。"),
        (DUTY, "“等我办”是催办、审核、督办、写报告；逾期的排在前面。"),
    ),
    "budget": (
        (
            "desk:rectifications",
            "“整改应用 → 结果应用”逐条写着得分、等级和问题，由您决定下年度怎么安排。",
        ),
        ("desk:subjects", "“对象”可以按等级、执行率筛选，再导出 Excel。"),
    ),
    "treasury": (
        (DUTY, "“导入台账”收支付明细：先看合计和有问题的行，再确认；导错了能撤销。"),
        ("desk:subjects", "导入后各项目的支出和执行率在“对象”里。"),
    ),
    "secretariat": (
        ("desk:report_now", "“报告”打开签发的一期，右侧登记领导批示，承办科室收到待办。"),
        (DUTY, "“等我办”里是要审查、要签发公开、要回应的事。"),
    ),
    "leader": (
        ("desk:watch", "“督看”第一行就是结论；一张图里点哪个圆就看哪个项目。"),
        ("desk:report_now", "“报告”送签后，右上角签发；不妥就退回。"),
    ),
    "agency": (
        (DUTY, "“分派给我的评价”里点“打开”，填分，扣分写原因。"),
        ("desk:evaluations", "评完点“报送”；评分表右上角可以下载空表和已评的表。"),
    ),
    "expert": (
        (DUTY, "“分派给我的评价”里点“打开”，填您自己的分，扣分写原因。"),
        ("desk:evaluations", "交分以后不能再改；全部专家交齐以前谁也看不到别人的分。"),
    ),
    "system": (
        ("desk:people", "“单位与用户”建账号、停账号、维护单位；授权由安全管理员办。"),
        (DUTY, "新建的财政局先照“开张准备”的次序做。"),
    ),
    "security": (
        ("desk:people", "“单位与用户 → 用户与授权”点姓名授权：角色、范围、截止日期、依据文件。"),
        (DUTY, "等您同意的账号发放、密码重置在这里。"),
    ),
    "audit": (
        ("desk:trail", "“留痕”按经办人、事项、日期查，“核验”重新计算整条链。"),
        (DUTY, "收到时原样保存的文件列在这里。"),
    ),
    "auditor": (
        ("desk:trail", "“留痕 → 档案取证”取一份档案的全部材料。"),
        ("desk:subjects", "“对象”里是整份档案，只读。"),
    ),
}


def tour_of(roles: Sequence[str]) -> list[TourStep]:
    """The five steps of a person's first role; none without a role."""
    role = next((one for one in roles if one in MIDDLE), None)
    if role is None:
        return []
    own = [
        TourStep(f'.menu a[href="{reverse(at)}"], {DUTY}' if ":" in at else at, words)
        for at, words in MIDDLE[role]
    ]
    return [YEAR, *own, SEEK, HELP]
