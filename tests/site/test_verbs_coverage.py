"""`wenxiao coverage`: the gauge of a budget year as JSON, its sums those of the dossiers."""

import json
from decimal import Decimal

import pytest
from tests.bureaus import bureau  # noqa: F401 - a fixture

from wenxiao.budget.services import ensure_subject, open_dossier
from wenxiao.followup.selectors.coverage import STAGES
from wenxiao.site.command import main

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def told(capsys, *words):
    code = main(["coverage", *words, "--json"])
    return code, json.loads(capsys.readouterr().out)["cells"]


def test_each_stage_adds_up_to_the_year(bureau, capsys):
    other = ensure_subject(
        division=bureau.division, unit=bureau.unit, code="P002", name="排水改造", by=None
    )
    open_dossier(subject=other, fiscal_year=2022, by=None)
    code, cells = told(capsys, "--year", "2022")
    assert code == 0
    assert [cell["stage"] for cell in cells] == [stage for stage in STAGES for _ in range(2)]
    for stage in STAGES:
        own = [cell for cell in cells if cell["stage"] == stage]
        assert sum(cell["due"]["objects"] for cell in own) == 2
        assert sum(Decimal(cell["due"]["yuan"] or 0) for cell in own) == 8800000
        assert {code for cell in own for code in cell["bare"]} == {"P001", "P002"}
    without = next(cell for cell in cells if cell["bare"] == ["P002"])
    assert without["due"] == {"objects": 1, "yuan": None, "without_amount": 1}
    assert without["done"] == {"objects": 0, "yuan": "0.00", "without_amount": 0}
    assert told(capsys, "--year", "2030") == (0, [])


def test_a_year_must_be_named(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["coverage", "--json"])
    assert "--year" in capsys.readouterr().err
