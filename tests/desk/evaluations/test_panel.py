"""Several experts: own scores unseen until all are in and locked after, joined by mean or
agreement; reasons with a range.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from wenxiao.orgs.models import User
from wenxiao.records.models import Entry
from wenxiao.reviews.models import Review
from wenxiao.reviews.services import assign_reviewer, filling
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def sheet(small):
    review = small.evaluation
    review.marks.all().delete()
    Review.objects.filter(pk=review.pk).update(state="filling", complete=False)
    review.refresh_from_db()
    return review


@pytest.fixture
def experts(small, sheet):
    made = []
    for name in ("甲", "乙", "丙"):
        user = User.objects.create_user(
            f"zj{len(made)}", "Demo-pass-2021", name=f"专家{name}", division=small.division
        )
        assign_reviewer(
            review=sheet,
            user=user,
            duty="expert",
            until=today() + timedelta(days=9),
            by=small.officer,
            why="评审方案",
        )
        made.append(user)
    return made


def score(client, sheet, points):
    """Every row full but the first, which gets ``points``."""
    first = sheet.criteria.first()
    data = {f"p{row.pk}": str(row.weight) for row in sheet.criteria.all()}
    data |= {f"v{mark.criterion_id}": mark.version for mark in sheet.marks.all()}
    data |= {f"p{first.pk}": points, f"n{first.pk}": "依据不足", f"r{first.pk}": "K01"}
    return client.post(f"/reviews/{sheet.pk}/marks", data)


def hand_in(client, sheet):
    return client.post(reverse("desk:scores_hand_in", args=[sheet.pk]))


def all_in(inside, sheet, experts, points=("3", "4", "5")):
    for user, given in zip(experts, points, strict=True):
        client = inside(user)
        assert score(client, sheet, given).status_code == 302
        assert hand_in(client, sheet).status_code == 302


def page(client, sheet):
    return client.get(f"/reviews/{sheet.pk}").content.decode()


def test_scores_are_unseen_until_all_are_in_and_locked_after(inside, small, sheet, experts):
    first, second, third = experts
    client = inside(first)
    assert "评完再交" in page(client, sheet)
    assert "还有" in hand_in(client, sheet).content.decode()  # rows are missing
    score(client, sheet, "5")
    assert "还要点表下的“交分”" in page(client, sheet)
    hand_in(client, sheet)
    closed = page(client, sheet)
    assert '<fieldset class="bare-set" disabled>' in closed
    assert "存评分" not in closed
    again = score(client, sheet, "4")
    assert again.status_code == 422
    assert "已经交了" in again.content.decode()
    assert ">专家甲</th>" not in page(inside(second), sheet)
    office = inside(small.officer)
    text = page(office, sheet)
    assert "专家评分：1 / 3 位已交" in text
    assert ">专家甲</th>" not in text
    sheet.refresh_from_db()
    assert not sheet.complete  # the mean of those who are in is told to nobody
    answer = office.post(f"/reviews/{sheet.pk}/panel", {"method": "mean", "version": sheet.version})
    assert "还有 2 位专家没有交分" in answer.content.decode()
    for user, points in ((second, "3"), (third, "4")):
        score(inside(user), sheet, points)
        hand_in(inside(user), sheet)
    assert ">专家甲</th>" in page(inside(second), sheet)
    sheet.refresh_from_db()
    assert sheet.complete


def test_what_was_wrong_in_the_original_sheet_is_not_a_seat_s_to_mend(
    inside, small, sheet, experts
):
    wrong = {
        "code": "PJ-16",
        "level": "警告",
        "cell": "G27",
        "text": "没有合计得分。",
        "mend": "请补。",
    }
    Review.objects.filter(pk=sheet.pk).update(problems=[wrong])
    for address in (f"/reviews/{sheet.pk}", f"/dossiers/{sheet.dossier_id}"):
        assert "核对出的差异" in inside(small.officer).get(address).content.decode()
        seen = inside(experts[0]).get(address)
        assert seen.status_code == 200
        assert "核对出的差异" not in seen.content.decode()


def test_the_mark_of_an_unseen_seat_opens_for_nobody_else(inside, small, sheet, experts):
    score(inside(experts[0]), sheet, "5")
    mark = sheet.marks.filter(seat="专家甲").first()
    address = reverse("desk:why", args=[mark.pk])
    assert inside(small.officer).get(address).status_code == 404
    assert inside(experts[0]).get(address).status_code == 200


def test_handed_in_scores_are_given_back_only_with_a_reason(inside, small, sheet, experts):
    all_in(inside, sheet, experts)
    office, one = inside(small.officer), sheet.assignments.get(user=experts[0])
    address = reverse("desk:scores_return", args=[sheet.pk, one.pk])
    assert "须写明理由" in office.post(address, {"why": " "}).content.decode()
    assert office.post(address, {"why": "漏看验收单"}).status_code == 302
    assert "专家评分：2 / 3 位已交" in page(office, sheet)
    assert score(inside(experts[0]), sheet, "6").status_code == 302
    assert Entry.objects.filter(act="退回专家评分", why="漏看验收单").exists()


def test_the_office_goes_on_without_an_expert_who_never_hands_in(inside, small, sheet, experts):
    for user, points in zip(experts[:2], ("3", "4"), strict=True):
        score(inside(user), sheet, points)
        hand_in(inside(user), sheet)
    rest = sheet.criteria.first()
    inside(experts[2]).post(f"/reviews/{sheet.pk}/marks", {f"p{rest.pk}": "1", f"n{rest.pk}": "缺"})
    assert sheet.marks.filter(seat="专家丙").count() == 1
    office, last = inside(small.officer), sheet.assignments.get(user=experts[2])
    assert reverse("desk:agencies") in page(office, sheet)  # where it is withdrawn
    answer = office.post(reverse("desk:assignment_end", args=[last.pk]), {"why": "联系不上"})
    assert answer.status_code == 302
    sheet.refresh_from_db()
    assert sheet.complete  # what was not handed in holds nobody up
    assert ">专家甲</th>" in page(office, sheet)
    answer = office.post(f"/reviews/{sheet.pk}/panel", {"method": "mean", "version": sheet.version})
    assert answer.status_code == 302, answer.content.decode()
    assert rest.marks.get(seat="").points == Decimal("3.50")
    entry = Entry.objects.get(act="撤销分派")
    assert entry.data["not_handed_in"] == {str(rest.pk): "1.00"}


def test_what_a_withdrawn_expert_handed_in_stays(inside, small, sheet, experts):
    all_in(inside, sheet, experts)
    last = sheet.assignments.get(user=experts[2])
    inside(small.officer).post(reverse("desk:assignment_end", args=[last.pk]), {"why": "期满"})
    assert sheet.marks.filter(seat="专家丙").count() == sheet.criteria.count()


def test_two_experts_of_one_name_share_no_seat(small, sheet, experts):
    twin = User.objects.create_user("zj9", "Demo-pass-2021", name="专家甲", division=small.division)
    with pytest.raises(NotAllowed, match="同名"):
        assign_reviewer(
            review=sheet,
            user=twin,
            duty="expert",
            until=today() + timedelta(days=9),
            by=small.officer,
            why="评审方案",
        )


def test_mean_and_trimmed_mean_are_rounded_once(inside, small, sheet, experts):
    all_in(inside, sheet, experts, ("3", "3.5", "5"))
    office, first = inside(small.officer), sheet.criteria.first()
    for method, wanted in (("mean", "3.83"), ("trimmed", "3.50")):
        sheet.refresh_from_db()
        answer = office.post(
            f"/reviews/{sheet.pk}/panel",
            {"method": method, "version": sheet.version, "why": "按方案"},
        )
        assert answer.status_code == 302
        assert first.marks.get(seat="").points == Decimal(wanted)
    assert "汇总办法：去掉一个最高、一个最低后平均" in page(office, sheet)


def test_a_consensus_says_who_when_and_what_changed(inside, small, sheet, experts):
    all_in(inside, sheet, experts)
    office, first = inside(small.officer), sheet.criteria.first()
    address = reverse("desk:review_consensus", args=[sheet.pk])
    text = office.get(address).content.decode()
    assert "3.00–5.00" in text  # the spread
    offered = text.partition('data-adds="people"')[2].partition("</select>")[0]
    assert "<option>专家甲</option>" in offered
    assert f"<option>{small.officer.name}</option>" in offered
    sheet.refresh_from_db()
    data = {
        "version": sheet.version,
        "people": "专家甲、专家乙、专家丙",
        "on": today().isoformat(),
        f"p{first.pk}": "3.20",
    }
    assert "请写明会商的理由" in office.post(address, data).content.decode()
    assert not sheet.marks.filter(seat="").exists()
    assert office.post(address, data | {f"w{first.pk}": "补看了批复文件"}).status_code == 302
    sheet.refresh_from_db()
    assert first.marks.get(seat="").points == Decimal("3.20")
    assert sheet.panel["changed"] == [
        {"name": first.name, "from": "4.00", "to": "3.20", "why": "补看了批复文件"}
    ]
    text = page(office, sheet)
    assert "汇总办法：会商一致" in text
    assert "专家甲、专家乙、专家丙" in text
    entry = Entry.objects.filter(act="汇总专家评分").latest("pk")
    assert entry.data["people"] == "专家甲、专家乙、专家丙"


def test_a_deduction_stays_in_the_range_of_its_reason(inside, small, sheet):
    first = sheet.criteria.first()
    own = {"K01": {"title": "没有佐证", "least": "0", "most": "50"}}
    small.division.rules = [
        {"rule": "deductions", "from": "2020-01-01", "content": {"reasons": own}}
    ]
    small.division.save()
    answer = score(inside(small.officer), sheet, "1")
    assert answer.status_code == 422
    assert f"“没有佐证”应扣 0 至 {first.weight / 2:.0f} 分" in answer.content.decode()
    assert score(inside(small.officer), sheet, str(first.weight / 2)).status_code == 302


def test_points_the_audited_money_refutes_are_named_at_once(inside, small, sheet):
    small.audited.arranged, small.audited.used = Decimal(1_000_000), Decimal(664_000)
    small.audited.save()
    row = sheet.criteria.get(name="预算执行率")
    row.weight = Decimal(5)
    row.save()
    office = inside(small.officer)
    data = {f"p{row.pk}": "4.88", f"n{row.pk}": "执行率66.40%", f"r{row.pk}": "K04"}
    assert office.post(f"/reviews/{sheet.pk}/marks", data).status_code == 302
    text = page(office, sheet)
    assert "经审查执行率 66.40%，按比例最多 3.32 分" in text
    mended = {f"p{row.pk}": "3.32", f"v{row.pk}": row.marks.get(seat="").version}
    assert office.post(f"/reviews/{sheet.pk}/marks", data | mended).status_code == 302
    assert "按比例最多" not in page(office, sheet)


def test_a_grid_is_scored_once_and_entered_row_by_row(monkeypatch, inside, sheet, experts):
    scored, one = [], filling.score_review
    monkeypatch.setattr(
        filling, "score_review", lambda **named: (scored.append(1), one(**named))[1]
    )
    client, rows = inside(experts[0]), sheet.criteria.count()
    assert rows > 2
    assert score(client, sheet, "4").status_code == 302
    assert len(scored) == 1
    entries = Entry.objects.filter(act="评分").order_by("pk")
    assert entries.count() == rows
    assert [("result" in entry.data) for entry in entries][:-1] == [False] * (rows - 1)


def test_one_wrong_row_keeps_the_others_out_and_each_says_why(inside, sheet, experts):
    client, (first, second) = inside(experts[0]), sheet.criteria.all()[:2]
    typed = {f"p{first.pk}": str(first.weight), f"p{second.pk}": str(second.weight + 1)}
    answer = client.post(f"/reviews/{sheet.pk}/marks", typed)
    assert f"得分应在 0 至 {second.weight} 之间" in answer.content.decode()
    assert not sheet.marks.exists()
    assert not Entry.objects.filter(act="评分").exists()
