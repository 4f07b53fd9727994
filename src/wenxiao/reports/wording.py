"""The words of the annual report: default prose an author may rewrite, and the phrases that follow
from the facts.

A phrase says no more than the rows do: groups that are empty are not spoken of, grades nobody has
are not listed, and the status sentence claims issued or received only for what is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wenxiao.reports import figures as f
from wenxiao.reports.structure import Runs, TextRun, Words, bind, joined

if TYPE_CHECKING:
    from datetime import date

    from wenxiao.followup.selectors import Paper, ProblemLine, Reported
    from wenxiao.reports.facts import Facts
    from wenxiao.reports.figures import Figure
    from wenxiao.rulebook.grading import Band, Bands

MOST_NAMES = 4
"""So many objects are named in a sentence before it says 等n个."""

OPENING = (
    "{工作年度}年，为进一步压实预算支出责任，提高财政资源配置效率和使用效益，加快建成全方位、全过程、全覆盖的预算绩效管理体系，"
    "{财政部门}{依据}{工作概况}。"
)
OVERALL = "根据工作安排，本年度对{部门名单}{部门预算年度}年度部门整体支出开展了财政重点绩效评价工作。评价结果如下："
PROJECTS = "根据工作安排，本年度对{项目预算年度}年度{项目名单}开展了财政重点绩效评价工作，评价结果整体情况为：{等级分布}。"
ONE_PROJECT = (
    "根据工作安排，本年度对{项目预算年度}年度{项目名单}开展了财政重点绩效评价工作，{单项结果}。"
)
PROBLEMS = "经梳理，{项目个数}个项目中存在的共性问题主要有："
ONE_PROJECT_PROBLEMS = "经梳理，该项目存在的问题主要有："
MONITORED = "根据工作安排，本年度对{监控名单}情况开展了财政重点监控工作，监控情况如下："
PLAN = (
    "为做好全面预算绩效管理，拟从以下三个方面推进工作：\n"
    "一是将绩效评价结果应用到预算安排。加大对{下一年度}年度各部门预算安排的审核力度，对评价等级较低、问题整改不到位的从严审核；"
    "将可以公开的评价结果向社会公开，接受监督。\n"
    "二是扩大财政绩效管理覆盖面。优先选择群众关心的民生项目和社会关注的重点建设项目开展财政绩效管理，"
    "逐步延伸到政府性基金预算、国有资本经营预算、社会保险基金预算以及政府和社会资本合作、政府采购、政府购买服务、政府债务项目。\n"
    "三是持续做好预算绩效管理培训宣传。组织各预算单位绩效经办人员和部门领导学习预算绩效管理政策，"
    "提高各预算部门的主体责任意识，切实做到“花钱必问效，无效必问责”。"
)
DEFAULTS = {
    "opening": OPENING,
    "overall": OVERALL,
    "projects": PROJECTS,
    "problems": PROBLEMS,
    "monitored": MONITORED,
    "plan": PLAN,
}
"""Default prose by the key an author rewrites it under."""


def default(key: str, facts: Facts) -> str:
    """The default prose of a key; a single project reads as one project."""
    one = len(facts.projects) == 1
    return (
        {"projects": ONE_PROJECT, "problems": ONE_PROJECT_PROBLEMS}.get(key, "")
        if one and key in {"projects", "problems"}
        else DEFAULTS[key]
    )


# --- names ----------------------------------------------------------------------------------------


def project_name(row: Reported) -> str:
    """A project's name as a sentence calls it: ends in 项目 unless the name
    already says what it is.
    """
    plain = row.kind != "project" or row.name.endswith(("项目", "工程", "经费项目", "资金项目"))
    return row.name if plain else f"{row.name}项目"


def listed(names: Sequence[str]) -> str:
    """「甲」, 「甲和乙」, 「甲、乙和丙」."""
    return names[0] if len(names) == 1 else "、".join(names[:-1]) + "和" + names[-1]


def years(rows: Sequence[Reported]) -> str:
    """The fiscal years of some rows: 2020, or 2019、2020."""
    return "、".join(str(year) for year in sorted({row.fiscal_year for row in rows}))


def department_names(facts: Facts) -> Runs:
    """Departments evaluated as a whole, all of them or the first with 等n个部门."""
    names = [row.unit for row in facts.overall]
    if not names:
        return ()
    if len(names) <= MOST_NAMES:
        return (TextRun(listed(names)),)
    return bind(
        "{名单}等{部门个数}个部门",
        {"名单": "、".join(names[:2]), "部门个数": f.departments_count(facts)},
    )


def project_names(facts: Facts, named: Sequence[Reported]) -> Runs:
    """The objects the author chose to name, with 等n个项目 when there are more."""
    names = "、".join(project_name(row) for row in named)
    if not facts.projects or len(named) == len(facts.projects):
        return (TextRun(names),) if names else ()
    template = "{名单}等{项目个数}个项目" if names else "{项目个数}个项目"
    return bind(template, {"名单": names, "项目个数": f.projects_count(facts)})


def monitored_names(facts: Facts) -> Runs:
    """Monitored projects by period: 甲和乙1-7月绩效运行、丙和丁1-10月绩效运行."""
    periods = list(dict.fromkeys(row.period for row in facts.monitored))
    return joined((_period_names(facts, period) for period in periods), "、")


def _period_names(facts: Facts, period: str) -> Runs:
    rows = [row for row in facts.monitored if row.period == period]
    names = [project_name(row) for row in rows]
    named = (
        listed(names) if len(names) <= MOST_NAMES else f"{'、'.join(names[:2])}等{len(names)}个项目"
    )
    return (TextRun(f"{named}{period}绩效运行"),)


# --- the opening ----------------------------------------------------------------------------------


def basis(papers: Sequence[Paper]) -> str:
    """「按照《甲》、《乙》等文件要求，」, nothing when no document is cited."""
    return (
        f"按照{'、'.join(f'《{paper.title}》' for paper in papers)}等文件要求，" if papers else ""
    )


def survey(facts: Facts) -> Runs:
    """What the year's work was, with number and money of each group that exists."""
    evaluated = joined(
        [
            *([_group(facts, _DEPARTMENTS)] if facts.overall else []),
            *([_group(facts, _PROJECTS)] if facts.projects else []),
        ],
        "、",
    )
    parts: list[Runs] = []
    if evaluated:
        parts.append((TextRun("对"), *evaluated, TextRun("开展财政评价")))
    if facts.monitored:
        head = TextRun("并对" if evaluated else "对")
        parts.append((head, *_group(facts, _MONITORED), TextRun("开展了财政重点监控工作")))
    return (
        joined(parts, "，")
        if parts
        else (TextRun("持续推进预算绩效管理，本年度未安排财政重点评价和财政重点监控"),)
    )


_DEPARTMENTS = ("{个数}个{本级}部门", "（{年度}年度预算安排合计{合计}）")
_PROJECTS = ("{个数}个{本级}部门项目", "（{年度}年度预算安排合计{合计}）")
_MONITORED = ("{个数}个{年度}年实施的项目", "（{年度}年预算安排{合计}）")


def _group(facts: Facts, templates: tuple[str, str]) -> Runs:
    """One group: how many, and in brackets its money when any was entered."""
    rows, number, money = {
        _DEPARTMENTS: (facts.overall, f.departments_count, f.departments_opening),
        _PROJECTS: (facts.projects, f.projects_count, f.projects_opening),
        _MONITORED: (facts.monitored, f.monitored_count, f.monitored_opening),
    }[templates]
    total = money(facts)
    words: Words = {
        "个数": number(facts),
        "本级": facts.place.own_level,
        "年度": years(rows),
        "合计": total,
    }
    lacking = sum(row.opening is None for row in rows)
    bracket = (
        templates[1]
        if not lacking
        else templates[1].replace("）", f"，另有{lacking}个未录入预算数）")
    )
    return bind(templates[0] + (bracket if total.value is not None else ""), words)


def _reported_head(*, all_issued: bool, any_issued: bool, lacking: f.Figure) -> str:
    """How many reports are out, and beside them what was due and has no result at all."""
    if all_issued and lacking.value:
        head = "目前，已有结果的{总数}份报告均已出具"
    elif all_issued:
        head = "目前，各项财政绩效管理工作已出具报告"
    elif any_issued:
        head = "目前，{总数}份报告中已出具{出具}份"
    else:
        head = "目前，各项报告尚未出具"
    return f"{head}，另有{{缺}}个应评对象尚无结果" if lacking.value else head


def status(facts: Facts) -> Runs:
    """The status sentence, true by the rows: issued only when issued, fed
    back only when every notice was received.
    """
    total, issued, received = (
        f.reported_count(facts),
        f.issued_count(facts),
        f.received_count(facts),
    )
    words: dict[str, f.Figure | str] = {"总数": total, "出具": issued, "签收": received}
    everything, all_issued, all_received = (
        total.value,
        issued.value == total.value,
        received.value == total.value,
    )
    if not everything:
        return ()
    lacking = f.lacking_count(facts)
    if all_issued and all_received and not lacking.value:
        return (TextRun("目前，各项财政绩效管理工作已出具报告，且将存在的问题反馈到各相关部门。"),)
    head = _reported_head(all_issued=all_issued, any_issued=bool(issued.value), lacking=lacking)
    if lacking.value:
        words["缺"] = lacking
    sent = f.sent_count(facts)
    words |= {"发出": sent, "余": str(len(sent.parts) - len(received.parts))}
    words |= {"未发": str(len(total.parts) - len(sent.parts))}
    if not sent.value:
        tail = "问题反馈函尚未发出"
    elif not received.value:
        tail = "问题反馈函已发出{发出}份，尚未签收"
    elif received.value == sent.value:
        tail = "{签收}份问题反馈函已由相关部门签收"
    else:
        tail = "{签收}份问题反馈函已由相关部门签收，其余{余}份尚未签收"
    if sent.value and sent.value != total.value:
        tail += "，另有{未发}份尚未发出"
    return bind(f"{head}；{tail}。" if not all_received else f"{head}；问题反馈函均已签收。", words)


# --- grades and problems --------------------------------------------------------------------------


def band_text(band: Band, bands: Bands) -> str:
    """「在90（含）-100分之间」; the lowest band is said as 在60分以下."""
    if band is bands.bands[-1]:
        return f"在{band.below:f}分以下"
    return f"在{band.at_least:f}（含）-{band.below:f}分之间"


def distribution(facts: Facts) -> Runs:
    """How many projects earned which grade, best first; grades nobody has are left out."""
    parts = []
    for band in facts.bands.bands:
        number = f.grade_count(facts, band)
        if number.value:
            text = f"{{个数}}个项目评价分值{band_text(band, facts.bands)}，评价等级为“{band.grade}”"
            parts.append(bind(text, {"个数": number}))
    parts += [
        bind(f"{{个数}}个项目评价等级为“{other.id.split('.')[2]}”", {"个数": other})
        for other in f.other_grades(facts)
    ]
    pending = f.ungraded_count(facts)
    if pending.value:
        parts.append(bind("{个数}个项目评价结果尚未确认", {"个数": pending}))
    return joined(parts, "；")


def single_result(facts: Facts) -> Runs:
    """The result of the only project: its points and grade."""
    row = facts.projects[0]
    if not row.grade:
        return (TextRun("评价结果尚未确认"),)
    words = {"得分": f.points(row), "等级": f.grade(row)}
    return bind("评价得分{得分}分，评价等级为“{等级}”", words)


def problem_line(facts: Facts, line: ProblemLine, number: int, *, last: bool) -> Runs:
    """「1.…（涉及到13个项目）；」; the last ends with 。; a single project isn't counted."""
    counted = "" if len(facts.projects) == 1 else "（涉及到{个数}个项目）"
    figure: Figure = f.problem_count(facts, line, number)
    text = line.text.rstrip("。；; ")
    return bind(
        "{序号}.{表述}" + counted + ("。" if last else "；"),
        {"序号": str(number), "表述": text, "个数": figure},
    )


def numbered(texts: Sequence[str]) -> str:
    """Advice as the tables print it: 1.… a line each; 「—」 when there is none."""
    return "\n".join(f"{at}.{text}" for at, text in enumerate(texts, start=1)) or "—"


def day_text(day: date) -> str:
    """「2021年12月5日」, no leading zeros."""
    return f"{day.year}年{day.month}月{day.day}日"
