"""Whose work a round is, over exactly which objects, and whether it is the bureau's own."""

from datetime import timedelta

import pytest

from wenxiao.budget.models import Dossier, Round
from wenxiao.budget.services import open_round
from wenxiao.desk.rounds.new import rolled
from wenxiao.followup.services import send_feedback, set_round_key
from wenxiao.records.models import Todo
from wenxiao.reviews.kinds import KINDS, owner_of
from wenxiao.reviews.models import Review
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def officer(small, inside):
    return inside(small.officer)


def form(**more):
    return {
        "kind": "selfeval",
        "name": "补充任务",
        "work_year": "2021",
        "fiscal_year": "2020",
        "deadline": (today() + timedelta(days=9)).isoformat(),
        "route": ["head", "performance"],
        **more,
    }


def test_each_kind_says_whose_work_it_is():
    owners = {code: kind.owner for code, kind in KINDS.items()}
    assert owners == {
        "monitoring": "unit",
        "selfeval": "unit",
        "recheck": "bureau",
        "department_evaluation": "department",
        "finance_evaluation": "bureau",
        "ex_ante": "bureau",
    }
    assert owner_of("department_evaluation") == "主管部门"


def test_a_round_of_targets_is_the_units_work_and_leads_to_its_scope(officer, small):
    """It said 不向单位收表; where no kind is filed here the refusal leads to where that is set."""
    text = officer.post("/rounds/new", form(kind="target_review")).content.decode()
    assert "去定申报范围" in text
    scope = {"fy": form()["fiscal_year"], "kinds": ["project"], "why": "本级自定"}
    assert officer.post("/targets/scope", scope).status_code == 302
    page = officer.post("/rounds/new", form(kind="target_review"), follow=True).content.decode()
    assert "单位的待办里马上能看到" in page
    assert "不向单位收表" not in page


@pytest.mark.parametrize("kind", ["recheck", "department_evaluation", "finance_evaluation"])
def test_nobody_is_chased_for_anothers_work(officer, small, kind):
    page = officer.post("/rounds/new", form(kind=kind), follow=True).content.decode()
    row = Round.objects.get(name="补充任务")
    assert "不向单位收表" in page
    assert "还没评完的" in page
    assert "催办函" not in page
    assert "谁还没报" not in page
    assert "未报送" not in page
    assert "没有收到" not in page
    assert "单位的待办里马上能看到" not in page
    assert not Todo.objects.filter(target_id=row.pk, target_type="budget.Round").exists()
    assert officer.post(f"/rounds/{row.pk}/remind").status_code == 409
    unit = small.units[0].name
    assert officer.post(f"/imports/missing/{row.pk}/letter", {"unit": unit}).status_code in {
        404,
        409,
    }


def test_a_finance_evaluation_is_the_bureaus_own_unless_said_otherwise(officer, small):
    officer.post("/rounds/new", form(kind="finance_evaluation"))
    row = Round.objects.get(name="补充任务")
    assert row.key
    officer.post("/rounds/new", form(kind="finance_evaluation", name="日常任务", key="0"))
    assert not Round.objects.get(name="日常任务").key
    officer.post("/rounds/new", form(name="自评任务"))
    assert not Round.objects.get(name="自评任务").key


def test_whether_it_is_the_bureaus_own_is_changed_on_its_page_with_a_reason(officer, small):
    row = small.finance
    Round.objects.filter(pk=row.pk).update(key=False)
    row.refresh_from_db()
    page = officer.get(f"/rounds/{row.pk}").content.decode()
    assert "改为财政重点" in page
    report = officer.get(f"/report/{row.work_year}").content.decode()
    assert "没有列为财政重点" in report
    answer = officer.post(f"/rounds/{row.pk}/rekey", {"why": "", "version": row.version})
    assert answer.status_code == 409
    officer.post(f"/rounds/{row.pk}/rekey", {"why": "下达时漏选", "version": row.version})
    row.refresh_from_db()
    assert row.key
    report = officer.get(f"/report/{row.work_year}").content.decode()
    assert "没有列为财政重点" not in report


def test_what_rests_on_a_round_keeps_it_the_bureaus_own(small):
    row = small.finance
    review = Review.objects.filter(round=row, state__in=("confirmed", "issued")).first()
    send_feedback(
        review=review, by=small.officer, issued_on=today(), due_on=today() + timedelta(days=30)
    )
    with pytest.raises(NotAllowed, match="反馈函 1 件"):
        set_round_key(round=row, key=False, by=small.officer, why="改")


def test_a_result_of_an_ordinary_round_can_be_fed_back(officer, small):
    Round.objects.filter(pk=small.finance.pk).update(key=False)
    page = officer.get(f"/feedback?year={small.finance.work_year}").content.decode()
    assert "没有可反馈的结果" not in page


def test_objects_ticked_in_the_list_are_exactly_the_rounds(officer, small):
    ticked = [row.pk for row in small.dossiers[:2]]
    page = officer.post("/subjects/batch", {"act": "round", "tick": ticked}, follow=True)
    text = page.content.decode()
    assert "指定的对象" in text
    assert "2</b> 个对象" in text
    year = str(small.dossiers[0].fiscal_year)
    officer.post("/rounds/new", form(dossiers=" ".join(map(str, ticked)), fiscal_year=year))
    assert Round.objects.get(name="补充任务").scope["dossiers"] == ticked


def test_objects_ticked_in_one_year_are_found_in_the_budget_year_asked_for(officer, small):
    first, second = small.dossiers[:2]
    before = first.fiscal_year - 1
    earlier = Dossier.objects.create(subject=first.subject, unit=first.unit, fiscal_year=before)
    told = form(dossiers=f"{first.pk} {second.pk}", fiscal_year=str(before))
    assert ">1</b> 个对象" in officer.post("/rounds/count", told).content.decode()
    officer.post("/rounds/new", told)
    assert Round.objects.get(name="补充任务").scope["dossiers"] == [earlier.pk]


def test_everything_the_conditions_leave_can_be_the_scope(officer, small):
    page = officer.get("/subjects/round?year=2021&kind=project", follow=True).content.decode()
    assert "指定的对象" in page


def test_rolling_over_keeps_exactly_the_objects(officer, small):
    some = small.dossiers[:3]
    row = open_round(
        division=small.division,
        kind="finance_evaluation",
        name="2021年重点评价",
        work_year=2021,
        fiscal_year=some[0].fiscal_year,
        scope={"dossiers": [one.pk for one in some]},
        by=small.officer,
    )
    going_on = [
        Dossier.objects.create(
            subject=one.subject, unit=small.units[2], fiscal_year=one.fiscal_year + 1
        )
        for one in some[:2]
    ]
    asked = rolled(row)
    assert asked.listed == [one.pk for one in going_on]
    assert (asked.key, asked.before) == ("1", "3")
    page = officer.get(f"/rounds/new?from={row.pk}").content.decode()
    assert "沿用上年的 3 个对象，其中 2 个有" in page


def test_a_list_of_which_nobody_goes_on_never_becomes_everybody(officer, small):
    row = open_round(
        division=small.division,
        kind="finance_evaluation",
        name="2021年重点评价",
        work_year=2021,
        fiscal_year=small.dossiers[0].fiscal_year,
        scope={"dossiers": [small.dossiers[0].pk]},
        by=small.officer,
    )
    asked = rolled(row)
    answer = officer.post(
        "/rounds/new",
        form(kind="finance_evaluation", fiscal_year=asked.fiscal_year, dossiers=asked.dossiers),
    )
    assert answer.status_code == 422
    assert "先导入这一年的预算清单" in answer.content.decode()


def test_a_number_that_surprises_is_asked_about(officer, small, monkeypatch):
    monkeypatch.setattr("wenxiao.desk.rounds.new.MOST_KEY", 2)
    year = str(small.dossiers[0].fiscal_year)
    told = form(kind="finance_evaluation", fiscal_year=year)
    answer = officer.post("/rounds/new", told)
    assert answer.status_code == 422
    assert "范围核对无误" in answer.content.decode()
    assert officer.post("/rounds/new", {**told, "sure": "1"}).status_code == 302


def test_a_round_of_the_past_is_registered_and_asks_nobody(officer, small):
    past = (today() - timedelta(days=60)).isoformat()
    answer = officer.post("/rounds/new", form(deadline=past))
    assert "补录" in answer.content.decode()
    page = officer.post(
        "/rounds/new", form(deadline=past, past="1", opens_on="2021-01-04"), follow=True
    ).content.decode()
    row = Round.objects.get(name="补充任务")
    assert str(row.opens_on) == "2021-01-04"
    assert "没有给单位派待办" in page
    assert not Todo.objects.filter(target_id=row.pk, target_type="budget.Round").exists()
