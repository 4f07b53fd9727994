"""单位分设: nothing stays with a unit that closes; each open thing goes where the person says."""

from datetime import timedelta

import pytest
from desk.rectifications.test_succeeding import mending

from wenxiao.budget.models import Round
from wenxiao.followup.models import Finding
from wenxiao.followup.selectors.unit_work import open_with
from wenxiao.followup.services import send_feedback, split_with_work
from wenxiao.orgs.models import Grant, Unit, User
from wenxiao.orgs.services import rename_unit
from wenxiao.records.models import Entry, Notice, Todo
from wenxiao.records.services import make_todo
from wenxiao.reviews.models import Review
from wenxiao.reviews.worklists import due_and_open
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]
PARTS = [("911", "分设甲局"), ("912", "分设乙局")]
FORM = {"parts": "911 分设甲局\n912 分设乙局", "why": "机构改革", "ends": "1"}


@pytest.fixture
def old(small):
    """A unit with two objects, a letter nobody signed for, a to-do of its own, one of another's."""
    unit = small.units[0]
    mending(small, 0, unit)
    mending(small, 1, unit, "closed")
    Todo.objects.filter(unit=unit).exclude(kind="整改").delete()
    make_todo(division=small.division, kind="其他", title="补报人员名单", role="clerk", unit=unit)
    review = Review.objects.filter(
        round=small.finance, dossier__unit=unit, state__in=("confirmed", "issued")
    ).first()
    send_feedback(review=review, by=small.officer, issued_on=today())
    signed = Notice.objects.create(
        division=small.division,
        kind="reminder",
        number="催〔2021〕1号",
        unit=unit,
        issued_on=today() - timedelta(days=9),
        received_on=today(),
    )
    return unit, signed


def test_what_is_open_is_listed_and_what_is_done_is_not(old):
    unit, signed = old
    keys = {one.key for one in open_with(unit)}
    assert f"letter-{signed.pk}" not in keys
    kinds = {one.kind for one in open_with(unit)}
    assert kinds >= {"对象", "人员和授权", "未签收的函件", "整改", "待办"}


def test_a_unit_that_closes_needs_a_home_for_everything(small, old):
    unit, _ = old
    with pytest.raises(NotAllowed, match="没有说明归哪个单位"):
        split_with_work(unit=unit, parts=PARTS, on=today(), by=small.officer, why="改革")
    unit.refresh_from_db()
    with pytest.raises(NotAllowed, match="不是这次分设的单位代码"):
        split_with_work(unit=unit, parts=PARTS, on=today(), by=small.officer, why="改", rest="999")


def test_each_thing_goes_where_it_was_sent_and_the_rest_to_one(small, old):
    unit, signed = old
    subject = small.dossiers[0].subject
    clerk = User.objects.filter(unit=unit, is_active=True).first()
    letter = Notice.objects.get(unit=unit, received_on=None)
    one, two = split_with_work(
        unit=unit,
        parts=PARTS,
        on=today(),
        by=small.officer,
        why="机构改革",
        goes={f"object-{subject.pk}": "912", f"letter-{letter.pk}": "911"},
        rest="911",
    )
    assert open_with(unit) == []
    subject.refresh_from_db()
    letter.refresh_from_db()
    clerk.refresh_from_db()
    signed.refresh_from_db()
    finding = Finding.objects.get(dossier=small.dossiers[0], text="问题0")
    assert (subject.unit, finding.rectification.unit) == (two, two)
    assert Todo.objects.get(kind="整改", state="open", unit=two).target_id
    assert (letter.unit, clerk.unit, signed.unit) == (one, one, unit)
    assert Todo.objects.get(title="补报人员名单").unit == one
    assert not Grant.objects.filter(unit=unit).in_force().exists()
    assert Finding.objects.get(dossier=small.dossiers[1], text="问题1").rectification.unit == unit
    took = Entry.objects.filter(act="承接未办事项")
    assert {entry.label.split(" → ")[1] for entry in took} == {"分设甲局", "分设乙局"}


def test_every_successor_that_owes_in_a_running_round_is_asked_once(small, old):
    unit, _ = old
    back = Review.objects.filter(round=small.selfeval, dossier__unit=unit).first()
    Review.objects.filter(pk=back.pk).update(state="filling")
    subject = back.dossier.subject
    asked = {"target_type": Round._meta.label, "target_id": small.selfeval.pk, "state": "open"}
    Round.objects.filter(pk=small.selfeval.pk).update(scope={"units": [unit.pk]})
    small.selfeval.refresh_from_db()
    due = due_and_open(small.selfeval, unit.pk)
    one, two = split_with_work(
        unit=unit,
        parts=PARTS,
        on=today(),
        by=small.officer,
        why="机构改革",
        goes={f"object-{subject.pk}": "912"},
        rest="911",
    )
    small.selfeval.refresh_from_db()
    owed = {home: due_and_open(small.selfeval, home.pk)[1] for home in (one, two)}
    assert sum(owed.values()) == due[1], "what was not handed in is due from a successor"
    assert any(owed.values())
    for home, left in owed.items():
        assert Todo.objects.filter(unit=home, **asked).count() == (1 if left else 0), owed


def test_a_unit_that_stays_gives_only_what_was_chosen(small, old):
    unit, _ = old
    subject = small.dossiers[0].subject
    before = len(open_with(unit))
    split_with_work(
        unit=unit,
        parts=PARTS[:1],
        on=today(),
        by=small.officer,
        why="划出",
        ends=False,
        goes={f"object-{subject.pk}": "911"},
    )
    moved = before - len(open_with(unit))
    unit.refresh_from_db()
    assert moved >= 1
    assert unit.valid_to is None


def test_the_page_lists_asks_and_moves(inside, small, old):
    unit, _ = old
    client = inside(small.officer)
    address = f"/people/units/{unit.pk}/split"
    form = {**FORM, "on": today().isoformat()}
    listed = client.post(address, form)
    text = listed.content.decode()
    assert listed.status_code == 200
    assert "补报人员名单" in text
    assert "其余的归" in text
    assert not Unit.objects.filter(code="911").exists()
    unsaid = client.post(address, {**form, "chosen": "1"})
    assert unsaid.status_code == 409
    assert "没有说明归哪个单位" in unsaid.content.decode()
    assert client.post(address, {**form, "chosen": "1", "rest": "912"}).status_code == 302
    assert open_with(unit) == []
    assert (
        "项未办的对象、人员和事项已转过去"
        in client.get(f"/people/units/{unit.pk}").content.decode()
    )


def test_a_renamed_unit_keeps_all_that_is_open_and_is_found_by_its_old_name(small, old):
    unit, _ = old
    before, name = open_with(unit), unit.name
    rename_unit(unit=unit, name="示例新局", by=small.officer, why="更名")
    unit.refresh_from_db()
    assert [one.key for one in open_with(unit)] == [one.key for one in before]
    assert name in unit.aliases
