"""The road of docs/map.md, walked: 经审查实际使用资金 of score sheets until
「涉及到2个项目」 stands in the report.
"""

from __future__ import annotations

import random
import re
from decimal import Decimal
from pathlib import Path

import pytest
from tests.bureaus import bureau
from tests.golden.tracing import Trace

from wenxiao.budget.models import AuditedAmount
from wenxiao.budget.services import open_round
from wenxiao.files.forms.reading import read_forms
from wenxiao.files.out.form_grid import form_workbook
from wenxiao.files.out.official_forms import PrintedScoreSheet, score_sheet_form
from wenxiao.followup.models import Finding
from wenxiao.followup.services import confirm_finding, ensure_catalogue, set_common_problems
from wenxiao.intake.unattended import import_file
from wenxiao.reports import services
from wenxiao.reviews.models import Review
from wenxiao.site.demo.synthetic import criteria

__all__ = ["bureau"]
pytestmark = [pytest.mark.db, pytest.mark.django_db]
ROOT = Path(__file__).resolve().parents[2]
TABLE = re.compile(r"^\| \d+ \|.*$", re.MULTILINE)
SENTENCE = "1.预算申请不科学，执行率低于80%（涉及到2个项目）。"
PROJECTS = {"村级道路养护（合成）": ("100", "66.4"), "河道保洁（合成）": ("50", "39.99")}
"""Name → 经审查实际安排资金, 经审查实际使用资金 in 万元: rates 66.40 % and 79.98 %."""
WAN = 10_000


def stations() -> list[list[str]]:
    """The files each station of the map's table names, in the table's order."""
    lines = TABLE.findall((ROOT / "docs" / "map.md").read_text(encoding="utf-8"))
    return [re.findall(r"`src/wenxiao/([\w/]+\.py)`", line.split("|")[3]) for line in lines]


def sheets(folder: Path) -> list[Path]:
    """One score sheet per project, with the money an evaluation found."""
    paths = []
    for name, (arranged, used) in PROJECTS.items():
        form = score_sheet_form(
            PrintedScoreSheet(
                subject_name=name,
                dept="天长市水利局",
                year=2024,
                agency="示例事务所",
                arranged=Decimal(arranged) * WAN,
                used=Decimal(used) * WAN,
                criteria=criteria("project", Decimal("84.5"), random.Random(7)),
                total=Decimal("84.5"),
                grade="良",
                title="项目支出绩效评价评分表（合成）",
            )
        )
        paths.append(folder / f"{name}.xlsx")
        paths[-1].write_bytes(form_workbook([form]))
    return paths


def evaluation(bureau):
    ensure_catalogue(division=bureau.division, by=None)
    return open_round(
        division=bureau.division,
        kind="finance_evaluation",
        name="2024年度财政重点评价",
        work_year=2025,
        fiscal_year=2024,
        key=True,
        by=None,
    )


def test_the_number_on_the_map_arrives_in_the_report(bureau, tmp_path):
    evaluation(bureau)
    road, river = sheets(tmp_path)
    with Trace() as trace:
        form = read_forms(road).forms[0]
        assert (form.audited_used.cell, form.audited_used.amount) == ("F4", Decimal(664_000))
        for path in (road, river):
            import_file(path, division=bureau.division, by=bureau.finance, create=True)
        row = AuditedAmount.objects.get(dossier__subject__name="村级道路养护（合成）")
        assert (row.arranged, row.used) == (Decimal(1_000_000), Decimal(664_000))
        review = Review.objects.get(dossier=row.dossier)
        assert (review.executed, review.budget) == (row.used, row.arranged)
        low = Finding.objects.filter(rule="rate_below")
        assert [finding.state for finding in low] == ["candidate", "candidate"]
        assert "涉及到" not in services.current(bureau.division, 2025).report.text
        for finding in low:
            confirm_finding(finding=finding, by=bureau.finance, why="与评分表核对一致")
        item = low.first().item
        set_common_problems(
            division=bureau.division,
            work_year=2025,
            lines=[(item.text, [item.code])],
            by=bureau.finance,
        )
        report = services.current(bureau.division, 2025).report
    assert SENTENCE in report.text
    assert "66.4" in low.get(dossier=row.dossier).evidence
    files = trace.files
    missing = [[name for name in station if name not in files] for station in stations()]
    assert not any(missing), "the map names files this number never meets"
    first = [min(files.index(name) for name in station) for station in stations()]
    assert first == sorted(first), "the map's stations stand in another order than they are met"


def test_the_map_has_a_table_of_stations():
    assert len(stations()) >= 10
    assert all(stations())
