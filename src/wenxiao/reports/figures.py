"""Every figure a report prints: one function each, alike for page, chart, document and workbook.

A figure carries what stands behind it: its value in its unit, the rule it is printed by, how it is
computed and from which rows. Nothing is printed as a figure that can't be opened down to rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from wenxiao.rulebook.numbers import (
    EXACT,
    PrintRule,
    about,
    from_fen,
    plain,
    print_value,
    rate_percent,
    rounded,
)

if TYPE_CHECKING:
    from wenxiao.followup.selectors import Consequence, ProblemLine, Reported
    from wenxiao.orgs.selectors import Trained
    from wenxiao.reports.facts import Facts
    from wenxiao.rulebook.grading import Band

WAN, YI = Decimal(10) ** 4, Decimal(10) ** 8
_UNITS = {"元": Decimal(1), "万元": WAN, "亿元": YI}
_SMALLEST_YI = Decimal(10) ** 7
"""Below 0.1 亿元 a sum is printed in 万元: 0.00亿元 would say nothing."""


@dataclass(frozen=True, slots=True)
class Addend:
    """One row behind a figure: its key ("budget.Dossier:12"), its name, what it adds (元, 分 …)."""

    row: str
    label: str
    value: Decimal | str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed figure.

    ``value`` is exact and in ``unit`` (亿元, 万元, 个, 分, %; None = unknown), ``text`` its digits as
    printed. ``name`` is how prose refers to it: ``{项目个数}``. ``yuan``: the money behind it.
    """

    id: str
    name: str
    text: str
    value: Decimal | int | str | None
    unit: str
    print_rule: str
    rule: str
    parts: tuple[Addend, ...] = ()
    yuan: Decimal | None = None

    @property
    def rows(self) -> tuple[str, ...]:
        """The keys of the rows behind it."""
        return tuple(part.row for part in self.parts)

    def as_data(self) -> dict[str, Any]:
        """The figure as figures.json holds it: numbers as decimal strings."""
        data: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "text": self.text,
            "value": None if self.value is None else _digits(self.value),
            "unit": self.unit,
            "print": self.print_rule,
            "rule": self.rule,
            "rows": list(self.rows),
            "parts": [[part.row, part.label, told(part.value)] for part in self.parts],
        }
        return data if self.yuan is None else data | {"yuan": str(self.yuan)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Figure:
        """A figure kept with a signed report, with its rows then; older reports kept no words."""
        yuan = data.get("yuan")
        addends = data.get("parts") or [[row, "", None] for row in data["rows"]]
        parts = tuple(
            Addend(row, label, _read(value, money=yuan is not None))
            for row, label, value in addends
        )
        return cls(
            data["id"],
            data["name"],
            data["text"],
            data["value"],
            data["unit"],
            data["print"],
            data["rule"],
            parts,
            None if yuan is None else Decimal(yuan),
        )


def told(value: Decimal | str | None) -> str | None:
    """What a row adds, as it is kept: a decimal string without idle zeros, words as they are."""
    return None if value is None else _digits(value)


def _read(value: str | None, *, money: bool) -> Decimal | str | None:
    return Decimal(value) if money and value else value


def _digits(value: Decimal | int | str) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)


def _dossiers(rows: Iterable[Reported], value: str = "") -> tuple[Addend, ...]:
    return tuple(
        Addend(f"budget.Dossier:{row.dossier}", row.name, getattr(row, value) if value else None)
        for row in rows
    )


def _reviews(rows: Iterable[Reported], value: str = "") -> tuple[Addend, ...]:
    return tuple(
        Addend(f"reviews.Review:{row.review}", row.name, getattr(row, value) if value else None)
        for row in rows
    )


def count(ident: str, name: str, rule: str, parts: Sequence[Addend], *, unit: str = "个") -> Figure:
    """A number of rows: the parts are what is counted."""
    return Figure(ident, name, str(len(parts)), len(parts), unit, EXACT.text, rule, tuple(parts))


def money(
    ident: str,
    name: str,
    rule: str,
    parts: Sequence[Addend],
    *,
    printing: tuple[PrintRule, str] = (EXACT, "万元"),
) -> Figure:
    """A sum over parts in 元, printed in a unit by a rule. Parts nobody entered are only named."""
    known = [part.value for part in parts if isinstance(part.value, Decimal)]
    print_rule, unit = printing
    if not known:
        return Figure(ident, name, "", None, unit, print_rule.text, rule, tuple(parts))
    total = sum(known, Decimal(0))
    missing = len(parts) - len(known)
    rule_words = f"{rule}；其中{missing}个未录入，未计入" if missing else rule
    text = print_value(total, print_rule, unit)
    value = total / _UNITS[unit]
    return Figure(
        ident,
        name,
        text,
        value,
        unit,
        print_rule.text,
        rule_words,
        tuple(parts),
        from_fen(int(total * 100)),
    )


def _printing(
    facts: Facts, ident: str, rows: Sequence[Reported], wanted: PrintRule
) -> tuple[PrintRule, str]:
    """The author's print rule, else the wanted one in 亿元; small sums exactly in 万元, 约 from 1 亿元."""
    if own := facts.prints.get(ident):
        return own.rule, own.unit
    total = sum((row.opening for row in rows if row.opening is not None), Decimal(0))
    if total < _SMALLEST_YI:
        return EXACT, "万元"
    return (rounded(2), "亿元") if wanted.kind == "about" and total < YI else (wanted, "亿元")


# --- The three groups of the opening paragraph ----------------------------------------------------


def departments_count(facts: Facts) -> Figure:
    """Departments evaluated as a whole."""
    rule = f"{facts.work_year}年财政重点评价任务中部门整体支出的个数"
    return count("departments.count", "部门个数", rule, _dossiers(facts.overall))


def departments_opening(facts: Facts) -> Figure:
    """Budget arranged at the year's opening for them (年初预算), not the audited amount."""
    return _opening(facts, "departments.opening", "部门预算合计", facts.overall, rounded(2))


def projects_count(facts: Facts) -> Figure:
    """Projects evaluated by the bureau."""
    rule = f"{facts.work_year}年财政重点评价任务中项目支出的个数"
    return count("projects.count", "项目个数", rule, _dossiers(facts.projects))


def projects_opening(facts: Facts) -> Figure:
    """Budget arranged at the year's opening for them."""
    return _opening(facts, "projects.opening", "项目预算合计", facts.projects, about(1))


def monitored_count(facts: Facts) -> Figure:
    """Projects under key monitoring (重点监控)."""
    rule = f"{facts.work_year}年财政重点监控任务中项目的个数，日常监控不计"
    return count("monitored.count", "监控个数", rule, _dossiers(facts.monitored))


def monitored_opening(facts: Facts) -> Figure:
    """Budget arranged for the monitored projects: the amount monitoring was held against."""
    return _opening(facts, "monitored.opening", "监控预算合计", facts.monitored, EXACT)


def _opening(
    facts: Facts, ident: str, name: str, rows: Sequence[Reported], wanted: PrintRule
) -> Figure:
    printing = _printing(facts, ident, rows, wanted)
    return money(
        ident, name, "各对象年初预算安排相加", _dossiers(rows, "opening"), printing=printing
    )


# --- What the status sentence rests on ------------------------------------------------------------


def reported_count(facts: Facts) -> Figure:
    """All reviews the report speaks of."""
    return count(
        "reviews.count", "报告总数", "财政重点评价与重点监控的评审份数", _reviews(facts.reported)
    )


def issued_count(facts: Facts) -> Figure:
    """Reviews whose report was issued (已出具)."""
    rows = [row for row in facts.reported if row.issued]
    return count(
        "reviews.issued", "已出具份数", "状态为“已出具”的评审份数", _reviews(rows), unit="份"
    )


def lacking_count(facts: Facts) -> Figure:
    """Objects due in the key rounds of which there is no sheet at all."""
    parts = [Addend(f"budget.Dossier:{row.dossier}", row.name) for row in facts.without_result]
    rule = "列入财政重点任务、没有免报、还没有任何评审的对象个数"
    return count("reviews.lacking", "尚无结果个数", rule, parts)


def sent_count(facts: Facts) -> Figure:
    """Reviews about which a feedback notice went out, signed for or not."""
    rows = [row for row in facts.reported if row.notices]
    return count("reviews.sent", "已发出份数", "已发出反馈函的评审份数", _reviews(rows), unit="份")


def received_count(facts: Facts) -> Figure:
    """Reviews whose feedback notice the department has signed for (签收)."""
    rows = [row for row in facts.reported if row.received]
    return count(
        "reviews.received", "已反馈份数", "反馈函已签收的评审份数", _reviews(rows), unit="份"
    )


# --- Grades, problems -----------------------------------------------------------------------------


def grade_count(facts: Facts, band: Band) -> Figure:
    """Projects of one grade among confirmed results, whose points lie in the grade's band."""
    rows = [row for row in facts.projects if _in_band(row, band)]
    rule = f"评价结果已确认、等级为“{band.grade}”的项目个数（{facts.bands.basis}）"
    return count(
        f"projects.grade.{band.grade}", f"{band.grade}等个数", rule, _reviews(rows, "points")
    )


def other_grades(facts: Facts) -> tuple[Figure, ...]:
    """Projects whose points' band is not their grade, by grade: counted apart, never left out."""
    rows = [
        row
        for row in facts.projects
        if row.grade and not any(_in_band(row, band) for band in facts.bands.bands)
    ]
    rule = "评价结果已确认、等级与分值区间不对应的项目个数"
    return tuple(
        count(
            f"projects.grade.{grade}.other",
            f"另{grade}等个数",
            rule,
            _reviews([row for row in rows if row.grade == grade], "points"),
        )
        for grade in dict.fromkeys(row.grade for row in rows)
    )


def _in_band(row: Reported, band: Band) -> bool:
    return row.grade == band.grade and row.points is not None and band.holds(row.points)


def ungraded_count(facts: Facts) -> Figure:
    """Projects whose result is not confirmed yet."""
    rows = [row for row in facts.projects if not row.grade]
    return count("projects.ungraded", "未定级个数", "评价结果尚未确认的项目个数", _reviews(rows))


def problem_count(facts: Facts, line: ProblemLine, number: int) -> Figure:
    """Projects with a confirmed finding of one line of common problems, each once."""
    rows = with_problem(facts, line)
    rule = f"存在已确认的“{line.text}”问题的项目个数，一个项目只计一次"
    return count(f"problems.{line.id}", f"共性问题{number}个数", rule, _dossiers(rows))


def with_problem(facts: Facts, line: ProblemLine) -> tuple[Reported, ...]:
    """The projects with a confirmed finding coded to an item of the line."""
    return tuple(row for row in facts.projects if row.dossier in facts.concerned[line.id])


# --- One row's own figures ------------------------------------------------------------------------


def arranged(row: Reported) -> Figure:
    """经审查实际安排资金, 万元."""
    return _audited(row, "arranged", "经审查实际安排资金")


def used(row: Reported) -> Figure:
    """经审查实际使用资金, 万元."""
    return _audited(row, "used", "经审查实际使用资金")


def _audited(row: Reported, column: str, title: str) -> Figure:
    return money(
        f"review.{row.review}.{column}",
        f"{row.name}{title}",
        f"评价审定的{title}",
        _dossiers([row], column),
    )


def points(row: Reported) -> Figure:
    """审查评分: the confirmed total, two decimals."""
    ident, name = f"review.{row.review}.points", f"{row.name}审查评分"
    text = "" if row.points is None else f"{row.points:.2f}"
    rule = "各评分项得分相加，已确认"
    return Figure(
        ident, name, text, row.points, "分", rounded(2).text, rule, _reviews([row], "points")
    )


def grade(row: Reported) -> Figure:
    """评价等级 of the confirmed total."""
    ident, name = f"review.{row.review}.grade", f"{row.name}评价等级"
    return Figure(
        ident,
        name,
        row.grade,
        row.grade or None,
        "",
        EXACT.text,
        "按审查评分定级",
        _reviews([row], "points"),
    )


def execution_rate(row: Reported) -> Figure:
    """预算执行率 of an evaluated object: audited used ÷ audited arranged, percent with two decimals."""
    rate = rate_percent(row.used, row.arranged)
    ident, name = f"review.{row.review}.rate", f"{row.name}预算执行率"
    rule = "经审查实际使用资金÷经审查实际安排资金×100%"
    return Figure(
        ident,
        name,
        "" if rate is None else str(rate),
        rate,
        "%",
        rounded(2).text,
        rule,
        _reviews([row]),
    )


def monitored_budget(row: Reported) -> Figure:
    """预算安排资金 in the monitoring table, 万元."""
    parts = _reviews([row], "budget")
    return money(
        f"review.{row.review}.budget", f"{row.name}预算安排资金", f"{row.period}监控所依预算", parts
    )


def monitored_executed(row: Reported) -> Figure:
    """资金使用 of the monitored months, 万元."""
    parts = _reviews([row], "executed")
    return money(
        f"review.{row.review}.executed", f"{row.name}资金使用", f"{row.period}累计使用资金", parts
    )


def subtotals(facts: Facts) -> tuple[Figure, ...]:
    """The summary table's money subtotals, 万元, a group each, never added to one another."""
    groups = (
        ("departments", "部门整体支出", facts.overall),
        ("projects", "项目支出", facts.projects),
    )
    columns = {
        "opening": "预算安排资金",
        "arranged": "经审查实际安排资金",
        "used": "经审查实际使用资金",
    }
    return tuple(
        money(
            f"subtotal.{key}.{column}",
            f"{group}{title}小计",
            "本组各对象相加",
            _dossiers(rows, column),
        )
        for key, group, rows in groups
        for column, title in columns.items()
    )


# --- Optional blocks ------------------------------------------------------------------------------


def selfeval_asked(facts: Facts) -> Figure:
    """Dossiers asked to evaluate themselves."""
    parts = [
        Addend(f"reviews.Review:{pk}", "单位自评")
        for pk in (facts.coverage.asked if facts.coverage else ())
    ]
    return count("selfeval.asked", "应自评个数", "单位自评任务中的对象个数，本次免报的不计", parts)


def selfeval_handed_in(facts: Facts) -> Figure:
    """Those handed in."""
    parts = [
        Addend(f"reviews.Review:{pk}", "单位自评")
        for pk in (facts.coverage.handed_in if facts.coverage else ())
    ]
    return count("selfeval.handed_in", "已自评个数", "已报送自评表的对象个数", parts)


def rectification_ordered(facts: Facts) -> Figure:
    """Problems of last year's key reviews that had to be mended."""
    ordered = facts.standing.ordered if facts.standing else ()
    parts = [Addend(f"followup.Rectification:{pk}", "整改事项") for pk in ordered]
    return count(
        "rectification.ordered",
        "应整改个数",
        f"{facts.work_year - 1}年度重点评价、监控问题中应整改的个数",
        parts,
    )


def rectification_closed(facts: Facts) -> Figure:
    """Those closed (已销号)."""
    closed = facts.standing.closed if facts.standing else ()
    parts = [Addend(f"followup.Rectification:{pk}", "整改事项") for pk in closed]
    return count("rectification.closed", "已整改个数", "其中已核验销号的个数", parts)


def training_counts(item: Trained) -> list[Figure]:
    """Courses held, people who came, units they came from."""
    rows = (
        ("training.courses", "培训期数", "orgs.Course", item.courses, "期"),
        ("training.people", "参训人次", "orgs.Attendance", item.people, "人次"),
        ("training.units", "参训单位个数", "orgs.Unit", item.units, "个"),
    )
    return [
        count(
            ident,
            name,
            f"{name}，按签到数",
            [Addend(f"{label}:{pk}", name) for pk in keys],
            unit=unit,
        )
        for ident, name, label, keys, unit in rows
    ]


def consequence_count(item: Consequence) -> Figure:
    """Accepted uses of results (结果应用) of one kind."""
    parts = [Addend(f"{item.table}:{pk}", item.kind) for pk in item.uses]
    return count(
        f"uses.{item.kind}.count",
        f"{item.kind}项数",
        f"已采纳的“{item.kind}”项数",
        parts,
        unit="项",
    )


def consequence_amount(item: Consequence) -> Figure:
    """The money those uses concern, 万元."""
    parts = [
        Addend(f"{item.table}:{pk}", item.kind, amount)
        for pk, amount in zip(item.uses, item.amounts, strict=True)
    ]
    return money(
        f"uses.{item.kind}.amount", f"{item.kind}金额", f"已采纳的“{item.kind}”涉及金额相加", parts
    )
