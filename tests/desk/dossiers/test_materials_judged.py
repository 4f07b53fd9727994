"""What proofs change in the checks, and what the services refuse."""

import pytest
from django.urls import reverse
from tests.desk.dossiers.test_materials import act, add, handed, of, pdf, place  # noqa: F401 - fixtures used by name

pytestmark = [pytest.mark.db, pytest.mark.django_db]

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\0\0\x10\0\0\0\x10" + b"\x08\x02\0\0\0"


def checked(client, place):
    return client.get(reverse("desk:filling", args=[place.self_review.pk])).content.decode()


def test_a_dated_acceptance_later_than_the_reported_day_is_told(place, inside):
    from wenxiao.evidence.models import Actual

    Actual.objects.filter(indicator=place.rows[3], stage="selfeval").update(value="2020年12月1日")
    client = inside(place.clerk)
    assert "时间矛盾" not in checked(client, place)
    assert add(
        client,
        place,
        pdf("支付.pdf", b"9"),
        kind="invoice",
        dated="2020-12-30",
        row=[place.rows[3].pk],
    )
    assert "时间矛盾" not in checked(client, place)  # an invoice dates no completion
    add(client, place, pdf(), dated="2020-12-21", row=[place.rows[3].pk])
    assert "自评完成日期 2020-12-01 早于验收或竣工日期 2020-12-21" in checked(client, place)


def test_full_marks_without_an_accepted_proof_are_told_until_one_is(place, inside):
    from wenxiao.evidence.models import Material

    for mark in place.self_review.marks.select_related("indicator"):
        mark.points, mark.status, mark.by = mark.indicator.weight, "judged", place.clerk
        mark.save()
    Material.objects.update(state="unverified")
    told = "8 项指标全部满分，佐证交来 2 份，已采信 0 份"
    assert told in checked(inside(place.officer), place)
    assert (
        act(inside(place.officer), Material.objects.first(), "judge", accepted="yes").status_code
        == 302
    )
    assert told not in checked(inside(place.officer), place)


def test_a_row_whose_proof_was_refused_says_why(place, inside):
    row = place.rows[0].materials.get()
    assert (
        act(inside(place.officer), row, "judge", accepted="no", why="没有公章").status_code == 302
    )
    assert "佐证没有被采信：没有公章" in checked(inside(place.clerk), place)


def test_the_services_take_a_proof_from_the_clerk_and_its_judgement_from_an_officer(place):
    """One proof for two rows, without a page; whoever sits at the machine has no hand in either."""
    from wenxiao.evidence import services
    from wenxiao.orgs.permissions import Refused
    from wenxiao.records.services import store_file
    from wenxiao.reviews.services import judge_proof

    stored = store_file(division=place.division, by=None, name="合同", content=b"text")
    row = services.hand_in_material(
        dossier=place.first,
        indicators=place.rows[:2],
        file=stored,
        kind="contract",
        by=place.clerk,
        synthetic=True,
    )
    assert (row.title, row.side, str(row)) == ("合同", "unit", "合同")
    with pytest.raises(Refused, match="核验"):
        judge_proof(material=row, by=None, accepted=True)
    assert judge_proof(material=row, by=place.officer, accepted=True) == 1


def test_wrong_rows_kinds_and_same_files_are_refused_by_the_services(handed, place):
    from wenxiao.evidence import services
    from wenxiao.store.moves import NotAllowed

    with pytest.raises(NotAllowed, match="不属于这个对象"):
        services.hand_in_material(
            dossier=place.dossiers[1],
            indicators=place.rows[:1],
            file=handed.file,
            kind="photo",
            by=place.officer,
        )
    with pytest.raises(NotAllowed, match="完全相同"):
        services.replace_material(material=handed, file=handed.file, by=place.clerk)
    with pytest.raises(NotAllowed, match="已经在证明"):
        services.add_rows(material=handed, indicators=[place.rows[2]], by=place.clerk)
    services.judge_material(material=handed, by=place.officer, accepted=True)
    with pytest.raises(NotAllowed, match="不能再改所证明的指标"):
        services.add_rows(material=handed, indicators=[place.rows[3]], by=place.clerk)


def test_a_proof_dated_after_today_is_refused_by_the_services(handed, place):
    from datetime import timedelta

    from wenxiao.evidence import services
    from wenxiao.store.clock import today
    from wenxiao.store.moves import NotAllowed

    late = today() + timedelta(days=1)
    given = {"file": handed.file, "by": place.clerk, "dated": late}
    with pytest.raises(NotAllowed, match=r"材料日期 .+ 在今天之后"):
        services.hand_in_material(dossier=place.first, indicators=[], kind="photo", **given)
    with pytest.raises(NotAllowed, match=r"材料日期 .+ 在今天之后"):
        services.replace_material(material=handed, **given)


def test_a_stranger_to_the_object_hands_in_nothing(place, inside):
    from wenxiao.evidence import services
    from wenxiao.orgs.permissions import Refused

    with pytest.raises(Refused, match="承担评价的人员取证"):
        services.side_of(place.leader, place.first)


def test_acts_without_a_file_or_the_tick_are_refused(handed, place, inside):
    client = inside(place.clerk)
    assert act(client, handed, "replace", clean="yes").status_code == 409
    assert act(client, handed, "replace", file=pdf("新.pdf", b"n")).status_code == 409
    assert act(client, handed, "burn").status_code == 404
    missing = {"row": "999"}
    address = reverse("desk:materials", args=[place.first.pk])
    assert client.get(address, missing, headers={"HX-Request": "true"}).status_code == 404
    assert client.get(address, {"row": place.rows[2].pk}).status_code == 200


def test_monitoring_proofs_name_their_months(place, inside):
    from wenxiao.reviews.models import Review

    review = Review.objects.create(
        dossier=place.first,
        round=place.monitoring,
        kind="monitoring",
        state="filling",
        target=place.self_review.target,
    )
    client = inside(place.clerk)
    answer = add(client, place, pdf(), **{"from": f"filling:{review.pk}"})
    assert answer["Location"] == f"/filling/{review.pk}?proofs={place.rows[2].pk}#proof-box"
    assert (of(place).get().stage, of(place).get().through_month) == ("monitoring", 7)
    assert (
        "1-7月监控" in client.get(reverse("desk:materials", args=[place.first.pk])).content.decode()
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020年12月21日", "2020-12-21"),
        ("2020.2.30", None),
        ("十二月", None),
        ("于2021-1-8验收", "2021-01-08"),
    ],
)
def test_a_day_is_read_where_a_whole_one_stands(text, day):
    from wenxiao.evidence.selectors import day_in

    assert (day_in(text).isoformat() if day_in(text) else None) == day
