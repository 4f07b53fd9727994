"""Units are renamed, moved, merged and split; history still joins."""

from datetime import date

import pytest

from wenxiao.budget.services import ensure_subject, hand_over, open_dossier
from wenxiao.followup.services import succeed_in_work
from wenxiao.orgs import selectors, services
from wenxiao.orgs.models import Role, Unit
from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import Entry
from wenxiao.store.moves import NotAllowed, Stale

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def tree(make_unit):
    top = make_unit("1", "教体局")
    mid = make_unit("11", "一小", parent=top)
    low = make_unit("111", "一小食堂", parent=mid)
    return top, mid, low, make_unit("2", "卫健委")


def paths(*units):
    return [Unit.objects.get(pk=u.pk).path for u in units]


def test_paths_name_the_ancestors(tree):
    top, mid, low, _other = tree
    assert [int(part) for part in low.path.strip("/").split("/")] == [top.pk, mid.pk, low.pk]
    assert list(Unit.objects.filter(path__startswith=mid.path).order_by("path")) == [mid, low]


def test_units_sort_as_they_were_entered_each_below_its_department(make_unit):
    top = make_unit("101", "教体局")
    schools = [make_unit(f"101{at:03d}", f"第{at}小学", parent=top) for at in range(1, 13)]
    other = make_unit("102", "卫健局")
    late = make_unit("101999", "新建小学", parent=top)
    assert list(Unit.objects.order_by("path")) == [top, *schools, late, other]


def test_a_rename_keeps_the_unit_and_tells_the_trail(tree):
    stale = Unit.objects.get(pk=tree[0].pk)
    services.rename_unit(unit=tree[0], name="教育体育局", by=None, why="机构改革")
    assert Entry.objects.order_by("-pk").first().data == {"before": "教体局", "after": "教育体育局"}
    with pytest.raises(Stale):
        services.rename_unit(unit=stale, name="教育局", by=None, why="同时改名")
    with pytest.raises(NotAllowed, match="不能为空"):
        services.rename_unit(unit=tree[0], name=" ", by=None, why="")


def test_moving_takes_everything_below_along(tree):
    _top, mid, low, other = tree
    services.move_unit(unit=mid, parent=other, by=None, why="划转")
    assert paths(mid, low) == [
        f"/{other.pk:06d}/{mid.pk:06d}/",
        f"/{other.pk:06d}/{mid.pk:06d}/{low.pk:06d}/",
    ]
    other.refresh_from_db()
    with pytest.raises(NotAllowed, match="下级"):
        services.move_unit(unit=other, parent=Unit.objects.get(pk=low.pk), by=None, why="")
    services.move_unit(unit=mid, parent=None, by=None, why="独立")
    assert paths(low) == [f"/{mid.pk:06d}/{low.pk:06d}/"]


def test_a_merger_keeps_history_and_hands_on_people(tree, make_user, division):
    top, mid, _low, other = tree
    clerk = make_user("clerk", Role.CLERK, unit=other)
    subject = ensure_subject(division=division, unit=other, code="A", name="项目", by=None)
    _old, _new = (open_dossier(subject=subject, fiscal_year=year, by=None) for year in (2020, 2021))
    services.merge_units(units=[other], into=top, on=date(2021, 1, 1), by=None, why="机构改革")
    hand_over(subjects=[subject], to=top, by=None, why="机构改革", from_year=2021)
    other.refresh_from_db()
    assert (other.valid_to, other.successor) == (date(2020, 12, 31), top)
    assert selectors.heirs(other) == [other, top]
    assert [d.unit for d in subject.dossiers.order_by("fiscal_year")] == [other, top]
    clerk.refresh_from_db()
    assert clerk.unit == top
    assert subject.pk in {
        s.pk for s in type(subject).objects.filter(unit__in=selectors.units_visible_to(clerk))
    }
    with pytest.raises(NotAllowed, match="不能再次合并"):
        services.merge_units(units=[other], into=mid, on=date(2022, 1, 1), by=None, why="")
    with pytest.raises(NotAllowed, match="请选择"):
        services.merge_units(units=[top], into=top, on=date(2022, 1, 1), by=None, why="")


def test_the_merged_units_children_go_along(tree):
    _top, mid, low, other = tree
    services.merge_units(units=[mid], into=other, on=date(2021, 1, 1), by=None, why="撤并")
    assert paths(low) == [f"/{other.pk:06d}/{low.pk:06d}/"]


def test_a_split_makes_units_beside(tree, division):
    made = services.split_unit(
        unit=tree[3],
        parts=[("21", "卫健委本级"), ("22", "疾控局")],
        on=date(2021, 7, 1),
        by=None,
        why="分设",
    )
    tree[3].refresh_from_db()
    assert tree[3].valid_to == date(2021, 6, 30)
    assert [u.valid_from for u in made] == [date(2021, 7, 1)] * 2


def test_codes_are_unique_for_ever(make_unit, tree):
    with pytest.raises(NotAllowed, match="已被使用"):
        make_unit("1", "别的局")
    with pytest.raises(NotAllowed, match="都不能为空"):
        make_unit("", "别的局")


def test_units_are_kept_by_whoever_may(tree, make_user):
    clerk = make_user("clerk", Role.CLERK, unit=tree[0])
    with pytest.raises(Refused, match="维护单位"):
        services.rename_unit(unit=tree[0], name="新名", by=clerk, why="")


@pytest.mark.parametrize("why", ["", " "])
def test_a_person_changes_a_unit_only_with_a_reason(tree, make_user, division, why):
    """Whichever page calls: each act on a unit asks its reason itself."""
    top, mid, _low, other = tree
    given = {"by": make_user("system", Role.SYSTEM), "why": why}
    subject = ensure_subject(division=division, unit=other, code="A", name="项目", by=None)
    on, count = date(2021, 1, 1), Entry.objects.count()
    acts = {
        "rename": lambda: services.rename_unit(unit=mid, name="二小", **given),
        "edit": lambda: services.edit_unit(unit=mid, contact="某人", **given),
        "move": lambda: services.move_unit(unit=mid, parent=other, **given),
        "merge": lambda: services.merge_units(units=[other], into=top, on=on, **given),
        "split": lambda: services.split_unit(unit=other, parts=[("9", "新局")], on=on, **given),
        "hand over": lambda: hand_over(subjects=[subject], to=top, from_year=2021, **given),
        "succeed": lambda: succeed_in_work(subjects=[subject], to=top, **given),
    }
    for act in acts.values():
        with pytest.raises(NotAllowed, match=r"^请写明理由，它会写进留痕。$"):
            act()
    assert Entry.objects.count() == count


def test_accounts_and_passwords(make_user, division):
    user = make_user("zhang")
    assert not user.has_usable_password()
    with pytest.raises(NotAllowed, match="账号不重复"):
        make_user("ZHANG")
    once = services.reset_password(user=user, by=None, why="忘记密码")
    assert user.check_password(once)
    assert user.must_change_password
    with pytest.raises(NotAllowed):
        services.change_password(user=user, password="12345")
    services.change_password(user=user, password="Qing-shan-88-lv")
    assert not user.must_change_password
    assert "Qing" not in str(list(Entry.objects.values_list("data", "label", "why")))


def test_agencies_and_experts(division):
    first = services.add_agency(division=division, name="甲事务所", by=None, lead="李某")
    with pytest.raises(NotAllowed, match="已经登记"):
        services.add_agency(division=division, name="甲事务所", by=None)
    assert first.lead == "李某"
    assert services.add_expert(division=division, name="赵某", by=None, field="教育").pk


def test_nothing_is_merged_into_a_unit_that_has_ended(tree):
    top, mid, _, other = tree
    services.merge_units(units=[other], into=top, on=date(2021, 1, 1), by=None, why="机构改革")
    other.refresh_from_db()
    with pytest.raises(NotAllowed, match="请选仍在用的单位并入"):
        services.merge_units(units=[mid], into=other, on=date(2022, 1, 1), by=None, why="撤并")
