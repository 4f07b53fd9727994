"""The demonstration's workbooks, as units and agencies would hand them in;
they enter through the importers.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import yaml

from wenxiao.files.out.form_grid import FormGrid, form_workbook
from wenxiao.files.out.official_forms import (
    CriterionLine,
    IndicatorLine,
    PrintedFund,
    PrintedScoreSheet,
    ProjectForm,
    monitoring_form,
    score_sheet_form,
    self_evaluation_form,
)
from wenxiao.rulebook.grading import grade
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.site.demo.accounts import AGENCY
from wenxiao.site.demo.synthetic import (
    ABOVE,
    BELOW,
    DATA,
    SEED,
    WAN,
    OrdinaryProject,
    criteria,
    ordinary_projects,
    paid_share,
    progress,
)

EVALUATED_YEAR = 2020
MONITORED_YEAR = 2021
WATCHED_UNITS = 12
"""How many 示例单位 take part in the 日常监控 round."""
DEPARTMENT_SUFFIX = "2020年度部门整体支出"


@cache
def named() -> dict[str, Any]:
    """What the published report says of its named objects."""
    content: dict[str, Any] = yaml.safe_load((DATA / "named.yaml").read_text(encoding="utf-8"))
    return content


@cache
def evaluated() -> tuple[dict[str, str], ...]:
    """The twenty-one evaluated projects, one row each."""
    with (DATA / "evaluated_projects.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


@dataclass(frozen=True, slots=True)
class HandedWorkbook:
    """A workbook somebody handed in.
    ``synthetic`` says that its values were made for the demonstration.
    """

    name: str
    content: bytes
    synthetic: bool


def _book(name: str, forms: list[FormGrid], *, synthetic: bool = True) -> HandedWorkbook:
    for number, form in enumerate(forms, start=1):
        form.name = f"{number}"
    return HandedWorkbook(name, form_workbook(forms), synthetic)


def wan(text: str) -> Decimal:
    """万元 as printed → 元."""
    return Decimal(text) * WAN


def problem_texts() -> dict[str, str]:
    """Catalogue code → text of the common problems."""
    return {item["code"]: item["text"] for item in named()["common_problems"]}


def department_sheets() -> HandedWorkbook:
    """The two departments' score sheets: money, score and advice as
    published; the rows' points are synthetic.
    """
    chance = random.Random(SEED + 1)
    forms = [
        score_sheet_form(
            PrintedScoreSheet(
                subject_name=DEPARTMENT_SUFFIX,
                dept=item["unit"],
                year=EVALUATED_YEAR,
                agency=AGENCY,
                arranged=wan(item["arranged"]),
                used=wan(item["used"]),
                criteria=criteria("department", Decimal(item["score"]), chance),
                total=Decimal(item["score"]),
                grade=grade(Decimal(item["score"]), EVALUATED_YEAR),
                suggestions=item["suggestions"],
                title="部门整体支出绩效评价评分表",
                subject_label="评价对象",
            )
        )
        for item in named()["departments"]
    ]
    return _book("部门整体支出评分表.xlsx", forms, synthetic=False)


def project_sheets() -> Iterator[HandedWorkbook]:
    """The evaluated projects' score sheets, seven in a workbook, all values synthetic."""
    chance = random.Random(SEED + 2)
    forms = []
    for row in evaluated():
        score = Decimal(row["评分"])
        problems = [problem_texts()[code] for code in row["问题编码"].split()]
        sheet = PrintedScoreSheet(
            subject_name=row["项目名称"],
            dept=row["实施单位"],
            year=EVALUATED_YEAR,
            agency=AGENCY,
            arranged=wan(row["经审查实际安排资金（万元）"]),
            used=wan(row["经审查实际使用资金（万元）"]),
            criteria=criteria("project", score, chance),
            total=score,
            grade=grade(score, EVALUATED_YEAR),
            problems=problems,
            suggestions=[_advice(text) for text in problems],
            title="项目支出绩效评价评分表（合成）",
        )
        forms.append(score_sheet_form(sheet))
    for start in range(0, len(forms), 7):
        yield _book(f"示例事务所_项目评分表_{start // 7 + 1}.xlsx", forms[start : start + 7])


def _advice(problem: str) -> str:
    """The advice (合成) an evaluator would write beside a common problem."""
    return {
        "预算申请不科学": "科学编制项目预算，加快资金执行进度。",
        "专项资金管理办": "制定专项资金管理办法，规范资金使用。",
        "主管部门监督监": "加强主管部门监督检查和项目执行管理。",
        "部门预算绩效管": "强化预算绩效管理责任意识，落实责任到人。",
    }[problem[:7]]


def key_monitoring() -> Iterator[tuple[int, HandedWorkbook]]:
    """The four key monitored projects with the published money and advice, by last month."""
    for through, items in groupby(named()["monitored"], key=lambda item: item["through"]):
        forms = []
        for item in items:
            line = PrintedFund(
                "年度资金总额",
                initial=wan(item["budget"]),
                executed=wan(item["used"]),
                rate=rate_percent(wan(item["used"]), wan(item["budget"])),
            )
            form = ProjectForm(
                project_name=item["name"],
                unit=item["unit"],
                dept=item["unit"],
                year=MONITORED_YEAR,
                funds=(line,),
                indicators=tuple(_watched_goal(goal) for goal in item["goals"]),
                period=f"1-{through}月",
                suggestions="\n".join(
                    f"{n}.{text}" for n, text in enumerate(item["suggestions"], start=1)
                ),
            )
            forms.append(monitoring_form(form))
        yield through, _book(f"重点监控表_1-{through}月.xlsx", forms, synthetic=False)


def _watched_goal(goal: dict[str, str]) -> IndicatorLine:
    """A goal (合成, its name says so) of a key monitored project, with a
    cause that fits the published advice.
    """
    return IndicatorLine(
        goal["level1"],
        goal["level2"],
        f"{goal['name']}（合成）",
        goal["target"],
        goal["actual"],
        forecast=goal["forecast"],
        causes=frozenset({goal["cause"]}),
        deviation=f"{goal['note']}（合成）",
        more={"possibility": goal["possibility"]},
    )


def self_evaluations() -> Iterator[HandedWorkbook]:
    """One workbook a unit, a sheet for each project it reported on; the
    first unit has not begun its last.
    """
    for at, (unit, projects) in enumerate(
        groupby(ordinary_projects(), key=lambda project: project.unit)
    ):
        forms = [
            self_evaluation_form(project.form) for project in projects if project.form is not None
        ]
        forms = forms if at else forms[:-1]
        if forms:
            yield _book(f"{unit}_项目支出绩效自评表.xlsx", forms)


def later_self_evaluations(
    year: int, first: int, units: int, each: int
) -> Iterator[HandedWorkbook]:
    """Self-evaluations of a later year: the first ``each`` projects of some
    示例单位 beyond those that are watched.
    """
    rows = groupby(ordinary_projects(), key=lambda project: project.unit)
    for unit, projects in islice(rows, first, first + units):
        handed = [project.form for project in projects if project.form is not None][:each]
        forms = [
            replace(
                form,
                year=year,
                indicators=tuple(
                    replace(
                        row,
                        target=row.target.replace(str(EVALUATED_YEAR), str(year)),
                        actual=row.actual.replace(str(EVALUATED_YEAR), str(year)),
                    )
                    for row in form.indicators
                ),
            )
            for form in handed
        ]
        yield _book(
            f"{unit}_{year}年项目支出绩效自评表.xlsx", [self_evaluation_form(one) for one in forms]
        )


def daily_monitoring() -> Iterator[HandedWorkbook]:
    """Ordinary projects of some 示例单位 in a 日常监控 round over January to July,
    all synthetic; one is not begun yet.
    """
    chance, number = random.Random(SEED + 3), 0
    units = groupby(ordinary_projects(), key=lambda project: project.unit)
    for at, (unit, projects) in enumerate(islice(units, WATCHED_UNITS)):
        forms = []
        for project in projects:
            forms.append(_daily(project, number, chance))
            number += 1
        yield _book(f"{unit}_绩效运行监控表.xlsx", forms if at else forms[:-1])


def _daily(project: OrdinaryProject, number: int, chance: random.Random) -> FormGrid:
    executed = (project.opening * paid_share(number, chance) / 1000).quantize(Decimal("0.01"))
    line = PrintedFund(
        "年度资金总额",
        initial=project.opening,
        executed=executed,
        rate=rate_percent(executed, project.opening),
        expected=project.opening,
    )
    return monitoring_form(
        ProjectForm(
            project_name=project.name,
            unit=project.unit,
            dept=project.unit,
            year=MONITORED_YEAR,
            funds=(line,),
            goal="按年度计划完成各项任务（合成）。",
            indicators=progress(number, project.opening, chance),
        )
    )


def department_evaluated() -> list[tuple[str, str]]:
    """The projects (name, unit) a made-up department evaluates in 2021: two
    of its own, one of each unit below it.
    """
    by_unit = {
        unit: list(rows)
        for unit, rows in groupby(ordinary_projects(), key=lambda project: project.unit)
    }
    chosen = [by_unit[ABOVE][0], by_unit[ABOVE][1], *(by_unit[unit][0] for unit in BELOW)]
    return [(project.name, project.unit) for project in chosen]


def department_evaluations() -> HandedWorkbook:
    """Score sheets of a department's evaluations: one whole, one half scored by the firm, one blank
    for a panel.

    The second of :func:`department_evaluated` has none yet: nobody began.
    """
    chance = random.Random(SEED + 4)
    whole, _, half, blank = department_evaluated()
    scored = criteria("project", Decimal("86.50"), chance)
    forms = [
        _department_sheet(*whole, scored, chance, total=Decimal("86.50")),
        _department_sheet(
            *half,
            [row if row.level1 in {"决策", "过程"} else _unscored(row) for row in scored],
            chance,
        ),
        _department_sheet(*blank, [_unscored(row) for row in scored], chance),
    ]
    return _book("部门评价评分表.xlsx", forms)


def _unscored(row: CriterionLine) -> CriterionLine:
    return replace(row, score=None, reason="")


def _department_sheet(
    name: str,
    unit: str,
    rows: list[CriterionLine],
    chance: random.Random,
    *,
    total: Decimal | None = None,
) -> FormGrid:
    arranged = Decimal(chance.randint(120, 900)) * WAN
    return score_sheet_form(
        PrintedScoreSheet(
            subject_name=name,
            dept=unit,
            year=EVALUATED_YEAR,
            agency=AGENCY,
            arranged=arranged,
            used=arranged * chance.randint(70, 99) / 100,
            criteria=rows,
            total=total,
            grade="" if total is None else grade(total, EVALUATED_YEAR),
            suggestions=["加快资金支付，及时办理验收和结算（合成）。"] if total is not None else [],
            title="部门评价评分表（合成）",
        )
    )


def write(handed: HandedWorkbook, folder: Path) -> Path:
    """The workbook as a file."""
    path = folder / handed.name
    path.write_bytes(handed.content)
    return path
