"""Rounds from the notice to the last reminder."""

import re
from datetime import timedelta

import pytest

from wenxiao.budget.models import Exemption, Round
from wenxiao.budget.services import open_round, round_kinds
from wenxiao.records.models import Document, Todo
from wenxiao.reviews.kinds import KINDS
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def form(**more):
    return {
        "kind": "selfeval",
        "name": "2021年补充自评",
        "work_year": "2021",
        "fiscal_year": "2020",
        "deadline": soon(),
        "route": ["head", "performance"],
        **more,
    }


def soon(days=10):
    return (today() + timedelta(days=days)).isoformat()


@pytest.fixture
def officer(small, inside):
    return inside(small.officer)


def opened(officer, **more):
    response = officer.post("/rounds/new", form(**more))
    assert response.status_code == 302, response.content.decode()[:3000]
    return Round.objects.get(name="2021年补充自评")


def test_opening_a_round_asks_the_units(officer, small):
    row = opened(officer)
    assert (row.state, row.route, row.fiscal_year) == ("open", ["head", "performance"], 2020)
    assert Todo.objects.filter(target_id=row.pk, target_type="budget.Round").count() == len(
        {d.unit_id for d in small.dossiers}
    )
    again = officer.post("/rounds/new", form())
    assert again.status_code == 422
    assert "不必再下达" in again.content.decode()
    assert row.name in officer.get("/rounds?year=2021").content.decode()


def test_the_scope_is_counted_as_it_is_typed(officer, small):
    text = officer.post("/rounds/count", form(units=small.units[0].name)).content.decode()
    assert "个对象" in text
    assert (
        "单位名单中没有：没有的单位"
        in officer.post("/rounds/count", form(units="没有的单位")).content.decode()
    )
    assert "没有对象" in officer.post("/rounds/count", form(tags="没有的标签")).content.decode()
    assert "四位年份" in officer.get("/rounds/count?fiscal_year=二零").content.decode()
    row = opened(officer, units="900、901", kinds=["project"], tags="三农")
    assert set(row.scope) == {"units", "kinds", "tags"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": ""}, "任务名称"),
        ({"deadline": ""}, "报送期限"),
        ({"deadline": "2001-01-01"}, "已经过去"),
        ({"deadline": "明天"}, "应写作"),
        ({"kind": "party"}, "任务类别"),
        ({"kind": ""}, "没有选任务类别"),
        ({"kind": "monitoring"}, "监控期间"),
        ({"kind": "monitoring", "from_month": "9", "through_month": "7"}, "无效"),
        ({"basis": "999"}, "制度库"),
        ({"work_year": "99"}, "四位年份"),
        ({"units": "无名"}, "无名"),
    ],
)
def test_what_cannot_be_a_round_is_refused_and_kept(officer, more, said):
    response = officer.post("/rounds/new", form(**more))
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Round.objects.filter(name="2021年补充自评").exists()


def test_no_kind_is_chosen_beforehand_but_where_the_way_there_names_it(officer):
    chosen = re.compile(r'<option value="(\w+)" selected>')
    assert not chosen.findall(officer.get("/rounds/new").content.decode())
    led = officer.get("/rounds/new?kind=ex_ante").content.decode()
    assert chosen.findall(led) == ["ex_ante"]
    assert not chosen.findall(officer.get("/rounds/new?kind=party").content.decode())


def test_reminding_extending_closing_reopening(officer, small):
    row = opened(officer)
    base = f"/rounds/{row.pk}"
    assert officer.post(f"{base}/remind").status_code == 302
    assert set(
        Todo.objects.filter(target_id=row.pk, target_type="budget.Round").values_list(
            "reminded", flat=True
        )
    ) == {1}
    assert (
        officer.post(
            f"{base}/extend", {"version": row.version, "deadline": soon(20), "why": "单位申请"}
        ).status_code
        == 302
    )
    stale = officer.post(
        f"{base}/extend", {"version": row.version, "deadline": soon(30), "why": "单位申请"}
    )
    assert stale.status_code == 409
    assert soon(30) in stale.content.decode()
    row.refresh_from_db()
    assert officer.post(f"{base}/close", {"version": row.version, "why": ""}).status_code == 409
    assert (
        officer.post(f"{base}/close", {"version": row.version, "why": "已报齐"}).status_code == 302
    )
    assert officer.post(f"{base}/remind").status_code == 409
    assert (
        officer.post(
            f"{base}/excuse", {"dossier": small.dossiers[0].pk, "reason": "cancelled"}
        ).status_code
        == 409
    )
    assert officer.post(f"{base}/reopen", {"why": "漏报", "deadline": soon(40)}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.deadline.isoformat()) == ("open", soon(40))
    assert officer.post(f"{base}/abolish", {"why": "x"}).status_code == 404


def test_excusing_many_tells_each_result(officer, small):
    row = opened(officer)
    chosen = [dossier.pk for dossier in small.dossiers if dossier.fiscal_year == 2020]
    foreign = [dossier.pk for dossier in small.dossiers if dossier.fiscal_year != 2020] or [999999]
    assert officer.post(f"/rounds/{row.pk}/excuse", {"reason": "cancelled"}).status_code == 409
    assert (
        officer.post(
            f"/rounds/{row.pk}/excuse", {"dossier": chosen, "reason": "holiday"}
        ).status_code
        == 409
    )
    without = officer.post(f"/rounds/{row.pk}/excuse", {"dossier": chosen[:1], "reason": "other"})
    assert "须写明说明" in without.content.decode()
    done = officer.post(
        f"/rounds/{row.pk}/excuse", {"dossier": [*chosen[:2], *foreign], "reason": "cancelled"}
    ).content.decode()
    assert "2 项已办" in done
    assert "不在本任务范围内" in done
    twice = officer.post(
        f"/rounds/{row.pk}/excuse", {"dossier": chosen[:1], "reason": "cancelled"}
    ).content.decode()
    assert "已经免报" in twice
    assert Exemption.objects.filter(round=row).count() == 2


def test_last_year_s_round_is_taken_over(officer, small):
    paper = Document.objects.create(division=small.division, kind="notice", title="通知")
    row = opened(officer, kinds=["project"], units="900", basis=str(paper.pk))
    text = officer.get(f"/rounds/new?from={row.pk}").content.decode()
    assert "2022年补充自评" in text
    assert 'value="2022"' in text
    assert "示例单位甲" in text
    assert f'value="{today().replace(year=today().year + 1).year}' in text
    assert row.name in officer.get("/rounds?year=2022").content.decode()


def test_a_round_shows_who_is_missing_and_who_to_call(officer, small):
    small.units[0].contact, small.units[0].phone = "张三", "8888"
    small.units[0].save()
    text = officer.get(f"/rounds/{opened(officer).pk}").content.decode()
    assert "示例单位甲 张三 8888 缺" in text
    assert "催办函" in text


def test_another_division_s_round_is_not_there(officer, small):
    from wenxiao.orgs.models import Division

    other = Division.objects.create(code="888000", name="另一区", bureau="另一区财政局")
    row = Round.objects.create(
        division=other, kind="selfeval", name="别区", work_year=2021, fiscal_year=2020, state="open"
    )
    assert officer.get(f"/rounds/{row.pk}").status_code == 404
    assert officer.post(f"/rounds/{row.pk}/close", {"why": "x", "version": 1}).status_code == 404
    assert officer.get(f"/rounds/new?from={row.pk}").status_code == 404


def test_clerks_open_nothing(small, inside):
    refused = inside(small.clerk).post("/rounds/new", form())
    assert refused.status_code == 403
    assert "财政绩效科" in refused.content.decode()


def test_the_list_costs_one_query_a_round_whatever_the_round_holds(officer, small):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from wenxiao.budget.models import Dossier, Subject
    from wenxiao.intake.lists import standing_of_round
    from wenxiao.reviews.worklists import wholes_of

    def cost():
        with CaptureQueriesContext(connection) as told:
            officer.get("/rounds?year=2021")
        return len(told)

    cost()  # the first page remembers its year
    before = cost()
    for number in range(50):
        subject = Subject.objects.create(
            division=small.division, unit=small.units[0], code=f"X{number}", name=f"对象{number}"
        )
        Dossier.objects.create(subject=subject, unit=small.units[0], fiscal_year=2020)
    assert cost() == before
    for row in (small.selfeval, small.finance):
        assert wholes_of([row])[row.pk] == standing_of_round(row).whole


def handed_in_everywhere(user, row):
    """The handed-in count of the desk's stages, of the round's own page and
    of the annual report.
    """
    from wenxiao.followup.selectors import selfeval_coverage
    from wenxiao.reviews.road_counts import states_of_year
    from wenxiao.reviews.states import OPEN
    from wenxiao.reviews.worklists import wholes_of

    stages = states_of_year(user, row.work_year).items()
    counted = sum(n for (kind, _, state), n in stages if kind == "selfeval" and state not in OPEN)
    return [
        counted,
        wholes_of([row])[row.pk].received,
        len(selfeval_coverage(row.division, row.work_year).handed_in),
    ]


def test_an_excused_form_that_came_in_counts_nowhere(small):
    from wenxiao.budget.models import Dossier
    from wenxiao.budget.services import exempt
    from wenxiao.followup.selectors import selfeval_coverage

    row = small.selfeval
    before = handed_in_everywhere(small.officer, row)
    assert len(set(before)) == 1
    assert before[0] > 0
    done = Dossier.objects.get(
        reviews__pk=selfeval_coverage(row.division, row.work_year).handed_in[0]
    )
    exempt(round=row, dossier=done, reason="cancelled", by=small.officer)
    assert handed_in_everywhere(small.officer, row) == [n - 1 for n in before]


def test_what_was_taken_in_from_outside_the_scope_is_not_counted_as_received(small, inside):
    from wenxiao.budget.selectors import dossiers_of
    from wenxiao.reviews.models import Review
    from wenxiao.reviews.states import OPEN

    row = small.selfeval
    handed = Review.objects.filter(round=row).exclude(state__in=OPEN)
    others = dossiers_of(row).exclude(pk__in=handed.values("dossier"))
    scope = {"dossiers": list(others.values_list("pk", flat=True))}
    assert handed.exists()
    Round.objects.filter(pk=row.pk).update(scope=scope)
    page = inside(small.officer).get(f"/?year={row.work_year}").content.decode()
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert f"单位自评 0 / {len(scope['dossiers'])} 项已收到" in words


def test_only_rounds_somebody_can_work_on_are_offered_and_opened(small, inside):
    client = inside(small.officer)
    page = client.get("/rounds/new").content.decode()
    offered = re.findall(
        r'<option value="(\w+)"', page[page.index('id="f-kind"') : page.index("</select>")]
    )
    assert offered == [code for code, _ in round_kinds()]
    assert set(offered) == set(KINDS) | {"target_review"}, "targets have pages of their own"
    for kind in set(dict(Round.Kind.choices)) - set(offered):
        form = {
            "kind": kind,
            "name": "不能下达的任务",
            "work_year": "2021",
            "fiscal_year": "2020",
            "deadline": (today() + timedelta(days=10)).isoformat(),
        }
        refused = client.post("/rounds/new", form)
        assert refused.status_code == 422
        assert "还没有办理的页面" in refused.content.decode()
        with pytest.raises(NotAllowed, match="可以下达的任务类别"):
            open_round(
                division=small.division,
                kind=kind,
                name="不能下达的任务",
                work_year=2021,
                fiscal_year=2020,
                by=None,
            )
    assert not Round.objects.filter(name="不能下达的任务").exists()
