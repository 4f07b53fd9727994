"""A named source remembers what its columns mean and in which unit it counts."""

from decimal import Decimal

import pytest

from wenxiao.budget import services
from wenxiao.budget.models import Source, Spending
from wenxiao.intake.ledger import LedgerAnswers, import_ledger
from wenxiao.records.models import ImportBatch

pytestmark = [pytest.mark.db, pytest.mark.django_db]
NAME = "国库集中支付系统"
HEAD = "工程,何时,付了"
SAID = {"project": "工程", "date": "何时", "spent": "付了"}


@pytest.fixture
def take(division, unit, tmp_path):
    services.ensure_subject(division=division, unit=unit, code="1", name="校园安保", by=None)

    def run(row, head=HEAD, **choices):
        path = tmp_path / "支付.csv"
        path.write_text(
            f"项目支付台账,单位：见系统,\n项目名称,{head},支付日期\n校园安保,{row},2021-03-05\n",
            encoding="utf-8",
        )
        return import_ledger(
            path=path, division=division, by=None, choices=LedgerAnswers(**choices)
        )

    return run


def test_the_next_file_of_a_source_is_read_as_the_last_one(take, division):
    first = take("甲,2021-03-01,0.05", columns={"spent": "付了"}, unit="万元", source_name=NAME)
    assert first.stored, first.problems
    source = Source.objects.get(division=division, name=NAME)
    assert (source.kind, source.money_unit, source.columns["spent"]) == ("spending", "万元", "付了")
    # other headings than before: the heading row alone would not be recognised, the source is
    later = take("甲,2021-04-01,0.07,备", head="工程,何时,付了,备注", source_name=NAME)
    assert (later.unit, later.columns["spent"]) == ("万元", "付了")
    assert set(Spending.objects.values_list("amount", flat=True)) == {
        Decimal("500.00"),
        Decimal("700.00"),
    }
    assert ImportBatch.objects.latest("pk").choices["source_name"] == NAME


def test_without_its_name_such_a_file_is_not_understood(take):
    assert take(
        "甲,2021-03-01,0.05", columns={"spent": "付了"}, unit="万元", source_name=NAME
    ).stored
    stranger = take("甲,2021-04-01,0.07,备", head="工程,何时,付了,备注")
    assert [p.code for p in stranger.problems if p.level == "阻断"] == ["DR-71"]


def test_a_refused_file_teaches_nothing(take):
    assert not take("甲,2021-03-01,不知道", columns={"spent": "付了"}, source_name=NAME).stored
    assert not Source.objects.exists()


def test_what_a_person_says_wins_over_the_source(take):
    take("甲,2021-03-01,0.05", columns={"spent": "付了"}, unit="万元", source_name=NAME)
    told = take("甲,2021-04-01,5.00", unit="元", source_name=NAME)
    assert (told.unit, told.total_fen, Source.objects.get().money_unit) == ("元", 500, "元")
