"""Access is grants and nothing else: role × scope × period."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from wenxiao.budget import selectors as budget
from wenxiao.budget.services import ensure_subject, open_dossier
from wenxiao.orgs import permissions, selectors, services
from wenxiao.orgs.models import Role
from wenxiao.orgs.permissions import POWERS, Refused, can, require
from wenxiao.orgs.todos import todo_lines
from wenxiao.records.services import make_todo
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def school(make_unit):
    return make_unit("101", "教体局", kind="department")


@pytest.fixture
def primary(make_unit, school):
    return make_unit("101001", "实验小学", parent=school)


@pytest.fixture
def health(make_unit):
    return make_unit("102", "卫健委", kind="department")


@pytest.fixture
def subjects(division, school, primary, health):
    made = {}
    for code, unit, restriction in (
        ("S", school, "open"),
        ("P", primary, "open"),
        ("H", health, "open"),
        ("X", health, "restricted"),
    ):
        made[code] = ensure_subject(
            division=division,
            unit=unit,
            code=code,
            name=f"项目{code}",
            by=None,
            restriction=restriction,
        )
        open_dossier(subject=made[code], fiscal_year=2021, by=None)
    return made


def seen(user):
    codes = set(budget.subjects_visible_to(user).values_list("code", flat=True))
    assert codes == set(budget.dossiers_visible_to(user).values_list("subject__code", flat=True))
    held = permissions.holdings(user)
    assert codes == {
        s.code
        for s in budget.Subject.objects.select_related("unit")
        if held.can("see_unit", subject=s)
    }
    return "".join(sorted(codes))


def test_every_role_and_power_is_known():
    assert {str(role) for role in permissions.HELD} == set(Role.values)
    assert set().union(*permissions.HELD.values()) == set(POWERS)
    assert all(permissions.who_can(power) for power in POWERS)


def test_the_three_administrators_share_no_power():
    held = [permissions.HELD[role] for role in (Role.SYSTEM, Role.SECURITY, Role.AUDIT)]
    assert sum(map(len, held)) == len(frozenset().union(*held))


def test_without_a_grant_nobody_sees_anything(make_user, subjects, school):
    assert seen(make_user("nobody", unit=school)) == ""
    assert not can(AnonymousUser(), "see_unit")
    assert not budget.subjects_visible_to(AnonymousUser()).exists()
    assert not selectors.units_visible_to(None).exists()


def test_a_unit_grant_reaches_its_subtree(make_user, subjects, school, primary):
    assert seen(make_user("dept", Role.DEPARTMENT, unit=school)) == "PS"
    assert seen(make_user("clerk", Role.CLERK, unit=primary)) == "P"


def test_an_office_sees_the_units_it_serves(make_unit, make_user, subjects, health):
    office = make_unit("F1", "社保科", kind="finance")
    services.edit_unit(unit=health, office=office, by=None)
    user = make_user("office", Role.OFFICE, unit=office)
    assert seen(user) == "HX"
    assert health in selectors.units_visible_to(user)
    assert can(user, "check_office", unit=health)


def test_restricted_subjects_are_absent_for_foreigners(make_user, subjects, health):
    assert seen(make_user("treasury", Role.TREASURY)) == "HPS"
    assert seen(make_user("performance", Role.PERFORMANCE)) == "HPSX"
    assert seen(make_user("own", Role.CLERK, unit=health)) == "HX"


def test_an_expert_sees_what_is_listed_while_it_lasts(make_user, subjects, division):
    user = make_user("expert")
    now = timezone.now()
    given = services.grant(
        user=user,
        role=Role.EXPERT,
        division=division,
        subjects=[subjects["X"]],
        by=None,
        until=now + timedelta(days=1),
    )
    assert seen(user) == "X"
    assert list(selectors.units_visible_to(user)) == [subjects["X"].unit]
    services.end_grant(grant=given, by=None, why="任务完成", at=now - timedelta(minutes=1))
    assert seen(user) == ""
    with pytest.raises(NotAllowed, match="已经终止"):
        services.end_grant(grant=given, by=None, why="再次")


def test_nobody_ends_their_own_grant(make_user, division):
    guard, other = make_user("guard"), make_user("other")
    own, theirs = (
        services.grant(user=user, role=Role.SECURITY, division=division, by=None, why="任职")
        for user in (guard, other)
    )
    with pytest.raises(Refused, match="不能终止自己的授权；请由其他安全管理员办理"):
        services.end_grant(grant=own, by=guard, why="手误")
    own.refresh_from_db()
    assert own.until is None
    services.end_grant(grant=theirs, by=guard, why="调离")
    assert theirs.until is not None


def test_a_grant_that_has_ended_is_given_by_no_door(make_user, division):
    user, day = make_user("late"), timezone.localdate()
    given = {"user": user, "role": Role.TREASURY, "division": division, "by": None}
    with pytest.raises(NotAllowed, match=r"“late”授权的截止日期 .+ 已经过去"):
        services.grant(**given, until=day - timedelta(days=1))
    with pytest.raises(NotAllowed, match="已经过去"):
        services.grant(**given, until=timezone.now() - timedelta(minutes=1))
    assert not user.grants.exists()
    assert services.grant(**given, until=day).until is not None


def test_a_grant_of_the_future_gives_nothing_yet(make_user, subjects, division):
    user = make_user("later")
    services.grant(
        user=user,
        role=Role.LEADER,
        division=division,
        by=None,
        since=timezone.now() + timedelta(hours=1),
    )
    assert seen(user) == ""


def test_a_disabled_user_does_nothing(make_user, subjects):
    user = make_user("gone", Role.PERFORMANCE)
    services.disable_user(user=user, by=None, why="调离")
    assert seen(user) == ""


def test_third_parties_never_file_for_a_unit(make_user, subjects, division, health):
    user = make_user("both", Role.CLERK, unit=health)
    assert can(user, "submit", subject=subjects["H"])
    services.grant(
        user=user, role=Role.AGENCY, division=division, subjects=[subjects["S"]], by=None
    )
    with pytest.raises(Refused, match="第三方机构和评审专家不得代单位提交"):
        require(user, "submit", subject=subjects["H"])
    with pytest.raises(Refused, match="只能按所分派的对象授权"):
        services.grant(user=user, role=Role.EXPERT, division=division, unit=health, by=None)


def test_an_expert_does_not_judge_their_own_unit(make_user, subjects, division, health):
    user = make_user("expert", unit=health)
    services.grant(
        user=user,
        role=Role.EXPERT,
        division=division,
        subjects=[subjects["H"], subjects["S"]],
        by=None,
    )
    assert can(user, "evaluate", subject=subjects["S"])
    assert not can(user, "evaluate", subject=subjects["H"])


def test_a_grant_that_lists_a_subject_holds_for_it_beside_its_unit(
    make_user, subjects, division, health, school
):
    user = make_user("firm")
    services.grant(
        user=user, role=Role.AGENCY, division=division, subjects=[subjects["H"]], by=None
    )
    assert can(user, "evaluate", unit=subjects["H"].unit, subject=subjects["H"])
    assert not can(user, "evaluate", unit=subjects["S"].unit, subject=subjects["S"])
    assert not can(user, "evaluate", unit=subjects["H"].unit)


def test_nobody_approves_what_they_submitted(make_user, subjects, health):
    head = make_user("head", Role.HEAD, unit=health)
    require(head, "check_unit", unit=health, submitted_by=head.pk + 1)
    with pytest.raises(Refused, match="不能自己审核自己"):
        require(head, "check_unit", unit=health, submitted_by=head)


def test_refusals_say_who_can(make_user, health, school):
    clerk = make_user("clerk", Role.CLERK, unit=health)
    with pytest.raises(Refused, match="您没有“签发报告”的权限；可由局领导办理"):
        require(clerk, "sign_report")
    with pytest.raises(Refused, match="您的授权范围不包括该单位"):
        require(clerk, "fill", unit=school)


def test_creating_granting_and_watching_are_three_people(make_user, division):
    system = make_user("system", Role.SYSTEM)
    security = make_user("security", Role.SECURITY)
    with pytest.raises(Refused, match="已是系统管理员"):
        services.grant(user=system, role=Role.AUDIT, division=division, by=security, why="分工")
    with pytest.raises(Refused, match="没有“授权”的权限"):
        services.grant(user=security, role=Role.LEADER, division=division, by=system, why="分工")
    with pytest.raises(Refused, match="不能给自己授权"):
        services.grant(user=security, role=Role.LEADER, division=division, by=security, why="分工")
    division.rules = [{"rule": "small_bureau", "document": "高新财〔2021〕1号"}]
    division.save()
    for role in (Role.SECURITY, Role.AUDIT):
        with pytest.raises(Refused, match="互不兼任"):
            services.grant(user=system, role=role, division=division, by=security, why="分工")


def test_todos_reach_the_right_people(make_user, division, school, primary):
    clerk = make_user("clerk", Role.CLERK, unit=primary)
    department = make_user("dept", Role.DEPARTMENT, unit=school)
    performance = make_user("perf", Role.PERFORMANCE)
    mine = make_todo(division=division, kind="fill", title="填报", unit=primary, role=Role.CLERK)
    make_todo(division=division, kind="fill", title="填报", unit=school, role=Role.CLERK)
    check = make_todo(
        division=division, kind="check", title="审核", unit=primary, role=Role.DEPARTMENT
    )
    confirm = make_todo(division=division, kind="confirm", title="确认", role=Role.PERFORMANCE)
    own = make_todo(division=division, kind="x", title="本人", user=clerk)

    def waiting(user):
        return {(one.title, one.unit_id) for one in todo_lines(user, ("",), 9)}

    assert waiting(clerk) == {(one.title, one.unit_id) for one in (mine, own)}
    assert waiting(department) == {(check.title, primary.pk)}
    assert waiting(performance) == {(confirm.title, None)}
    assert permissions.holdings(clerk).role_names() == ["单位经办人"]


def test_holdings_ask_the_database_once(make_user, subjects, django_assert_num_queries):
    user = make_user("performance", Role.PERFORMANCE, Role.LEADER)
    rows = list(subjects.values())
    with django_assert_num_queries(1):
        held = permissions.holdings(user)
        assert all(held.can("evaluate", subject=row) for row in rows * 20)


def test_rows_on_dossiers_are_seen_as_the_dossiers_are(
    make_user, subjects, school, health, officer_round
):
    """Whole division or few units: the two ways of asking say the same of
    what hangs on a dossier.
    """
    from wenxiao.reviews.models import Review

    for dossier in budget.Dossier.objects.all():
        Review.objects.create(dossier=dossier, round=officer_round, kind=officer_round.kind)
    people = [
        make_user("performance", Role.PERFORMANCE),
        make_user("budget", Role.BUDGET),
        make_user("clerk", Role.CLERK, unit=school),
        make_user("nobody"),
    ]
    both = make_user("both", Role.BUDGET)
    services.grant(user=both, role=Role.CLERK, division=both.division, unit=health, by=None)
    for user in [*people, both, AnonymousUser(), None]:
        by_dossier = set(budget.dossiers_visible_to(user).values_list("pk", flat=True))
        by_row = set(Review.objects.filter(budget.seen_by(user)).values_list("dossier", flat=True))
        assert by_row == by_dossier, user


@pytest.fixture
def officer_round(division):
    from wenxiao.budget.models import Round

    return Round.objects.create(
        division=division, kind="selfeval", name="自评", work_year=2021, fiscal_year=2021
    )


def test_a_dossier_is_seen_by_its_units_of_that_year_and_of_today(
    make_user, subjects, school, health
):
    """Moved subjects stay visible to the unit that had them; the new unit sees their history."""
    subject = subjects["P"]
    subject.unit = health
    subject.save()
    for user in (
        make_user("then", Role.CLERK, unit=school),
        make_user("now", Role.CLERK, unit=health),
    ):
        assert "P" in budget.dossiers_visible_to(user).values_list("subject__code", flat=True)


def test_who_only_looks_is_asked_for_grants_once(make_user, subjects, django_assert_num_queries):
    user = make_user("performance", Role.PERFORMANCE)
    with django_assert_num_queries(1), permissions.grants_kept(user):
        for _ in range(3):
            permissions.holdings(user)
            selectors.seeing_grants(user)
            permissions.holdings(user).role_names()
    assert not hasattr(user, "kept_grants")


def test_what_is_granted_counts_at_once_outside_a_look(make_user, subjects, school):
    user = make_user("clerk", Role.CLERK, unit=school)
    with permissions.grants_kept(user):
        assert seen(user) == "PS"
    services.grant(user=user, role=Role.PERFORMANCE, division=user.division, by=None)
    assert seen(user) == "HPSX"


def test_a_look_that_fails_forgets_too(make_user):
    user = make_user("performance", Role.PERFORMANCE)
    with pytest.raises(ZeroDivisionError), permissions.grants_kept(user):
        permissions.holdings(user).can("see_unit") / 0
    assert not hasattr(user, "kept_grants")
    with permissions.grants_kept(None):
        assert permissions.holdings(None).scopes == ()
