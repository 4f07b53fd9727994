"""A round from opening to closing: whom it concerns, who is excused, how far it is."""

from datetime import date

import pytest

from wenxiao.budget import selectors, services
from wenxiao.budget.census import census, looks_from
from wenxiao.orgs.models import Role
from wenxiao.orgs.permissions import Refused, grants_kept
from wenxiao.orgs.services import add_unit, create_user, edit_unit, grant
from wenxiao.orgs.todos import todo_lines
from wenxiao.records.chain import verify
from wenxiao.records.models import Todo
from wenxiao.records.selectors import export_entries, export_heads
from wenxiao.reviews.services.tallies import renew_all
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def dossiers(division, unit):
    school = add_unit(division=division, code="101001", name="实验小学", parent=unit, by=None)
    health = add_unit(division=division, code="102", name="卫健委", kind="department", by=None)
    edit_unit(unit=school, contact="张某", phone="8888", by=None)
    made = []
    for code, at, tags, kind in (
        ("A", unit, ["教育"], "project"),
        ("B", school, ["教育"], "project"),
        ("C", school, [], "policy"),
        ("D", health, ["医疗"], "project"),
    ):
        subject = services.ensure_subject(
            division=division, unit=at, code=code, name=f"项目{code}", by=None, tags=tags, kind=kind
        )
        made.append(services.open_dossier(subject=subject, fiscal_year=2020, by=None))
    return made


@pytest.fixture
def officer(division):
    user = create_user(division=division, username="perf", name="绩效", by=None)
    grant(user=user, role=Role.PERFORMANCE, division=division, by=None)
    return user


@pytest.fixture
def open_round(division):
    def opened(**more):
        facts = {
            "kind": "selfeval",
            "name": "2020年度自评",
            "work_year": 2021,
            "fiscal_year": 2020,
            "by": None,
        } | more
        return services.open_round(division=division, **facts)

    return opened


@pytest.mark.parametrize(
    ("scope", "codes"),
    [
        ({}, "ABCD"),
        ({"kinds": ["policy"]}, "C"),
        ({"tags": ["教育", "农业"]}, "AB"),
        ({"kinds": ["project"], "tags": ["医疗"]}, "D"),
        ({"natures": ["staff"]}, ""),
    ],
)
def test_scope_is_data(open_round, dossiers, scope, codes):
    found = selectors.dossiers_of(open_round(scope=scope)).values_list("subject__code", flat=True)
    assert "".join(sorted(found)) == codes


def test_scope_by_unit_takes_the_subtree(open_round, dossiers, unit):
    found = selectors.dossiers_of(open_round(scope={"units": [unit.pk]})).values_list(
        "subject__code", flat=True
    )
    assert "".join(sorted(found)) == "ABC"


def test_todos_reach_the_clerks_and_go_with_the_round(open_round, dossiers, division, officer):
    clerk = create_user(
        division=division, username="clerk", name="经办", unit=dossiers[1].unit, by=None
    )
    grant(user=clerk, role=Role.CLERK, division=division, unit=dossiers[1].unit, by=None)
    opened = open_round(deadline=date(2021, 3, 31))
    assert [t.title for t in todo_lines(clerk, ("budget.Round",), 9)] == ["2020年度自评（应报2项）"]
    services.extend_round(round=opened, deadline=date(2021, 4, 9), by=officer, why="疫情")
    [todo] = todo_lines(clerk, ("budget.Round",), 9)
    assert todo.due_on == date(2021, 4, 9)
    with pytest.raises(NotAllowed, match="不晚于原期限"):
        services.extend_round(round=opened, deadline=date(2021, 4, 9), by=officer, why="")
    services.close_round(round=opened, by=officer)
    assert set(Todo.objects.values_list("state", flat=True)) == {"void"}
    with pytest.raises(NotAllowed, match="不能转为"):
        services.close_round(round=opened, by=officer)
    with pytest.raises(NotAllowed, match="理由"):
        services.reopen_round(round=opened, by=officer, why="")
    services.reopen_round(round=opened, by=officer, why="补报")
    assert opened.state == "open"


def test_progress_counts_who_is_excused_openly(open_round, dossiers, officer):
    opened = open_round()
    services.exempt(round=opened, dossier=dossiers[2], reason="cancelled", by=officer)
    rows = selectors.round_progress(opened, received=[dossiers[0].pk, dossiers[2].pk])
    assert [(r.name, r.in_scope, r.excused, r.due, r.received, r.missing) for r in rows] == [
        ("卫健委", 1, 0, 1, 0, 1),
        ("教体局", 3, 1, 2, 1, 1),
        ("合计", 4, 1, 3, 1, 2),
    ]
    lines = [m.line for m in selectors.not_received(opened, received=[dossiers[0].pk])]
    assert lines == ["实验小学 张某 8888 缺1项：项目B", "卫健委 缺1项：项目D"]


def test_exemptions_have_listed_reasons(open_round, dossiers, officer, division):
    opened = open_round(scope={"tags": ["教育"]})
    excuse = {"round": opened, "dossier": dossiers[0], "by": officer}
    with pytest.raises(NotAllowed, match="不在所列之中"):
        services.exempt(reason="忙", **excuse)
    with pytest.raises(NotAllowed, match="须写明说明"):
        services.exempt(reason="other", **excuse)
    with pytest.raises(NotAllowed, match="不在任务"):
        services.exempt(round=opened, dossier=dossiers[3], reason="cancelled", by=officer)
    services.exempt(reason="other", note="洪灾", **excuse)
    with pytest.raises(NotAllowed, match="已经免报：其他"):
        services.exempt(reason="cancelled", **excuse)
    services.end_exemption(why="恢复实施", **excuse)
    with pytest.raises(NotAllowed, match="没有免报"):
        services.end_exemption(why="", **excuse)
    assert verify(export_entries(division=division), export_heads(division=division)) == []


def test_rounds_are_opened_by_whoever_may(open_round, division, unit):
    clerk = create_user(division=division, username="clerk", name="经办", unit=unit, by=None)
    grant(user=clerk, role=Role.CLERK, division=division, unit=unit, by=None)
    with pytest.raises(Refused, match="财政绩效科"):
        open_round(by=clerk)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"kind": "monitoring"}, "监控期间"),
        ({"kind": "monitoring", "through_month": 13}, "无效"),
        ({"kind": "monitoring", "from_month": 8, "through_month": 7}, "无效"),
        ({"deadline": date(2021, 1, 1), "opens_on": date(2021, 2, 1)}, "早于下达日期"),
    ],
)
def test_impossible_rounds_are_refused(open_round, facts, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        open_round(**facts)


def test_a_monitoring_window(open_round):
    assert open_round(kind="monitoring", through_month=7).period == "1-7月"


def test_progress_costs_the_same_for_many(open_round, dossiers, django_assert_num_queries):
    opened = open_round()
    with django_assert_num_queries(3):
        selectors.round_progress(opened)


def test_a_long_list_names_its_head_and_counts_the_rest(open_round, dossiers, monkeypatch):
    opened = open_round()
    monkeypatch.setattr(selectors, "NAMED", 2)
    monkeypatch.setattr(selectors, "HEAD", 1)
    lines = [m.line for m in selectors.not_received(opened)]
    assert lines == ["教体局 缺1项：项目A", "实验小学 张某 8888 缺2项", "卫健委 缺1项"]
    assert [m.lacking for m in selectors.not_received(opened)] == [1, 2, 1]
    monkeypatch.setattr(selectors, "HEAD", 3)
    assert selectors.not_received(opened)[1].line == "实验小学 张某 8888 缺2项：项目B等"


def test_dues_of_a_year_are_each_rounds_own(
    open_round, dossiers, officer, django_assert_num_queries
):
    """As many as the rounds count one by one: kept counts, listed dossiers and excused ones,
    each asked once for all.
    """
    from wenxiao.reviews.dues import dues_of_year
    from wenxiao.targets.models import Target

    rounds = [
        open_round(),
        open_round(scope={"tags": ["教育"]}),
        open_round(scope={"kinds": ["policy"]}),
        open_round(scope={"dossiers": [dossiers[0].pk, dossiers[3].pk]}),
    ]
    services.exempt(round=rounds[1], dossier=dossiers[0], reason="cancelled", by=officer)
    Target.objects.create(dossier=dossiers[0], number=1, state="approved")
    with django_assert_num_queries(4), grants_kept(officer):
        dues = dues_of_year(officer, rounds, 2020)
    assert [dues.rounds[one.pk] for one in rounds] == [4, 1, 1, 2]
    assert [dues.rounds[one.pk] for one in rounds] == [
        selectors.round_progress(one)[-1].due for one in rounds
    ]
    assert (dues.approved, dues.asked) == (1, 4)
    below = dues_of_year(officer, [open_round(scope={"units": [dossiers[0].unit_id]})], 2020)
    assert list(below.rounds.values()) == [3], "a unit and what is below it"


@pytest.mark.parametrize(
    ("tag", "found"),
    [("教育", ["A", "B"]), ("医疗", ["D"]), ("医", []), ("[]", []), ('"', []), ("%", [])],
)
def test_a_tag_is_held_as_a_whole_word(dossiers, tag, found):
    rows = selectors.Dossier.objects.filter(subject__tags__holds=tag).order_by("subject__code")
    assert list(rows.values_list("subject__code", flat=True)) == found


def test_the_census_holds_each_dossier_once(dossiers):
    looks = census(selectors.Dossier.objects.all())
    assert sum(look.n for look in looks) == 4
    assert {(look.kind, look.tags) for look in looks} == {
        ("project", ("教育",)),
        ("policy", ()),
        ("project", ("医疗",)),
    }


def test_a_unit_written_twice_in_a_look_is_added_up():
    rows = [(2021, "project", "[]", "3,1,3", "1,2,4"), (2021, "project", "[]", "1,5", "1,1")]
    assert looks_from(rows) == [(2021, "project", "[]", {3: 5, 1: 3, 5: 1})]


def test_the_kept_looks_are_the_census_after_an_act_or_a_new_dossier(
    dossiers, officer, django_assert_num_queries
):
    from wenxiao.reviews.census import looks_counted

    rows = selectors.Dossier.objects.all()
    for step in ("marked", "kept"):
        assert sorted(looks_counted(officer)) == sorted(census(rows)), step
        renew_all()
    with grants_kept(officer):
        selectors.sight_of(officer)
        with django_assert_num_queries(1):
            looks_counted(officer)
    services.tag_subject(subject=dossiers[2].subject, tag="民生", taken_off=False, by=None)
    assert ("民生",) in {look.tags for look in looks_counted(officer)}
    selectors.Dossier.objects.create(
        subject=dossiers[0].subject, unit=dossiers[0].unit, fiscal_year=2019
    )
    assert sum(look.n for look in looks_counted(officer)) == 5
