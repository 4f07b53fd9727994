"""The annual work report 预算绩效管理工作情况: facts and an author's prose become one Report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from wenxiao.reports import figures as f
from wenxiao.reports import wording
from wenxiao.reports.facts import Facts, Printing
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
    UnknownPlaceError,
    Words,
    bind,
    joined,
)
from wenxiao.rulebook.numbers import PrintRule

if TYPE_CHECKING:
    from wenxiao.followup.selectors import Consequence, Paper, ProblemLine, Reported
    from wenxiao.reports.figures import Figure

MASTHEAD = "工作动态"
NUMERALS = "一二三四五六七八九十"
OWN, LAST_YEAR, DEFAULT = "own", "last_year", "default"
"""Whose wording a paragraph is: the author's, last year's untouched, or the system's untouched."""


@dataclass(frozen=True, slots=True)
class ReportChoices:
    """What the author chose; None means the default.

    ``documents`` ids of the cited documents in order, ``named`` dossiers named in the project
    section, ``lines`` the common problems printed, ``least`` the number of projects from which a
    line is printed, ``blocks`` the optional blocks. ``number`` and ``day`` (ISO) are the issue the
    author expects; what counts is given by signing.
    """

    documents: tuple[int, ...] | None = None
    named: tuple[int, ...] | None = None
    lines: tuple[int, ...] | None = None
    least: int = 1
    blocks: frozenset[str] = frozenset()
    prints: Mapping[str, Printing] = field(default_factory=dict)
    editor: str = ""
    number: int | None = None
    day: str = ""

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> ReportChoices:
        """Choices from a draft's JSON; what is absent stays the default."""
        return cls(
            documents=_ids(data.get("documents")),
            named=_ids(data.get("named")),
            lines=_ids(data.get("lines")),
            least=max(1, int(data.get("least") or 1)),
            blocks=frozenset(data.get("blocks") or ()),
            prints={
                ident: Printing(
                    PrintRule(item.get("kind", "exact"), int(item.get("digits", 0))), item["unit"]
                )
                for ident, item in (data.get("prints") or {}).items()
            },
            editor=data.get("editor") or "",
            number=int(data["number"]) if data.get("number") else None,
            day=date.fromisoformat(data["day"]).isoformat() if data.get("day") else "",
        )


def _ids(values: Sequence[Any] | None) -> tuple[int, ...] | None:
    return None if values is None else tuple(int(value) for value in values)


def build(
    facts: Facts,
    *,
    choices: ReportChoices | None = None,
    prose: Mapping[str, str] | None = None,
    inherited: Mapping[str, str] | None = None,
    issue: Issue | None = None,
) -> Report:
    """The report of these facts.

    ``prose`` is what the author wrote by key (:data:`wording.DEFAULTS`), ``inherited`` last year's
    prose, used for the plan until the author touches it. Sections with nothing to tell vanish and
    the others close up.
    """
    writer = _ReportWriter(facts, choices or ReportChoices(), prose or {}, inherited or {})
    sections = [section for make in _SECTIONS if (section := make(writer)) is not None]
    opening = (replace(writer.paragraph("opening"), runs=writer.opening()),)
    title = f"{facts.work_year}年度{facts.place.name}预算绩效管理工作情况"
    attachment = f"{facts.work_year}年财政重点绩效评价情况表"
    return Report(
        masthead=MASTHEAD,
        issue=issue or _expected(writer.choices),
        editor=writer.choices.editor or facts.place.bureau,
        title=title,
        opening=opening,
        sections=tuple(
            replace(section, number=NUMERALS[at]) for at, section in enumerate(sections)
        ),
        attachments=(attachment,) if facts.evaluated else (),
        work_year=facts.work_year,
        version=facts.version,
        demo=facts.place.demo,
        figures={figure.id: figure for figure in all_figures(facts)},
        notes=tuple(writer.notes),
    )


def _expected(choices: ReportChoices) -> Issue:
    """The issue as the author expects it, before anybody signed."""
    day = wording.day_text(date.fromisoformat(choices.day)) if choices.day else ""
    return Issue(choices.number, "", day)


def all_figures(facts: Facts) -> tuple[Figure, ...]:
    """Every figure of the facts, printed or not, in the order of the report."""
    heads = (
        f.departments_count,
        f.departments_opening,
        f.projects_count,
        f.projects_opening,
        f.monitored_count,
    )
    tails = (f.monitored_opening, f.reported_count, f.issued_count, f.sent_count, f.received_count)
    lacking = (f.lacking_count,) if facts.without_result else ()
    figures = [make(facts) for make in (*heads, *tails, *lacking)]
    figures += [f.grade_count(facts, band) for band in facts.bands.bands] + [
        f.ungraded_count(facts)
    ]
    figures += [f.problem_count(facts, line, at) for at, line in enumerate(facts.lines, start=1)]
    figures += [*f.other_grades(facts), *f.subtotals(facts)]
    for row in facts.evaluated:
        figures += [make(row) for make in (f.arranged, f.used, f.execution_rate, f.points, f.grade)]
    for row in facts.monitored:
        figures += [f.monitored_budget(row), f.monitored_executed(row)]
    if facts.coverage is not None:
        figures += [f.selfeval_asked(facts), f.selfeval_handed_in(facts)]
    if facts.standing is not None:
        figures += [f.rectification_ordered(facts), f.rectification_closed(facts)]
    figures += [
        make(item)
        for item in facts.consequences
        for make in (f.consequence_count, f.consequence_amount)
    ]
    if facts.training is not None:
        figures += f.training_counts(facts.training)
    if facts.previous is not None:
        counts = (f.departments_count, f.projects_count, f.monitored_count)
        figures += [_last_year(make(facts.previous)) for make in counts]
    return tuple(figures)


def chosen_papers(facts: Facts, choices: ReportChoices) -> tuple[Paper, ...]:
    """The documents the opening cites: the author's in his order, else all
    that the year rests on.
    """
    if choices.documents is None:
        return facts.papers
    by_id = {paper.id: paper for paper in facts.papers}
    return tuple(by_id[pk] for pk in choices.documents if pk in by_id)


def named_projects(facts: Facts, choices: ReportChoices) -> tuple[Reported, ...]:
    """The projects named in the sentence: the author's, else the first two."""
    if choices.named is None:
        return facts.projects[:2]
    by_id = {row.dossier: row for row in facts.projects}
    return tuple(by_id[pk] for pk in choices.named if pk in by_id)


def printed_lines(facts: Facts, choices: ReportChoices) -> tuple[ProblemLine, ...]:
    """The lines of common problems that are printed: chosen, and found in
    at least ``least`` projects.
    """
    lines = [line for line in facts.lines if choices.lines is None or line.id in choices.lines]
    return tuple(line for line in lines if len(f.with_problem(facts, line)) >= choices.least)


def words(facts: Facts, choices: ReportChoices) -> Words:
    """What prose may refer to as ``{名称}``: words, composed phrases and the
    figures by their names.
    """
    named = named_projects(facts, choices)
    references: dict[str, str | Figure | Runs] = {
        "工作年度": str(facts.work_year),
        "下一年度": str(facts.work_year + 1),
        "地区": facts.place.name,
        "财政部门": facts.place.finance,
        "本级": facts.place.own_level,
        "依据": wording.basis(chosen_papers(facts, choices)),
        "工作概况": wording.survey(facts),
        "部门名单": wording.department_names(facts),
        "部门预算年度": wording.years(facts.overall),
        "项目名单": wording.project_names(facts, named),
        "项目预算年度": wording.years(facts.projects),
        "等级分布": wording.distribution(facts),
        "单项结果": wording.single_result(facts) if len(facts.projects) == 1 else (),
        "监控名单": wording.monitored_names(facts),
        "监控预算年度": wording.years(facts.monitored),
    }
    return references | {
        figure.name: figure for figure in all_figures(facts) if not figure.id.startswith("review.")
    }


def issued(report: Report, issue: Issue) -> Report:
    """The report with what signing gives it."""
    return replace(report, issue=issue)


class _ReportWriter:
    """Facts, choices and prose at work on one report; gathers notes for the author."""

    def __init__(
        self,
        facts: Facts,
        choices: ReportChoices,
        prose: Mapping[str, str],
        inherited: Mapping[str, str],
    ) -> None:
        self.facts, self.choices, self.prose, self.inherited = facts, choices, prose, inherited
        self.notes: list[str] = []
        self.words = words(facts, choices)

    def template(self, key: str) -> tuple[str, str]:
        """The prose of a key and whose it is: the author's, for the plan
        last year's, else the default.
        """
        if written := self.told(self.prose.get(key, "")):
            return written, OWN
        if key == "plan" and (written := self.told(self.inherited.get(key, ""))):
            return written, LAST_YEAR
        return wording.default(key, self.facts), DEFAULT

    def told(self, written: str) -> str:
        """What may be told of somebody's words: nothing when a public
        version would name a restricted object.
        """
        if any(name in written for name in self.facts.withheld):
            self.notes.append("有一段文字写到了限制知悉的对象，公开稿改用默认文字。")
            return ""
        return written

    def bound(self, template: str) -> Runs:
        """Prose with its figures; a name nobody knows stands there as it
        was written and is noted.
        """
        try:
            return bind(template, self.words)
        except UnknownPlaceError as error:
            self.notes.append(str(error))
            return (TextRun(template),)

    def paragraph(self, key: str) -> Paragraph:
        """The first paragraph of a key's prose."""
        template, source = self.template(key)
        return Paragraph(self.bound(template), key=key, source=source)

    def opening(self) -> Runs:
        """Aim, basis and survey, then the status sentence, which is never the author's."""
        written, true_status = self.paragraph("opening").runs, wording.status(self.facts)
        status = "".join(run.text for run in written)
        if (
            "反馈" in status
            and f.received_count(self.facts).value != f.reported_count(self.facts).value
        ):
            self.notes.append("开头一段写到了反馈，但反馈函还没有全部签收，请核对。")
        rows = (*self.facts.evaluated, *self.facts.monitored)
        notes = dict.fromkeys(row.confirmed_note for row in rows if row.confirmed_note)
        return written + true_status + tuple(TextRun(note) for note in notes)

    def paragraphs(self, key: str) -> list[Block]:
        """A key's prose, a paragraph a line."""
        template, source = self.template(key)
        return [
            Paragraph(self.bound(part), key=key, source=source)
            for part in template.split("\n")
            if part.strip()
        ]


# --- the sections ---------------------------------------------------------------------------------


def _overall(writer: _ReportWriter) -> Section | None:
    rows = writer.facts.overall
    if not rows:
        return None
    columns = (
        Column("预算部门", 13, "left"),
        Column("经审查实际安排资金（万元）", 14.5, "right"),
        Column("经审查实际使用资金（万元）", 14.5, "right"),
        Column("审查评分（分）", 12),
        Column("评价等级", 7.5),
        Column("意见建议", 38.5, "left"),
    )
    table = ReportTable(columns, tuple(_overall_row(row) for row in rows))
    return Section(
        "overall", "部门整体支出财政重点评价情况", (*writer.paragraphs("overall"), table)
    )


def _overall_row(row: Reported) -> tuple[Runs, ...]:
    cells = (f.arranged(row), f.used(row), f.points(row), f.grade(row))
    return (
        (TextRun(row.unit),),
        *(_cell(figure) for figure in cells),
        (TextRun(wording.numbered(row.suggestions)),),
    )


def _cell(figure: Figure) -> Runs:
    return (TextRun(figure.text, figure.id),) if figure.text else (TextRun("—"),)


def _projects(writer: _ReportWriter) -> Section | None:
    if not writer.facts.projects:
        return None
    blocks = writer.paragraphs("projects")
    lines = printed_lines(writer.facts, writer.choices)
    if lines:
        blocks += writer.paragraphs("problems")
        for at, line in enumerate(lines, start=1):
            runs = wording.problem_line(writer.facts, line, at, last=at == len(lines))
            blocks.append(Paragraph(runs, style="item"))
    elif writer.facts.lines:
        writer.notes.append("没有达到列示条件的共性问题，第二部分不列共性问题。")
    return Section("projects", "项目支出财政重点评价情况", tuple(blocks))


def _monitored(writer: _ReportWriter) -> Section | None:
    rows = writer.facts.monitored
    if not rows:
        return None
    columns = (
        Column("项目名称", 29, "left"),
        Column("预算安排资金（万元）", 15, "right"),
        Column("资金使用（万元）", 15, "right"),
        Column("意见建议", 41, "left"),
    )
    table = ReportTable(columns, tuple(_monitored_row(row) for row in rows))
    return Section("monitored", "财政重点监控情况", (*writer.paragraphs("monitored"), table))


def _monitored_row(row: Reported) -> tuple[Runs, ...]:
    name = TextRun(f"{wording.project_name(row)}{row.period}绩效运行")
    money = (_cell(f.monitored_budget(row)), _cell(f.monitored_executed(row)))
    return ((name,), *money, (TextRun(wording.numbered(row.suggestions)),))


def _coverage(writer: _ReportWriter) -> Section | None:
    if writer.facts.coverage is None or not writer.facts.coverage.asked:
        return None
    text = "本年度应开展单位自评的对象{应自评个数}个，已报送自评表{已自评个数}个。"
    return Section("coverage", "单位自评开展情况", (Paragraph(writer.bound(text)),))


def _rectification(writer: _ReportWriter) -> Section | None:
    if writer.facts.standing is None or not writer.facts.standing.ordered:
        return None
    text = "上年度财政重点评价和监控发现的问题中，应整改{应整改个数}个，已整改销号{已整改个数}个。"
    return Section("rectification", "上年问题整改情况", (Paragraph(writer.bound(text)),))


def _consequences(writer: _ReportWriter) -> Section | None:
    consequences = writer.facts.consequences
    if not consequences:
        return None
    parts = joined((_consequence(item) for item in consequences), "；")
    runs = (TextRun("根据评价和监控结果，经研究采纳结果应用意见："), *parts, TextRun("。"))
    return Section("consequences", "结果应用情况", (Paragraph(runs),))


def _consequence(item: Consequence) -> Runs:
    amount = f.consequence_amount(item)
    template = "{类别}{项数}项" + ("，涉及资金{金额}" if amount.value is not None else "")
    return bind(template, {"类别": item.kind, "项数": f.consequence_count(item), "金额": amount})


def _training(writer: _ReportWriter) -> Section | None:
    if writer.facts.training is None or not writer.facts.training.courses:
        return None
    text = (
        "全年举办预算绩效管理培训{培训期数}期，参加培训{参训人次}人次，来自{参训单位个数}个单位。"
    )
    return Section("training", "培训情况", (Paragraph(writer.bound(text)),))


def _year_on_year(writer: _ReportWriter) -> Section | None:
    before = writer.facts.previous
    if before is None or not before.reported:
        return None
    kinds = (("财政重点评价部门", f.departments_count), ("财政重点评价项目", f.projects_count))
    pairs = [
        bind(
            "{名称}{今年}个（上年{上年}个）",
            {"名称": name, "今年": make(writer.facts), "上年": _last_year(make(before))},
        )
        for name, make in (*kinds, ("财政重点监控项目", f.monitored_count))
    ]
    return Section(
        "year_on_year", "与上年工作量对比", (Paragraph((*joined(pairs, "、"), TextRun("。"))),)
    )


def _last_year(figure: Figure) -> Figure:
    return replace(figure, id=f"last.{figure.id}", name=f"上年{figure.name}")


def _plan(writer: _ReportWriter) -> Section | None:
    source = writer.template("plan")[1]
    if source == LAST_YEAR:
        writer.notes.append("“下一步计划”沿用上年文字，尚未改动。")
    elif source == DEFAULT:
        writer.notes.append("“下一步计划”为系统示范文字，尚未改动。")
    return Section("plan", "下一步计划", tuple(writer.paragraphs("plan")))


_SECTIONS: tuple[Callable[[_ReportWriter], Section | None], ...] = (
    _overall,
    _projects,
    _monitored,
    _coverage,
    _rectification,
    _consequences,
    _training,
    _year_on_year,
    _plan,
)
