"""Money columns: exact in, exact out, whatever the database adds up."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Avg, F, Max, Sum
from hypothesis import given
from hypothesis import strategies as st
from reach import reach, reaches

from wenxiao.budget.models import Appropriation, Dossier, Subject
from wenxiao.orgs.models import Division, Unit
from wenxiao.store.bulk import insert_rows, update_rows
from wenxiao.store.fields import MoneyField, PointsField
from wenxiao.store.frames import read_frame
from wenxiao.store.moves import NotAllowed, Stale, change, move

pytestmark = [pytest.mark.db, pytest.mark.engine, pytest.mark.django_db]
FIELD = MoneyField()


@pytest.fixture
def dossiers():
    division = Division.objects.create(code="1", name="区", bureau="局")
    unit = Unit.objects.create(division=division, code="1", name="单位", path="/1/")
    made = []
    for n in range(3):
        subject = Subject.objects.create(
            division=division, unit=unit, code=f"S{n}", name=f"项目{n}", recurring=n == 1
        )
        made.append(Dossier.objects.create(subject=subject, unit=unit, fiscal_year=2021))
    return made


@reaches(beyond_a_float=0.3, negative=0.2)
@given(
    st.one_of(
        st.integers(-(2**63) + 1, 2**63 - 1),
        st.integers(2**53 + 1, 2**63 - 1),
        st.integers(-(2**63) + 1, -(2**53) - 1),
    )
)
def test_every_hundredth_survives(fen):
    reach(beyond_a_float=abs(fen) > 2**53, negative=fen < 0)
    yuan = Decimal(f"{fen}E-2")
    assert FIELD.get_prep_value(yuan) == fen
    assert FIELD.from_db_value(fen, None, None) == yuan == FIELD.to_python(str(yuan))


@pytest.mark.parametrize(
    "bad", ["0.001", "abc", "NaN", "Infinity", 0.1, "92233720368547758.08", object()]
)
def test_what_is_no_money_is_refused(bad):
    with pytest.raises(ValidationError):
        FIELD.get_prep_value(bad)


def test_points_speak_of_points():
    with pytest.raises(ValidationError, match="分值只到百分位"):
        PointsField().to_python("9.555")


def test_sums_and_differences_come_back_as_yuan(dossiers):
    for n, dossier in enumerate(dossiers):
        Appropriation.objects.create(
            dossier=dossier, opening=Decimal("0.01") + n, added=Decimal("1.10")
        )
    rows = Appropriation.objects
    found = rows.aggregate(
        sum=Sum("opening"), most=Max("opening"), both=Sum(F("opening") + F("added"))
    )
    assert found == {"sum": Decimal("3.03"), "most": Decimal("2.01"), "both": Decimal("6.33")}
    assert str(found["sum"]) == "3.03"
    differences = (
        rows.order_by("pk").annotate(less=F("opening") - F("added")).values_list("less", flat=True)
    )
    assert list(differences) == [Decimal("-1.09"), Decimal("-0.09"), Decimal("0.91")]
    assert rows.filter(opening__gte=Decimal("1.01")).count() == 2
    assert rows.aggregate(none=Sum("cut_back"))["none"] is None


def test_an_average_is_refused_rather_than_rounded(dossiers):
    for n, dossier in enumerate(dossiers[:2]):
        Appropriation.objects.create(dossier=dossier, opening=Decimal("0.01") * n)
    with pytest.raises(ValueError, match="均值"):
        Appropriation.objects.aggregate(mean=Avg("opening"))


def test_rows_are_written_and_changed_in_sets(dossiers):
    rows = [(d, "general", Decimal("12.34") + n, None) for n, d in enumerate(dossiers)]
    assert (
        insert_rows(
            Appropriation,
            ["dossier", "fund", "opening", "arrived_on"],
            [(d.pk, *r) for d, *r in rows],
        )
        == 3
    )
    made = Appropriation.objects.order_by("pk")
    assert [(a.opening, a.level, a.version, a.synthetic) for a in made][1] == (
        Decimal("13.34"),
        "district",
        1,
        False,
    )
    assert (
        update_rows(
            Appropriation, ["opening", "added"], [(a.pk, Decimal("1.00"), None) for a in made[:2]]
        )
        == 2
    )
    assert update_rows(Appropriation, ["opening"], [(made[2].pk, Decimal("2.00"))]) == 1
    assert [a.opening for a in Appropriation.objects.order_by("pk")] == [1, 1, 2]
    assert (
        insert_rows(Appropriation, ["dossier"], [])
        == update_rows(Appropriation, ["opening"], [])
        == 0
    )


def test_a_frame_keeps_integers_dates_and_gaps(dossiers):
    from datetime import date

    Appropriation.objects.create(
        dossier=dossiers[0], opening=Decimal("12.34"), arrived_on=date(2021, 3, 5)
    )
    Appropriation.objects.create(dossier=dossiers[1], opening=None)
    rows = Appropriation.objects.order_by("pk")
    frame = read_frame(
        rows,
        [
            "id",
            "dossier_id",
            "dossier__subject_id",
            "dossier__subject__name",
            "opening",
            "arrived_on",
        ],
    )
    assert [str(kind) for kind in frame.dtypes] == [
        "Int64",
        "Int64",
        "Int64",
        "String",
        "Int64",
        "Date",
    ]
    assert frame["opening"].to_list() == [1234, None]
    assert frame["arrived_on"].to_list() == [date(2021, 3, 5), None]
    assert frame["dossier__subject__name"].to_list() == ["项目0", "项目1"]
    truths = read_frame(Subject.objects.order_by("pk"), ["code", "recurring", "starts_on"])
    assert truths["recurring"].to_list() == [0, 1, 0]
    assert (
        truths.dtypes
        == read_frame(Subject.objects.none(), ["code", "recurring", "starts_on"]).dtypes
    )
    with pytest.raises(TypeError, match="tags"):
        read_frame(Subject.objects.all(), ["tags"])


def test_the_loser_of_a_race_is_told(dossiers):
    row = Appropriation.objects.create(dossier=dossiers[0], opening=Decimal(1))
    other = Appropriation.objects.get(pk=row.pk)
    change(row, opening=Decimal(2))
    with pytest.raises(Stale, match="已被他人改动"):
        change(other, opening=Decimal(3))
    row.refresh_from_db()
    assert (row.opening, row.version) == (2, 2)


def test_a_move_goes_once_and_only_where_allowed():
    from wenxiao.budget.models import Round

    division = Division.objects.create(code="1", name="区", bureau="局")
    made = Round.objects.create(
        division=division, kind="selfeval", name="自评", work_year=2021, fiscal_year=2020
    )
    other = Round.objects.get(pk=made.pk)
    allowed = {"draft": frozenset({"open"}), "open": frozenset({"closed"})}
    move(made, allowed=allowed, to="open")
    with pytest.raises(Stale):
        move(other, allowed=allowed, to="open")
    with pytest.raises(NotAllowed, match="任务现为“进行中”，不能转为“未下达”"):
        move(made, allowed=allowed, to="draft")
