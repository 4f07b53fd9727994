"""Short papers beside the annual report: one page for the leaders (给领导的一页纸) and the half-year brief
(半年简报).

Both are worked out from rows whenever they are opened; every figure carries the rows behind it.
Neither has lights, indices or means: what is printed is counts, money and names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wenxiao.files.out.pdf import NoChineseFontError
from wenxiao.followup.selectors.half_year import HalfYear, half_year
from wenxiao.followup.selectors.leaders import LeadersRows, leaders_rows
from wenxiao.reports import figures as f
from wenxiao.reports import printing, wording
from wenxiao.reports.facts import Version, facts, place
from wenxiao.reports.figures import Addend, Figure
from wenxiao.reports.structure import (
    Block,
    Column,
    Issue,
    Paragraph,
    Report,
    ReportTable,
    Runs,
    Section,
    TextRun,
    bind,
    joined,
)
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from wenxiao.followup.selectors.half_year import Named, RoundLine
    from wenxiao.orgs.models import Division
    from wenxiao.reports.facts import Facts

NUMERALS = "一二三四五六七八九十"
MOST_NAMED = 4
"""How many units with overdue matters the one page names; the figure opens all matters."""
BRIEFS: dict[str, str] = {"leaders": "给领导的一页纸", "half-year": "半年简报"}
FILES = ("brief.docx", "brief.pdf", "figures.json")


@dataclass(slots=True)
class _Sections:
    """Sections with their figures as they come."""

    figures: dict[str, Figure] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)

    def keep(self, figures: Iterable[Figure]) -> None:
        self.figures |= {figure.id: figure for figure in figures}

    def sentence(self, template: str, **figures: Figure | Runs | str) -> Paragraph:
        """A sentence with its figures by name."""
        self.keep(one for one in figures.values() if isinstance(one, Figure))
        return Paragraph(bind(template, figures))

    def add(self, key: str, heading: str, *blocks: Block) -> None:
        """A section; one without anything to tell is left out and the others close up."""
        if blocks:
            number = NUMERALS[len(self.sections)]
            self.sections.append(Section(key, heading, blocks, number))


def brief(division: Division, year: int, name: str, *, version: Version = "internal") -> Report:
    """One of :data:`BRIEFS` of a work year, as the rows stand now."""
    return _MAKERS[name](division, year, version)


def brief_file(report: Report, name: str) -> bytes | None:
    """One of :data:`FILES`, in small type so that one page holds it; None for any other.
    NoChineseFontError where no PDF can be set on this machine.
    """
    if name == "brief.docx":
        return printing.report_docx(report, compact=True)
    if name == "brief.pdf":
        return printing.report_pdf(report, compact=True)
    return printing.figures_json(report) if name == "figures.json" else None


def write_brief(
    division: Division, year: int, name: str, out: Path, *, version: Version = "internal"
) -> list[Path]:
    """Write a brief's Word document and figures into a folder, and its PDF
    where this machine can set one.
    """
    report, written = brief(division, year, name, version=version), []
    for file in FILES:
        try:
            content = brief_file(report, file)
        except NoChineseFontError:
            continue
        path = out / file.replace("brief", name).replace("figures", f"{name}-figures")
        path.write_bytes(content or b"")
        written.append(path)
    return written


def _paper(
    division: Division, year: int, version: Version, title: str, sections: _Sections, lead: Runs
) -> Report:
    names = place(division)
    return Report(
        masthead="",
        issue=Issue(date=wording.day_text(today())),
        editor=names.bureau,
        title=title,
        opening=(Paragraph(lead),) if lead else (),
        sections=tuple(sections.sections),
        attachments=(),
        work_year=year,
        version=version,
        demo=names.demo,
        figures=sections.figures,
    )


def _named(table: str, rows: Iterable[Named]) -> tuple[Addend, ...]:
    return tuple(Addend(f"{table}:{pk}", name) for pk, name in rows)


# --- the leaders' page ----------------------------------------------------------------------------


def _leaders(division: Division, year: int, version: Version) -> Report:
    year_facts = facts(division, year, version=version)
    rows = leaders_rows(division, year, on=today(), public=version == "public")
    sections = _Sections()
    sections.keep(_all_of(year_facts))
    if year_facts.reported:
        lead = (*wording.survey(year_facts), TextRun("。"), *wording.status(year_facts))
    else:
        lead = (TextRun(f"{year}年还没有财政重点评价和重点监控的结果。"),)
    if year_facts.projects:
        result = (TextRun("项目支出："), *wording.distribution(year_facts), TextRun("。"))
        sections.add("results", "评价结果", Paragraph(result), *_low(sections, year_facts))
    sections.add("problems", "共性问题", *_problems(sections, year_facts))
    sections.add("mending", "整改", *_mending(sections, rows))
    sections.add("money", f"{year + 1}年度预算", *_next_budget(sections, rows, year))
    sections.add("waiting", "等您定的事", *_waiting(sections, rows))
    title = f"{year}年度{place(division).name}预算绩效管理一页纸"
    return _paper(division, year, version, title, sections, lead)


def _all_of(year_facts: Facts) -> list[Figure]:
    """The figures the sentences of the report use, so that each opens here too."""
    heads = (
        f.departments_count,
        f.departments_opening,
        f.projects_count,
        f.projects_opening,
        f.monitored_count,
        f.monitored_opening,
        f.reported_count,
        f.issued_count,
        f.sent_count,
        f.received_count,
        f.lacking_count,
        f.ungraded_count,
    )
    figures = [make(year_facts) for make in heads]
    figures += [f.grade_count(year_facts, band) for band in year_facts.bands.bands]
    return [*figures, *f.other_grades(year_facts)]


def _low(sections: _Sections, year_facts: Facts) -> list[Paragraph]:
    """Who is in the two lowest grades, by name with points: few, and what the page is read for."""
    low = {band.grade for band in year_facts.bands.bands[-2:]}
    rows = [row for row in year_facts.evaluated if row.grade in low]
    if not rows:
        return []
    parts = []
    for row in rows:
        points, grade = f.points(row), f.grade(row)
        sections.keep((points, grade))
        parts.append(
            bind("{名称}{得分}分（{等级}）", {"名称": row.name, "得分": points, "等级": grade})
        )
    return [Paragraph((TextRun("需要关注："), *joined(parts, "、"), TextRun("。")))]


def _problems(sections: _Sections, year_facts: Facts) -> list[Paragraph]:
    lines = [
        (f.problem_count(year_facts, line, at), line.text)
        for at, line in enumerate(year_facts.lines, 1)
    ]
    counted = sorted(
        (pair for pair in lines if pair[0].value), key=lambda pair: -len(pair[0].parts)
    )
    sections.keep(figure for figure, _ in counted)
    parts = [
        bind("{问题}（{个数}个项目）", {"问题": text.rstrip("。；; "), "个数": figure})
        for figure, text in counted
    ]
    return [Paragraph((*joined(parts, "；"), TextRun("。")))] if parts else []


def _mending(sections: _Sections, rows: LeadersRows) -> list[Paragraph]:
    if not rows.ordered:
        return []
    ordered = f.count(
        "mending.ordered",
        "应整改个数",
        "本工作年度评价、监控发现的问题中已下达整改的个数",
        _named("followup.Rectification", rows.ordered),
    )
    closed = f.count(
        "mending.closed",
        "已销号个数",
        "其中已核验销号的个数",
        _named("followup.Rectification", rows.closed),
    )
    sentences = [sections.sentence("应整改{应}个，已销号{已}个。", 应=ordered, 已=closed)]
    if rows.late:
        late = f.count(
            "mending.late",
            "逾期个数",
            f"到{wording.day_text(rows.day)}超过期限（延期的按延后的）还没有报结果的个数",
            [Addend(f"followup.Rectification:{one.id}", one.text) for one in rows.late],
        )
        sentences.append(
            sections.sentence("逾期{逾期}个：{名单}。", 逾期=late, 名单=_late_units(rows))
        )
    return sentences


def _late_units(rows: LeadersRows) -> str:
    """Whose matters are overdue, the most first, each with its earliest deadline."""
    units: dict[str, list[date]] = {}
    for one in rows.late:
        units.setdefault(one.unit, []).append(one.due)
    most = sorted(units.items(), key=lambda pair: (-len(pair[1]), min(pair[1])))
    sentences = [
        f"{unit}{len(due)}个（最早{wording.day_text(min(due))}到期）"
        for unit, due in most[:MOST_NAMED]
    ]
    left = len(most) - MOST_NAMED
    return "、".join(sentences) + (f"，另有{left}个单位" if left > 0 else "")


def _next_budget(sections: _Sections, rows: LeadersRows, year: int) -> list[Paragraph]:
    """What results take off next year's requests: sums over decisions, each
    a row of the list the leader signs.
    """
    if not rows.decisions:
        return []
    parts = [("followup.BudgetDecision", one) for one in rows.decisions]
    asked = f.money(
        "next.asked",
        "申报合计",
        f"{year + 1}年度已决定的各项申报数相加",
        [Addend(f"{table}:{one.id}", one.name, one.asked) for table, one in parts],
    )
    cut = f.money(
        "next.cut",
        "审减合计",
        f"{year + 1}年度已决定的各项审减额相加",
        [Addend(f"{table}:{one.id}", one.name, one.cut) for table, one in parts],
    )
    count = f.count(
        "next.count",
        "已决定项数",
        f"{year + 1}年度已作决定的申报项数",
        [Addend(f"{table}:{one.id}", one.name) for table, one in parts],
        unit="项",
    )
    text = "评价结果应用于预算：已决定{项数}项，申报{申报}，审减{审减}。"
    return [sections.sentence(text, 项数=count, 申报=asked, 审减=cut)]


def _waiting(sections: _Sections, rows: LeadersRows) -> list[Paragraph]:
    """What only a leader can do, with how many of each."""
    unsigned = [one for one in rows.decisions if not one.signed]
    counted: Sequence[tuple[str, str, str, tuple[Addend, ...]]] = (
        (
            "waiting.lists",
            "待签结果应用项数",
            "结果应用清单还没有签字的{个数}项",
            tuple(Addend(f"followup.BudgetDecision:{one.id}", one.name) for one in unsigned),
        ),
        (
            "waiting.publish",
            "待签发公开个数",
            "公开已审查、待签发的{个数}个",
            _named("followup.Disclosure", rows.to_publish),
        ),
        (
            "waiting.instructions",
            "未办结批示件数",
            "批示还没有办结的{个数}件",
            _named("records.Instruction", rows.instructions),
        ),
    )
    sentences = []
    for ident, name, text, parts in counted:
        if parts:
            figure = f.count(ident, name, f"{name}，到今天", parts)
            sections.keep((figure,))
            sentences.append(bind(text, {"个数": figure}))
    return [Paragraph((*joined(sentences, "；"), TextRun("。")))] if sentences else []


# --- the half-year brief --------------------------------------------------------------------------


def _half_year(division: Division, year: int, version: Version) -> Report:
    rows = half_year(division, year, public=version == "public")
    sections = _Sections()
    sections.add("rounds", "上半年下达的任务", *_rounds(sections, rows))
    sections.add("targets", f"{year}年度绩效目标", *_targets(sections, rows, year))
    sections.add("mending", "上年问题整改", *_last_year(sections, rows, year))
    sections.add("training", "培训", *_training(sections, rows))
    title = f"{year}年上半年{place(division).name}预算绩效管理简报"
    lead = TextRun(
        f"{year}年1月1日至6月30日下达的任务，报送和办结的个数截至{wording.day_text(today())}；"
        "整改、培训截至6月30日。"
        if sections.sections
        else f"{year}年上半年没有下达任务，也没有批复目标、整改和培训的记录。"
    )
    return _paper(division, year, version, title, sections, (lead,))


def _rounds(sections: _Sections, rows: HalfYear) -> list[Block]:
    if not rows.rounds:
        return []
    columns = (
        Column("任务", 31, "left"),
        Column("类别", 14),
        Column("期限", 21),
        Column("应办（个）", 11, "right"),
        Column("已办（个）", 11, "right"),
        Column("未办（个）", 12, "right"),
    )
    return [ReportTable(columns, tuple(_round_row(sections, one) for one in rows.rounds))]


def _round_row(sections: _Sections, one: RoundLine) -> tuple[Runs, ...]:
    done = {pk for pk, _ in one.done}
    open_rows = [row for row in one.due if row[0] not in done]
    word = "报表已收到或报送" if one.owed_by_unit else "结果已确认"
    cells = [
        f.count(f"round.{one.id}.{key}", f"{one.name}{name}", rule, _named("budget.Dossier", part))
        for key, name, rule, part in (
            ("due", "应办个数", "任务范围内的对象，本次免报的不计", one.due),
            ("done", "已办个数", f"其中{word}的对象", one.done),
            ("open", "未办个数", f"其中没有{word}的对象", open_rows),
        )
    ]
    sections.keep(cells)
    deadline = wording.day_text(one.deadline) if one.deadline else "未定"
    return (
        (TextRun(one.name),),
        (TextRun(one.kind),),
        (TextRun(deadline),),
        *((TextRun(figure.text, figure.id),) for figure in cells),
    )


def _targets(sections: _Sections, rows: HalfYear, year: int) -> list[Paragraph]:
    if not rows.objects:
        return []
    all_of = f.count(
        "targets.due", "对象个数", f"{year}年度的全部对象", _named("budget.Dossier", rows.objects)
    )
    approved = f.count(
        "targets.approved",
        "目标已批复个数",
        "目标已批复的对象；批复文件载明日期的，6月30日以后的不计",
        _named("budget.Dossier", rows.targets),
    )
    text = "对象{对象}个，绩效目标已批复{批复}个。"
    return [sections.sentence(text, 对象=all_of, 批复=approved)]


def _last_year(sections: _Sections, rows: HalfYear, year: int) -> list[Paragraph]:
    if not rows.ordered:
        return []
    table = "followup.Rectification"
    ordered = f.count(
        "last.ordered",
        "应整改个数",
        f"{year - 1}年度发现的问题中下达整改的个数",
        _named(table, rows.ordered),
    )
    closed = f.count(
        "last.closed", "已销号个数", "其中6月30日以前销号的个数", _named(table, rows.closed)
    )
    late = f.count(
        "last.late", "逾期个数", "到6月30日超过期限还没有销号的个数", _named(table, rows.overdue)
    )
    text = "上年度发现的问题应整改{应}个，已销号{已}个"
    tail = "，逾期{逾}个。" if late.value else "。"
    return [sections.sentence(text + tail, 应=ordered, 已=closed, 逾=late)]


def _training(sections: _Sections, rows: HalfYear) -> list[Paragraph]:
    if not rows.people:
        return []
    people = f.count(
        "training.people",
        "参训人次",
        "6月30日以前举办的培训的签到数",
        _named("orgs.Attendance", rows.people),
        unit="人次",
    )
    return [sections.sentence("预算绩效管理培训{人次}人次参加。", 人次=people)]


_MAKERS: dict[str, Callable[[Division, int, Version], Report]] = {
    "leaders": _leaders,
    "half-year": _half_year,
}
