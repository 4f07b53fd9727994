"""已收到 and 已报送 are two facts: what arrived is no longer asked for, what
passed the checks is handed in.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from plants import once
from tests.bureaus import PASS

from wenxiao.intake.lists import missing_dossiers, standing_of_round
from wenxiao.intake.unattended import import_file
from wenxiao.orgs.permissions import Refused
from wenxiao.orgs.services import create_user, grant
from wenxiao.records.models import Entry
from wenxiao.records.services import store_file, undo_batch
from wenxiao.reviews import services
from wenxiao.reviews.models import Review
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]
SHEET = PASS / "02_SE025_空值满分.xlsx"


@once
def brought(bureau, selfeval_round):
    """The unit's sheet, imported by the bureau: some rows are empty, which blocks."""
    import_file(SHEET, division=bureau.division, by=bureau.finance)
    return Review.objects.get()


@once
def whole(brought, bureau):
    """The same with every row filled by the unit."""
    for mark in brought.marks.filter(status="not_reported"):
        services.record_actual(
            review=brought, indicator=mark.indicator, by=bureau.clerk, value="按计划完成"
        )
        mark.refresh_from_db()
        services.record_mark(
            review=brought,
            row=mark.indicator,
            by=bureau.clerk,
            points=mark.indicator.weight,
            version=mark.version,
        )
    brought.refresh_from_db()
    return brought


def person(bureau, name, role, **where):
    made = create_user(
        division=bureau.division, username=name, name=name, by=None, password="Long-enough-pass-1"
    )
    grant(user=made, role=role, division=bureau.division, by=None, **where)
    return made


def test_what_the_bureau_imports_is_received_and_asked_for_no_more(brought, bureau):
    assert (brought.received_on, brought.received_by) == (today(), bureau.finance)
    assert brought.state == "filling"
    standing = standing_of_round(brought.round)
    assert (standing.whole.due, standing.whole.received, standing.whole.missing) == (1, 1, 0)
    assert standing.missing == []
    assert missing_dossiers(brought.round, bureau.unit.name) == []


def test_what_a_unit_uploads_itself_is_not_received_yet(bureau, selfeval_round):
    import_file(SHEET, division=bureau.division, by=bureau.clerk)
    assert Review.objects.get().received_on is None
    assert standing_of_round(selfeval_round).whole.missing == 1


def test_taking_an_import_back_takes_the_arrival_back(brought, bureau):
    undo_batch(batch=brought.batch, by=bureau.finance, why="导错了")
    assert standing_of_round(brought.round).whole.missing == 1


def test_what_blocks_keeps_a_received_form_from_being_handed_in(brought, bureau):
    with pytest.raises(NotAllowed, match="要改好才能报送"):
        services.submit_for_unit(review=brought, by=bureau.finance)
    brought.refresh_from_db()
    assert brought.state == "filling"


def test_the_unit_is_the_submitter_and_the_importer_the_hand(whole, bureau):
    scan = store_file(division=bureau.division, by=bureau.finance, name="签字页.pdf", content=b"x")
    services.submit_for_unit(review=whole, by=bureau.finance, signed=scan, why="单位交来签章件")
    whole.refresh_from_db()
    assert (whole.state, whole.submitted_by, whole.hand) == ("submitted", None, bureau.finance)
    assert whole.signed == scan
    entry = Entry.objects.filter(act="代单位报送").get()
    assert entry.data["signed"] == [scan.sha256]
    services.check_review(review=whole, by=bureau.finance)
    services.confirm_review(review=whole, by=bureau.finance, why="核对了签章件")
    assert whole.state == "confirmed"


def test_without_the_signed_paper_a_second_person_confirms(whole, bureau):
    whole.authors.clear()
    services.submit_for_unit(review=whole, by=bureau.finance)
    services.check_review(review=whole, by=bureau.finance)
    with pytest.raises(Refused, match="另一人"):
        services.confirm_review(review=whole, by=bureau.finance)
    services.confirm_review(review=whole, by=bureau.second)
    assert whole.state == "confirmed"


def test_a_hand_who_changed_a_value_does_not_review_it(whole, bureau):
    whole.authors.add(bureau.finance)
    services.submit_for_unit(review=whole, by=bureau.finance)
    with pytest.raises(Refused):
        services.check_review(review=whole, by=bureau.finance)
    services.check_review(review=whole, by=bureau.second)


@pytest.mark.parametrize("role", ["agency", "expert", "clerk", "treasury"])
def test_only_bureau_and_department_hand_in_for_a_unit(whole, bureau, role):
    where = {"subjects": [bureau.subject]} if role in {"agency", "expert"} else {}
    where = {"unit": bureau.unit} if role == "clerk" else where
    with pytest.raises(Refused):
        services.submit_for_unit(review=whole, by=person(bureau, "其他人", role, **where))


def test_the_department_hands_in_for_its_unit(whole, bureau):
    chief = person(bureau, "主管", "department", unit=bureau.unit)
    services.submit_for_unit(review=whole, by=chief)
    assert whole.hand == chief


def test_what_never_arrived_is_not_handed_in_for_anybody(bureau, selfeval_round):
    review = services.start_review(dossier=bureau.dossier, round=selfeval_round, by=bureau.clerk)
    with pytest.raises(NotAllowed, match="还没有收到"):
        services.submit_for_unit(review=review, by=bureau.finance)


def test_paper_is_registered_with_the_day_it_came(bureau, selfeval_round):
    day = today() - timedelta(days=30)
    review = services.register_received(
        dossier=bureau.dossier, round=selfeval_round, by=bureau.finance, on=day, sender="张某"
    )
    assert (review.received_on, review.received_road, review.received_from) == (
        day,
        "paper",
        "张某",
    )
    assert standing_of_round(selfeval_round).whole.missing == 0
    with pytest.raises(NotAllowed, match="写明理由"):
        services.register_received(
            dossier=bureau.dossier, round=selfeval_round, by=bureau.finance, on=today()
        )
    with pytest.raises(NotAllowed, match="还没有到"):
        services.register_received(
            dossier=bureau.dossier,
            round=selfeval_round,
            by=bureau.finance,
            on=today() + timedelta(days=1),
            why="更正",
        )


def test_many_are_handed_in_each_with_its_own_answer(whole, bureau):
    told = services.submit_for_units(
        reviews={whole.pk: whole.version}, by=bureau.finance, why="月底收表"
    )
    assert [(row.pk, refused) for row, refused in told] == [(whole.pk, "")]
    told = services.submit_for_units(reviews={whole.pk: whole.version}, by=bureau.finance)
    assert told[0][1]


def test_a_form_handed_in_on_line_has_arrived_that_day(bureau, whole):
    Review.objects.filter(pk=whole.pk).update(received_on=None, received_road="")
    whole.refresh_from_db()
    services.submit_review(review=whole, by=bureau.clerk)
    assert (whole.received_on, whole.received_road) == (today(), "online")
    assert whole.hand is None


def test_a_fault_of_the_sheet_goes_when_its_row_is_mended_on_line(brought, bureau):
    indicator = brought.target.indicators.get(order=1)
    actual = indicator.actuals.get()
    row = actual.cell.rpartition("!")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert row.isdecimal()
    there, elsewhere = (
        {"level": "阻断", "code": "ZP-05", "text": "得分超过分值", "cell": cell, "sheet": "表"}
        for cell in (f"H{row}", f"H{row}0")
    )
    Review.objects.filter(pk=brought.pk).update(problems=[there, elsewhere])
    brought.refresh_from_db()
    services.record_actual(
        review=brought, indicator=indicator, by=bureau.clerk, value="3", version=actual.version
    )
    brought.refresh_from_db()
    assert brought.problems == [elsewhere]
