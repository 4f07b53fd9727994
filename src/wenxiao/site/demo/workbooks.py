"""The demonstration's workbooks, as units and agencies would hand them in; they enter through the importers."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import yaml

from wenxiao.files.form_grid import FormGrid, form_workbook
from wenxiao.files.official_forms import (
    FundLine,
    ProjectForm,
    ScoreSheet,
    monitoring_form,
    score_sheet_form,
    self_evaluation_form,
)
from wenxiao.rulebook.grading import grade
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.site.demo.synthetic import DATA, SEED, WAN, criteria, ordinary_projects, progress

EVALUATED_YEAR = 2020
MONITORED_YEAR = 2021
WATCHED_UNITS = 12
"""How many 示例单位 take part in the 日常监控 round."""
DEPARTMENT_SUFFIX = "2020年度部门整体支出"


@cache
def named() -> dict[str, Any]:
    """What the published report says of its named objects."""
    told: dict[str, Any] = yaml.safe_load((DATA / "named.yaml").read_text(encoding="utf-8"))
    return told


@cache
def evaluated() -> tuple[dict[str, str], ...]:
    """The twenty-one evaluated projects, one row each."""
    with (DATA / "evaluated_projects.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


@dataclass(frozen=True, slots=True)
class Handed:
    """A workbook somebody handed in. ``synthetic`` says that its values were made for the demonstration."""

    name: str
    content: bytes
    synthetic: bool


def _book(name: str, forms: list[FormGrid], *, synthetic: bool = True) -> Handed:
    for number, form in enumerate(forms, start=1):
        form.name = f"{number}"
    return Handed(name, form_workbook(forms), synthetic)


def wan(text: str) -> Decimal:
    """万元 as printed → 元."""
    return Decimal(text) * WAN


def problem_texts() -> dict[str, str]:
    """Catalogue code → text of the common problems."""
    return {item["code"]: item["text"] for item in named()["common_problems"]}


def department_sheets() -> Handed:
    """The two departments' score sheets: money, score and advice as published; the rows' points are synthetic."""
    chance = random.Random(SEED + 1)
    forms = [
        score_sheet_form(
            ScoreSheet(
                subject_name=DEPARTMENT_SUFFIX,
                dept=item["unit"],
                year=EVALUATED_YEAR,
                agency="示例事务所",
                arranged=wan(item["arranged"]),
                used=wan(item["used"]),
                criteria=criteria("department", Decimal(item["score"]), chance),
                total=Decimal(item["score"]),
                grade=grade(Decimal(item["score"]), EVALUATED_YEAR),
                suggestions=item["suggestions"],
                title="部门整体支出绩效评价评分表",
                subject_label="评价对象",
            ),
        )
        for item in named()["departments"]
    ]
    return _book("部门整体支出评分表.xlsx", forms, synthetic=False)


def project_sheets() -> Iterator[Handed]:
    """The evaluated projects' score sheets, seven in a workbook, all values synthetic."""
    chance = random.Random(SEED + 2)
    forms = []
    for row in evaluated():
        score = Decimal(row["评分"])
        problems = [problem_texts()[code] for code in row["问题编码"].split()]
        sheet = ScoreSheet(
            subject_name=row["项目名称"],
            dept=row["实施单位"],
            year=EVALUATED_YEAR,
            agency="示例事务所",
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


def key_monitoring() -> Iterator[tuple[int, Handed]]:
    """The four key monitored projects with the published money and advice, by last month."""
    for through, items in groupby(named()["monitored"], key=lambda item: item["through"]):
        forms = []
        for item in items:
            line = FundLine(
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
                period=f"1-{through}月",
                suggestions="\n".join(f"{n}.{text}" for n, text in enumerate(item["suggestions"], start=1)),
            )
            forms.append(monitoring_form(form))
        yield through, _book(f"重点监控表_1-{through}月.xlsx", forms, synthetic=False)


def self_evaluations() -> Iterator[Handed]:
    """One workbook a unit, a sheet for each project it reported on."""
    for unit, projects in groupby(ordinary_projects(), key=lambda project: project.unit):
        forms = [self_evaluation_form(project.form) for project in projects if project.form is not None]
        if forms:
            yield _book(f"{unit}_项目支出绩效自评表.xlsx", forms)


def daily_monitoring() -> Iterator[Handed]:
    """Ordinary projects of some 示例单位 in a 日常监控 round over January to July, all synthetic."""
    chance = random.Random(SEED + 3)
    units = groupby(ordinary_projects(), key=lambda project: project.unit)
    for unit, projects in islice(units, WATCHED_UNITS):
        forms = [_daily(project, chance) for project in projects]
        yield _book(f"{unit}_绩效运行监控表.xlsx", forms)


def _daily(project: Any, chance: random.Random) -> FormGrid:
    executed = (project.opening * chance.randint(250, 720) / 1000).quantize(Decimal("0.01"))
    line = FundLine(
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
            indicators=progress(chance),
        ),
    )


def write(handed: Handed, folder: Path) -> Path:
    """The workbook as a file."""
    path = folder / handed.name
    path.write_bytes(handed.content)
    return path
