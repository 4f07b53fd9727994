"""What a ledger brings by the list: the rule of one act for every row, all
or none, one entry with its counts.
"""

from decimal import Decimal

import pytest

from wenxiao.budget import services
from wenxiao.budget.models import Appropriation, Dossier, Subject
from wenxiao.budget.services import Arrangement, NewSubject
from wenxiao.orgs.services import add_unit, create_division
from wenxiao.records.models import Entry
from wenxiao.records.services import Written, close_batch, open_batch, undo_batch
from wenxiao.store.moves import NotAllowed, Stale

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def begun(division):
    """A batch that is being written."""
    given = {"file": None, "reading": {}, "problems": [], "source_rows": 1}
    return open_batch(division=division, by=None, kind="budget", **given)


def listed(unit, number):
    return [NewSubject(f"L{at:05}", f"示例项目{at}", unit.pk) for at in range(number)]


def test_many_subjects_are_one_entry_in_their_order(division, unit):
    made = services.add_subjects(
        division=division, subjects=listed(unit, 1200), by=None, why="台账"
    )
    assert [one.code for one in made] == [f"L{at:05}" for at in range(1200)]
    assert all(Subject.objects.get(pk=one.pk).name == one.name for one in made[::300])
    (entry,) = Entry.objects.filter(act="批量新增对象")
    assert (entry.data["count"], entry.data["last"], entry.why) == (1200, "L01199", "台账")
    assert not Entry.objects.filter(act="新增对象").exists()


@pytest.mark.parametrize(
    ("code", "name", "told"),
    [
        ("L9", " ", "名称不能为空"),
        ("L9", "机密工程", "保密"),
        ("9" * 22, "示例", "不超过21位"),
        ("项目9", "示例", "无效"),
    ],
)
def test_one_bad_row_stops_the_list_as_it_stops_the_one(division, unit, code, name, told):
    with pytest.raises(NotAllowed) as alone:
        services.ensure_subject(division=division, unit=unit, code=code, name=name, by=None)
    rows = [*listed(unit, 2), NewSubject(code, name, unit.pk)]
    with pytest.raises(NotAllowed) as among:
        services.add_subjects(division=division, subjects=rows, by=None)
    assert str(among.value) == str(alone.value)
    assert told in str(alone.value)
    assert not Subject.objects.exists()


def test_another_division_s_unit_or_subject_is_refused(division, unit):
    place = create_division(code="360192", name="别区", bureau="别区财政局", by=None)
    theirs = add_unit(division=place, code="101", name="别区教体局", by=None)
    with pytest.raises(NotAllowed, match="不属于"):
        services.add_subjects(division=division, subjects=listed(theirs, 1), by=None)
    (subject,) = services.add_subjects(division=place, subjects=listed(theirs, 1), by=None)
    batch = begun(division)
    with pytest.raises(NotAllowed, match="不属于"):
        services.open_dossiers(
            division=division, subjects=[subject.pk], fiscal_year=2021, batch=batch, by=None
        )
    assert not Dossier.objects.exists()


def test_dossiers_and_budgets_count_in_one_entry_each(division, unit):
    made = services.add_subjects(division=division, subjects=listed(unit, 40), by=None)
    batch = begun(division)
    asked = {
        "division": division,
        "subjects": [one.pk for one in made],
        "fiscal_year": 2021,
        "batch": batch,
        "by": None,
    }
    assert [services.open_dossiers(**asked), services.open_dossiers(**asked)] == [40, 0]
    assert Entry.objects.get(act="批量建立档案").data["count"] == 40
    with pytest.raises(NotAllowed, match="预算年度"):
        services.open_dossiers(**{**asked, "fiscal_year": 21})
    dossiers = list(Dossier.objects.order_by("pk"))
    rest = {"division": division, "batch": batch, "by": None}
    new = [Arrangement(one.pk, {"opening": Decimal("10.50")}) for one in dossiers]
    assert services.set_appropriations(new=new, changed=[], **rest) == 40
    row = Appropriation.objects.first()
    changed = [Arrangement(row.dossier_id, {"added": Decimal(3)}, row=row)]
    assert services.set_appropriations(new=[], changed=changed, **rest) == 0
    row.refresh_from_db()
    assert (row.opening, row.added) == (Decimal("10.50"), Decimal(3))
    entries = [one.data for one in Entry.objects.filter(act="批量登记预算安排").order_by("number")]
    counts = [{"new": one["new"], "changed": one["changed"]} for one in entries]
    assert counts == [{"new": 40, "changed": 0}, {"new": 0, "changed": 1}]
    key = f"{row.dossier_id}/total/district"
    assert [len(one["before"]) for one in entries] == [40, 1]
    assert "added" not in entries[0]["after"][key]
    assert Decimal(entries[1]["after"][key]["added"]) == 3
    below = [Arrangement(row.dossier_id, {"opening": Decimal(-1)}, "other")]
    with pytest.raises(NotAllowed, match="年初预算 -1 元为负数"):
        services.set_appropriations(new=below, changed=[], **rest)


def test_many_budgets_are_written_together_and_taken_back_together(
    division, unit, django_assert_max_num_queries
):
    """A statement a row kept everybody else's save waiting for over a
    minute where 50 000 rows changed.
    """
    made = services.add_subjects(division=division, subjects=listed(unit, 300), by=None)
    batch = begun(division)
    services.open_dossiers(
        division=division, subjects=[one.pk for one in made], fiscal_year=2021, batch=batch, by=None
    )
    rest = {"division": division, "batch": batch, "by": None}
    amounts = [{"opening": Decimal(10)}, {"opening": Decimal(10), "arrived": Decimal("0.05")}]
    new = [
        Arrangement(one.pk, amounts[at % 2])
        for at, one in enumerate(Dossier.objects.order_by("pk"))
    ]
    with django_assert_max_num_queries(40):
        services.set_appropriations(new=new, changed=[], **rest)
    rows = list(Appropriation.objects.order_by("dossier"))
    assert [one.arrived for one in rows[:2]] == [None, Decimal("0.05")]
    later, written = begun(division), Written()
    changed = []
    for at, row in enumerate(rows):
        values = {"opening": Decimal(at)} if at % 3 else {"arrived": Decimal(1)}
        written.changed(row, {name: getattr(row, name) for name in values})
        changed.append(Arrangement(row.dossier_id, values, row=row))
    with django_assert_max_num_queries(40):
        services.set_appropriations(new=[], changed=changed, **{**rest, "batch": later})
    close_batch(batch=later, by=None, accepted=300, written=written)
    rows[0].refresh_from_db()
    assert (rows[0].arrived, rows[0].version) == (Decimal(1), 2)
    with pytest.raises(Stale):
        services.set_appropriations(new=[], changed=changed[1:], **rest)
    with django_assert_max_num_queries(60):
        undo_batch(batch=later, by=None, why="导错了")
    now = list(
        Appropriation.objects.order_by("dossier").values_list("opening", "arrived", "version")
    )
    assert now == [(one.get("opening"), one.get("arrived"), 3) for one in amounts] * 150


def test_a_row_changed_twice_gets_its_first_values_back(division, unit):
    (subject,) = services.add_subjects(division=division, subjects=listed(unit, 1), by=None)
    first, written = subject.name, Written()
    for name in ("第二个名称", "第三个名称"):
        written.changed(subject, {"name": subject.name})
        Subject.objects.filter(pk=subject.pk).update(name=name)
        subject.refresh_from_db()
    batch = begun(division)
    close_batch(batch=batch, by=None, accepted=1, written=written)
    undo_batch(batch=batch, by=None, why="导错了")
    subject.refresh_from_db()
    assert subject.name == first
