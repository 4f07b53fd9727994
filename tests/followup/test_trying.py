"""A proposed rule value tried over what is stored: points, grades, lights
and checks, over every year, nothing written.
"""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from tests.bureaus import bureau, evaluation_round, selfeval_round  # noqa: F401 - fixtures used by name

from wenxiao.budget.models import Appropriation, Dossier, Round, Spending
from wenxiao.evidence.models import Actual
from wenxiao.followup.services.trying import try_rules
from wenxiao.orgs.models import Division
from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import Entry
from wenxiao.reviews import services
from wenxiao.reviews.models import Review
from wenxiao.rulebook.checks import registry
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import Indicator, Target

pytestmark = [pytest.mark.db, pytest.mark.django_db]

BANDS = [
    {"grade": "优", "at_least": "85", "below": "100", "closed": True},
    {"grade": "良", "at_least": "70", "below": "85"},
    {"grade": "中", "at_least": "60", "below": "70"},
    {"grade": "差", "at_least": "0", "below": "60"},
]


def change(rule, content, start="2022-01-01"):
    return {"rule": rule, "from": start, "content": content}


def tried(bureau, *changes):
    return try_rules(division=bureau.division, changes=changes, by=bureau.finance).as_json()


@pytest.fixture
def review(bureau, selfeval_round):
    """A self-evaluation of 2022 with 70.50 points."""
    target = Target.objects.create(dossier=bureau.dossier, state="approved")
    made = services.start_review(
        dossier=bureau.dossier, round=selfeval_round, by=None, target=target
    )
    Review.objects.filter(pk=made.pk).update(budget=Decimal(1000), executed=Decimal(800))
    rows = [("数量", "≥12次", 50, "9次"), ("成本", "≤5%", 30, "10%"), ("满意度", "≥90%", 10, "92%")]
    for order, (name, goal, weight, actual) in enumerate(rows, start=1):
        indicator = Indicator.objects.create(
            target=target,
            order=order,
            level1="产出指标",
            level2="数量指标",
            name=name,
            expression=goal,
            weight=Decimal(weight),
        )
        Actual.objects.create(indicator=indicator, stage="selfeval", value=actual)
    made.refresh_from_db()
    return services.score_review(review=made)


def test_points_and_grades_move_and_nothing_is_written(review, bureau):
    before = Entry.objects.count()
    ledger = tried(bureau, change("profiles", {"default": "P2020-DEDUCT"}))
    (line,) = ledger["moved"]
    assert line["id"].startswith(review.round.name)
    assert line["before"] == {"points": "70.50", "grade": "中"}
    assert line["after"] == {"points": "55.50", "grade": "差"}
    assert ledger["objects"] == 1
    review.refresh_from_db()
    assert (review.points, review.grade) == (Decimal("70.50"), "中")
    assert Division.objects.get(pk=bureau.division.pk).rules == []
    assert Entry.objects.count() == before


def test_a_year_before_the_change_and_a_settled_result_stay_with_the_reason(review, bureau):
    late = tried(bureau, change("grades", {"bands": BANDS}, "2023-01-01"))
    assert late["moved"] == []
    assert "评 2022 预算年度，按当年有效的规则" in late["untouched"][0]["why"]
    Review.objects.filter(pk=review.pk).update(state="confirmed")
    settled = tried(bureau, change("grades", {"bands": BANDS}))
    assert settled["moved"] == []
    assert settled["untouched"][0]["why"].endswith("按改后的规则应为 70.50 分 良")


def test_finance_evaluations_are_graded_anew(bureau, evaluation_round):
    Round.objects.filter(pk=evaluation_round.pk).update(fiscal_year=2022)
    evaluation_round.refresh_from_db()
    made = services.start_review(dossier=bureau.dossier, round=evaluation_round, by=None)
    Review.objects.filter(pk=made.pk).update(
        points=Decimal("86.08"), grade="良", complete=True, state="submitted"
    )
    (line,) = tried(bureau, change("grades", {"bands": BANDS}))["moved"]
    assert (line["kind"], line["before"]["grade"], line["after"]["grade"]) == (
        evaluation_round.kind,
        "良",
        "优",
    )


@pytest.fixture
def window(bureau):
    """A monitoring window through July in which 40 % were spent: index 68.6, yellow."""
    money = {"dossier": bureau.dossier, "fund": "general"}
    Appropriation.objects.filter(dossier=bureau.dossier).delete()
    Appropriation.objects.create(opening=Decimal(1000), adjusted=Decimal(1000), **money)
    Spending.objects.create(month=7, amount=Decimal(400), line="a", **money)
    year = Dossier.objects.get(pk=bureau.dossier.pk).fiscal_year
    return Round.objects.create(
        division=bureau.division,
        kind="monitoring",
        name="1-7月监控",
        work_year=year,
        fiscal_year=year,
        from_month=1,
        through_month=7,
        state="open",
    )


def test_lights_of_money_move(window, bureau):
    cuts = {"lights": {"red_below": "70", "green_from": "90"}}
    ledger = tried(bureau, change("monitoring", cuts))
    (line,) = [one for one in ledger["lights"] if one["id"].startswith("1-7月监控")]
    assert line["before"]["light"] == "yellow"
    assert line["after"]["light"] == "red"
    assert line["before"]["index"] == line["after"]["index"] == "68.6"


def test_codes_of_open_reviews_and_targets_move(review, bureau):
    """Every check of custom switched off: what the unit would still see
    before handing in, and what its target's review.
    """
    draft = Target.objects.create(dossier=bureau.dossier, state="draft", number=2)
    row = {"level1": "成本指标", "level2": "经济成本指标", "name": "总成本", "weight": Decimal(90)}
    Indicator.objects.create(target=draft, order=1, expression="≥100万元", **row)
    Actual.objects.filter(indicator__target=review.target).update(note="尚未验收")
    off = {one.code: {"enabled": False} for one in registry() if one.can_lower}
    ledger = tried(bureau, change("checks", {"checks": off}))
    moved = {one["kind"]: one for one in ledger["moved"]}
    assert "MB-01 警告" in moved["target"]["before"]["codes"]
    assert "MB-01" not in moved["target"]["after"]["codes"]
    assert moved["selfeval"]["before"]["codes"] != moved["selfeval"]["after"]["codes"]
    assert moved["selfeval"]["before"]["points"] == moved["selfeval"]["after"]["points"]
    earlier = tried(bureau, change("checks", {"checks": off}, "2023-01-01"))
    assert (earlier["moved"], earlier["objects"]) == ([], 2)


def test_what_may_not_be_set_is_refused_here_in_the_same_words(bureau):
    with pytest.raises(NotAllowed, match="根据是法律，只能更严"):
        tried(bureau, change("checks", {"checks": {"MB-21": {"level": "警告"}}}))
    with pytest.raises(NotAllowed, match="首尾相接"):
        tried(bureau, change("grades", {"bands": BANDS[:2]}))
    with pytest.raises(NotAllowed, match="没有改动"):
        tried(bureau)
    with pytest.raises(Refused):
        try_rules(
            division=bureau.division, changes=[change("grades", {"bands": BANDS})], by=bureau.clerk
        )


def test_the_command_tries_over_the_database(review, bureau, tmp_path, capsys, monkeypatch):
    from wenxiao.site import database_state, verbs_data
    from wenxiao.site.command import main

    monkeypatch.setattr(verbs_data, "start_django", lambda: None)
    monkeypatch.setattr(verbs_data, "require_ready", lambda: None)
    assert database_state.chosen_division(None) == bureau.division
    said = tmp_path / "c.json"
    said.write_text(json.dumps(change("profiles", {"default": "P2020-DEDUCT"})), "utf-8")
    assert main(["rules", "try", "--change", str(said), "--json"]) == 0
    ledger = json.loads(capsys.readouterr().out)
    assert ledger["moved"][0]["after"]["points"] == "55.50"


def test_a_changed_grade_line_makes_the_tables_of_the_checks_once(bureau, review, monkeypatch):
    """No check of a stored self-evaluation reads the grades: what is said after is said before."""
    from wenxiao.followup.services import trying

    made, tables_of = [], trying.tables_of
    monkeypatch.setattr(trying, "tables_of", lambda some: made.append(1) or tables_of(some))
    assert tried(bureau, change("grades", {"bands": BANDS}))["objects"] == 1
    assert made == [1]


def test_noted_values_tell_which_rules_were_asked_for():
    from wenxiao.followup.services.trying import EVERY, _Read
    from wenxiao.rulebook.grading import bands_in_force

    noted = _Read({})
    bands_in_force(2022, noted)
    assert noted.names == {"grades"}
    list(noted)
    assert EVERY in noted.names
