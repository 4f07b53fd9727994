"""The way to the public: three persons, nothing restricted, nothing
personal, and opinions held until answered.
"""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from tests.portal.conftest import review_of

from wenxiao.budget.models import Subject
from wenxiao.budget.services import ensure_subject, open_dossier
from wenxiao.files.door.personal import personal_data_in
from wenxiao.followup.models import Comment, Disclosure, Finding, Rectification
from wenxiao.followup.selectors.disclosed import draft_sentence, published
from wenxiao.followup.services import disclosing
from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import Entry
from wenxiao.reviews.models import Review
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, Stale

pytestmark = [pytest.mark.db, pytest.mark.django_db]
SAID = "用了 65 万元，还差两成。"


def propose(house, **more):
    return disclosing.propose_disclosure(
        **{"review": house.review, "by": house.first, "sentence": SAID, **more}
    )


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("联系13812345678", ["手机号"]),
        ("11010519491231002X 号", ["身份证号"]),
        ("110105194912310021 号", []),
        ("卡号6222021234567890129", []),
        ("卡号4111111111111111", ["银行卡号"]),
        ("0791-88123456 与 a.b@example.cn", ["固定电话", "电子邮箱"]),
        ("项目代码 360191000000000000001，金额 13812345678.00 元", []),
    ],
)
def test_personal_data_are_found_and_money_is_not(text, kinds):
    assert [kind for kind, _ in personal_data_in(text)] == kinds


def test_three_persons_lead_a_result_to_the_public(house):
    row = propose(house)
    assert not published().exists()
    with pytest.raises(Refused, match="自己审核"):
        disclosing.approve_disclosure(disclosure=row, by=house.first, opinion="好")
    disclosing.approve_disclosure(disclosure=row, by=house.second, opinion="可以公开")
    assert not published().exists()
    with pytest.raises(Refused):
        disclosing.publish_disclosure(disclosure=row, by=house.second)
    disclosing.publish_disclosure(disclosure=row, by=house.third)
    assert published().get() == row
    acts = (
        Entry.objects.filter(target_type="followup.Disclosure")
        .order_by("pk")
        .values_list("act", flat=True)
    )
    assert list(acts) == ["提出公开", "公开审查通过", "签发公开"]


def test_nothing_is_published_without_review(house):
    with pytest.raises(NotAllowed):
        disclosing.publish_disclosure(disclosure=propose(house), by=house.third)


def test_a_clerk_cannot_disclose(house):
    with pytest.raises(Refused, match="办理公开"):
        propose(house, by=house.clerk)


def test_what_is_not_issued_or_not_open_stays_inside(house):
    house.review.state = "confirmed"
    house.review.save()
    with pytest.raises(NotAllowed, match="出具"):
        propose(house)
    house.review.state = "issued"
    house.review.save()
    Subject.objects.update(restriction="internal")
    house.review.refresh_from_db()
    house.review.dossier.subject.refresh_from_db()
    with pytest.raises(NotAllowed, match="不得公开"):
        propose(house)


def test_monitoring_is_not_among_what_is_published(house):
    house.review.kind = "monitoring"
    with pytest.raises(NotAllowed, match="公开范围"):
        propose(house)


def test_a_subject_restricted_afterwards_disappears_everywhere(house, public, client):
    assert "校园安保" in client.get("/open").content.decode()
    assert "“校园”找到" in client.get("/open?q=校园").content.decode()
    for restriction in ("internal", "restricted"):
        Subject.objects.update(restriction=restriction)
        for address in ("/open", "/open/units", "/open?q=校园", "/open/data.csv"):
            assert "校园安保" not in client.get(address).content.decode()
            assert "教体局" not in client.get(address).content.decode()
        for address in (f"/open/{public.pk}", f"/open/{public.pk}/result.xlsx"):
            assert client.get(address).status_code == 404
        assert client.post(f"/open/{public.pk}/comment", {"text": "我来问一问"}).status_code == 404


def test_markings_are_never_let_through_and_personal_data_need_an_answer(house):
    row = propose(house, sentence="联系人 13812345678，见附件。")
    assert [(f["level"], f["kind"], f["text"]) for f in row.scan] == [("警告", "手机号", "138…78")]
    with pytest.raises(NotAllowed, match="个人信息"):
        disclosing.approve_disclosure(disclosure=row, by=house.second, opinion=" ")
    house.review.suggestions.create(number=2, text="机密★10年")
    with pytest.raises(NotAllowed, match="国家秘密"):
        disclosing.approve_disclosure(disclosure=row, by=house.second, opinion="已看")


def test_declined_and_withdrawn_may_be_proposed_again(house, public):
    with pytest.raises(NotAllowed, match="理由"):
        disclosing.withdraw_disclosure(disclosure=public, by=house.first, why="")
    disclosing.withdraw_disclosure(disclosure=public, by=house.first, why="数据有误")
    assert not published().exists()
    row = propose(house, what=["money"])
    assert (row.pk, row.state, row.what, row.signed_by) == (public.pk, "proposed", ["money"], None)
    with pytest.raises(NotAllowed, match="理由"):
        disclosing.decline_disclosure(disclosure=row, by=house.second, why="")
    disclosing.decline_disclosure(disclosure=row, by=house.second, why="暂缓")
    assert Disclosure.objects.get().state == "declined"


def test_the_loser_of_a_race_is_told(house):
    row = propose(house)
    disclosing.approve_disclosure(
        disclosure=Disclosure.objects.get(), by=house.second, opinion="好"
    )
    with pytest.raises((Stale, NotAllowed)):
        disclosing.approve_disclosure(disclosure=row, by=house.third, opinion="好", version=1)


def test_a_sentence_is_asked_for_and_drafted(house):
    with pytest.raises(NotAllowed, match="一句话"):
        propose(house, sentence=" ")
    assert draft_sentence(house.review) == (
        "用了 65 万元，是安排 100 万元的 65.00%；评价 88.50 分，等级为良；产出得 8.50 分（满分 10 分），失分最多；发现问题 1 个。"
    )


def test_the_share_of_proven_points_stands_beside_the_grade(client, house, public):
    Review.objects.filter(pk=public.review_id).update(proved=public.review.points / 2)
    for address in ("/open", f"/open/{public.pk}"):
        assert "已核佐证 50" in client.get(address).content.decode()


def test_the_public_reads_sentence_money_rows_and_problems(public, client):
    page = client.get(f"/open/{public.pk}").content.decode()
    for said in ("用了 65 万元", "88.50", "安保人数", "执行率低于80%", "加快支付", "65.00%"):
        assert said in page
    assert "first" not in page


@pytest.mark.parametrize(
    ("state", "days", "said"),
    [
        ("ordered", 1, "整改中，期限"),
        ("ordered", -1, "整改没有完成，期限"),
        ("replied", -1, "整改结果已报，财政部门核实中"),
    ],
)
def test_a_deadline_that_passed_is_said_so(house, public, client, state, days, said):
    Rectification.objects.create(
        finding=Finding.objects.get(review=house.review),
        unit=house.unit,
        state=state,
        deadline=today() + timedelta(days=days),
    )
    assert said in client.get(f"/open/{public.pk}").content.decode()


def test_parts_not_chosen_are_not_told(house, public, client):
    Disclosure.objects.update(what=[])
    page = client.get(f"/open/{public.pk}").content.decode()
    book = client.get(f"/open/{public.pk}/result.xlsx").content
    told = [
        str(c.value) for s in openpyxl.load_workbook(BytesIO(book)) for r in s for c in r if c.value
    ]
    for said in ("安保人数", "执行率低于80%", "加快支付"):
        assert said not in page
        assert said not in told
    assert "650000.00" not in told


def test_open_data_carry_exact_values(public, client):
    rows = client.get("/open/data.csv").content.decode("utf-8-sig").splitlines()
    assert rows[1].split(",")[5:10] == ["1000000.00", "650000.00", "65.00", "88.50", "良"]
    book = openpyxl.load_workbook(BytesIO(client.get("/open/data.xlsx").content))
    assert "校园安保" in [c.value for r in book.active for c in r]
    for address in ("/open/data", "/open/units", "/open?unit=1&year=2020"):
        assert client.get(address).status_code == 200


def test_a_list_costs_the_same_for_many(house, public, client, django_assert_max_num_queries):
    for number in range(30):
        subject = ensure_subject(
            division=house.division,
            unit=house.unit,
            code=f"X{number}",
            name=f"项目{number}",
            by=None,
        )
        review = review_of(open_dossier(subject=subject, fiscal_year=2020, by=None), house.round)
        Disclosure.objects.create(
            review=review,
            state="published",
            sentence="一句",
            what=["money"],
            published_on=public.published_on,
        )
    # Two more than the list itself: beyond a page, the front adds up its rows and their problems.
    with django_assert_max_num_queries(7):
        page = client.get("/open").content.decode()
    assert page.count("/open/") > 28


def test_opinions_are_bounded_counted_and_held(house, public, client):
    address = f"/open/{public.pk}/comment"
    assert client.post(address, {"text": "短"}).status_code == 422
    assert client.post(address, {"text": "长" * 501}).status_code == 422
    assert client.post(address, {"text": "机器填的内容", "website": "x"}).status_code == 302
    assert not Comment.objects.exists()
    for number in range(disclosing.MOST_COMMENTS_AN_HOUR):
        assert client.post(address, {"text": f"第{number}条意见请看"}).status_code == 302
    refused = client.post(address, {"text": "再来一条意见"})
    assert (refused.status_code, "一小时" in refused.content.decode()) == (422, True)
    assert client.post(address, {"text": "别处来的意见"}, REMOTE_ADDR="10.0.0.9").status_code == 302
    assert "第0条意见" not in client.get(f"/open/{public.pk}").content.decode()
    comment = Comment.objects.order_by("pk").first()
    assert "127.0.0.1" not in comment.sender
    with pytest.raises(Refused):
        disclosing.answer_comment(comment=comment, by=house.clerk, answer="谢谢", show=True)
    with pytest.raises(NotAllowed, match="回应"):
        disclosing.answer_comment(comment=comment, by=house.first, answer="", show=True)
    disclosing.answer_comment(comment=comment, by=house.first, answer="已转单位", show=True)
    assert "第0条意见" in client.get(f"/open/{public.pk}").content.decode()


def test_a_telephone_is_masked_in_an_opinion_and_refused_in_its_answer(house, public):
    comment = disclosing.take_comment(disclosure=public, text="请打13812345678找我", address="1")
    assert comment.text == "请打138…78找我"
    with pytest.raises(NotAllowed, match="个人信息"):
        disclosing.answer_comment(
            comment=comment, by=house.first, answer="请打13812345678", show=True
        )
    disclosing.answer_comment(comment=comment, by=house.first, answer="含个人信息", show=False)
    assert comment.state == "kept"


def test_the_desk_leads_all_the_way(house, client):
    client.force_login(house.first)
    assert "可以提出公开的结果 1 项" in client.get("/disclosures").content.decode()
    assert "88.50 分" in client.get(f"/disclosures/reviews/{house.review.pk}").content.decode()
    client.post(
        f"/disclosures/reviews/{house.review.pk}", {"sentence": SAID, "what": ["money", "goals"]}
    )
    row = Disclosure.objects.get()
    act = f"/disclosures/{row.pk}/{{}}/do"
    client.force_login(house.second)
    assert client.post(act.format("approve"), {"version": 1, "why": ""}).status_code == 409
    client.post(act.format("approve"), {"version": 1, "why": "可以"})
    client.force_login(house.third)
    client.post(act.format("publish"), {"version": 2})
    assert published().get().what == ["money", "goals"]
    comment = disclosing.take_comment(disclosure=row, text="为什么这么少", address="1")
    assert "公众意见 1 条待回应" in client.get("/disclosures").content.decode()
    client.post(
        f"/disclosures/comments/{comment.pk}", {"version": 1, "answer": "已答", "verdict": "show"}
    )
    comment.refresh_from_db()
    assert comment.state == "shown"
    client.post(act.format("withdraw"), {"version": 3, "why": "更正"})
    assert not published().exists()
    client.force_login(house.clerk)
    assert client.get("/disclosures").status_code == 403


def test_the_front_adds_up_what_is_published_and_nothing_else(house, public, client):
    from wenxiao.followup.selectors.disclosed import published
    from wenxiao.followup.selectors.public_front import public_front

    assert public_front(published()) is None
    assert "at-a-glance" not in client.get("/open").content.decode()
    subject = ensure_subject(
        division=house.division, unit=house.unit, code="X1", name="项目一", by=None
    )
    review = review_of(open_dossier(subject=subject, fiscal_year=2020, by=None), house.round)
    Disclosure.objects.create(
        review=review,
        state="published",
        sentence="一句",
        what=["money"],
        published_on=public.published_on,
    )
    front = public_front(published())
    assert dict(front.grades) == {"优": 0, "良": 2, "中": 0, "差": 0}
    assert [(one.year, one.results, one.used) for one in front.money] == [(2020, 2, 1_300_000)]
    assert front.money_finding == "2020 年项目支出用了 130.00 万元，是安排的 65.00%"
    assert (front.problems, front.mended) == (1, 0)  # the second result publishes no problems
    text = client.get("/open").content.decode()
    assert "查出 1 个问题，改好 0 个" in text
    assert "用了 130.00 万元" in text
