"""A dossier at a glance: the sentence, the money's way and the axis say what the tables say, and
nothing where nothing is known.
"""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from wenxiao.budget.money import Money
from wenxiao.desk.dossiers.picture import money_way, result_axis, sentence

WAN = Decimal(10_000)


def result(name, points, grade="", *, settled=True):
    value = None if points is None else Decimal(points)
    return SimpleNamespace(name=name, points=value, grade=grade, settled=settled)


def test_the_sentence_names_the_last_settled_result():
    money = Money(adjusted=Decimal("644.38") * WAN, spent=Decimal("569.91") * WAN)
    results = [result("自评分", "96.15", "优"), result("财政评价分", "88.33", "良")]
    told = sentence(money, Decimal("88.44"), results)
    assert told == "花 569.91 万元（88.44%），财政评价分 88.33 良"
    draft = [*results[:1], result("财政评价分", "88.33", "良", settled=False)]
    assert sentence(money, None, draft) == "花 569.91 万元，自评分 96.15 优"
    assert sentence(Money(), None, []) == ""


def test_the_money_s_way_starts_at_the_opening_and_ends_with_what_is_left():
    money = Money(
        opening=Decimal("678.30") * WAN,
        adjusted=Decimal("644.38") * WAN,
        arrived=Decimal("644.38") * WAN,
        spent=Decimal("569.91") * WAN,
    )
    way = money_way(money)
    assert way.finding == "花了 569.91 万元，结余 74.47 万元"
    assert [(one.word, one.shown) for one in way.steps] == [
        ("年初预算", "678.30"),
        ("调整", "-33.92"),
        ("全年预算", "644.38"),
        ("到位", "644.38"),
        ("支出", "569.91"),
        ("结余", "74.47"),
    ]
    assert all(one.height >= 1 and one.y >= 34 for one in way.steps)


def test_money_over_the_budget_is_said_and_what_is_unknown_is_left_out():
    over = money_way(Money(adjusted=Decimal(100) * WAN, spent=Decimal(120) * WAN))
    assert over.finding == "花了 120.00 万元，超预算 20.00 万元"
    assert [one.word for one in over.steps] == ["全年预算", "支出"]
    assert money_way(Money(spent=Decimal(1))) is None
    assert money_way(Money(adjusted=Decimal(1))) is None


def test_audited_money_stands_where_nothing_was_reported():
    money = Money(
        opening=Decimal(678) * WAN,
        audited_arranged=Decimal("644.38") * WAN,
        audited_used=Decimal("569.91") * WAN,
    )
    assert sentence(money, None, []) == "经审查用 569.91 万元（88.44%）"
    assert [one.word for one in money_way(money).steps] == [
        "年初预算",
        "调整",
        "实际安排",
        "实际使用",
        "结余",
    ]


@pytest.mark.db
@pytest.mark.django_db
def test_results_stand_on_one_axis_over_the_bands_in_force(small):
    dossier = small.dossiers[0]
    results = [result("自评分", "96.15", "优"), result("财政评价分", "55.00", "差", settled=False)]
    axis = result_axis(dossier, results)
    assert axis.finding == "自评分 96.15 优，财政评价分 55.00"
    assert axis.ticks[0][1] == 50
    assert axis.lines[0].x > axis.lines[1].x
    assert [band.grade for band in axis.bands][:2] == ["优", "良"]
    assert result_axis(dossier, [result("自评分", None)]) is None


@pytest.mark.db
@pytest.mark.django_db
def test_the_page_opens_with_the_sentence_and_folds_what_is_empty(inside, small):
    text = inside(small.officer).get(f"/dossiers/{small.dossiers[0].pk}").content.decode()
    assert "drawn-picture" in text
    assert "万元（" in text.split("</h1>")[0]
    assert "个环节没有开展" in text
    assert "style=" not in text
