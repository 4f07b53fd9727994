"""填报协助 as people meet it: asked by a clerk, answered without an account,
taken over; and all that the door refuses.
"""

import io
import re
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from wenxiao.evidence.models import Actual, Material
from wenxiao.orgs.models import Division, LoginTry
from wenxiao.records.models import Entry, StoredFile, Todo
from wenxiao.reviews.assistance import Assistance
from wenxiao.reviews.models import Review
from wenxiao.store.clock import today

pytestmark = [pytest.mark.db, pytest.mark.django_db]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c"
    "6300010000050001" + "0d0a2db40000000049454e44ae426082"
)


@pytest.fixture
def form(small):
    """A self-evaluation being filled, and its first row."""
    review = Review.objects.filter(round=small.selfeval, target__isnull=False).first()
    Review.objects.filter(pk=review.pk).update(state="filling", submitted_by=None)
    review.refresh_from_db()
    return review, review.target.indicators.order_by("order").first()


@pytest.fixture
def door(small):
    Division.objects.filter(pk=small.division.pk).update(assist_links=True)


def asked(client, form, road="link", **more):
    review, row = form
    sent = {
        "asked_of": "养护科 张工",
        "question": "全年完成的公里数",
        "until": (today() + timedelta(days=7)).isoformat(),
        "road": road,
    }
    return client.post(f"/filling/{review.pk}/assistance/{row.pk}", {**sent, **more})


def token_in(answer):
    return re.search(r"/assist/([\w-]{20,})", answer.content.decode())[1]


def picture(name="台账.png", content=PNG):
    stream = io.BytesIO(content)
    stream.name = name
    return stream


ANSWER = {"value": "126公里", "note": "按台账", "answered_by": "张工", "phone": "0791-1"}


def test_a_row_goes_out_by_link_comes_back_with_a_photo_and_is_taken_over(
    inside, small, form, door
):
    review, row = form
    clerk = inside(small.clerk)
    assert "请人填" in clerk.get(f"/filling/{review.pk}").content.decode()
    page = asked(clerk, form)
    token = token_in(page)
    assert len(token) >= 43  # 256 bits
    assert "data:image/svg+xml" in page.content.decode()
    kept = Assistance.objects.get()
    assert token not in (kept.digest, str(kept.__dict__))
    assert len(kept.digest) == 64
    assert token not in clerk.get(f"/filling/{review.pk}/assistance/{row.pk}").content.decode()

    stranger = Client()
    opened = stranger.get(f"/assist/{token}")
    text = opened.content.decode()
    assert (opened.status_code, opened["Cache-Control"]) == (200, "no-store")
    assert opened["Referrer-Policy"] == "same-origin"  # no-referrer: "Origin: null", refused
    assert row.name in text
    others = [one.name for one in review.target.indicators.exclude(pk=row.pk)]
    assert not [name for name in others if name in text]
    assert 'href="/' not in re.sub(r"<link[^>]+>", "", text)  # no way on to anything
    assert "sessionid" not in stranger.cookies

    done = stranger.post(f"/assist/{token}", {**ANSWER, "file": picture()})
    assert "已收到，谢谢" in done.content.decode()
    assert "sessionid" not in stranger.cookies
    proposal = Assistance.objects.get()
    assert (proposal.state, proposal.value, proposal.file.name) == (
        "answered",
        "126公里",
        "台账.png",
    )
    before = Actual.objects.filter(indicator=row, stage="selfeval").first()
    assert before is None or before.value != "126公里"  # a proposal counts for nothing yet
    assert Todo.objects.filter(kind="填报协助", state="open", unit=review.dossier.unit).exists()
    assert stranger.get(f"/assist/{token}").status_code == 404  # once

    text = clerk.get(f"/filling/{review.pk}/assistance/{row.pk}").content.decode()
    assert "126公里" in text
    assert clerk.get(f"/assistances/{proposal.pk}/photo").content == PNG
    sent = {
        "version": proposal.version,
        "row_version": before.version if before else "",
        "kind": "photo",
    }
    assert clerk.post(f"/assistances/{proposal.pk}/take/do", sent).status_code == 302
    actual = Actual.objects.get(indicator=row, stage="selfeval")
    assert (actual.value, actual.note, actual.by) == ("126公里", "按台账", small.clerk)
    proof = Material.objects.get(file=proposal.file)
    assert (list(proof.indicators.all()), proof.by) == ([row], small.clerk)
    acts = list(Entry.objects.filter(act__contains="填报协助").values_list("act", "by"))
    assert acts == [
        ("请求填报协助", small.clerk.pk),
        ("答复填报协助", None),
        ("采用填报协助", small.clerk.pk),
    ]
    assert not Todo.objects.filter(kind="填报协助", state="open").exists()


def test_without_the_bureaus_decision_there_is_no_link(inside, small, form):
    clerk = inside(small.clerk)
    refused = asked(clerk, form)
    assert refused.status_code == 409
    assert "没有开放免登录链接" in refused.content.decode()
    assert not Assistance.objects.exists()


def test_closing_the_door_shuts_every_link_that_is_out(inside, small, form, door):
    token = token_in(asked(inside(small.clerk), form))
    Division.objects.filter(pk=small.division.pk).update(assist_links=False)
    assert Client().get(f"/assist/{token}").status_code == 404
    assert Client().post(f"/assist/{token}", ANSWER).status_code == 404
    assert Assistance.objects.get().state == "waiting"


def test_a_link_lives_in_the_days_of_the_story(inside, small, form, door, settings):
    settings.TODAY = date(2021, 11, 22)
    token = token_in(asked(inside(small.clerk), form))
    assert Client().get(f"/assist/{token}").status_code == 200
    settings.TODAY = date(2021, 11, 30)
    assert Client().get(f"/assist/{token}").status_code == 404


@pytest.mark.parametrize("end", ["expired", "withdrawn", "handed in"])
def test_a_link_ends(inside, small, form, door, end):
    token = token_in(asked(inside(small.clerk), form))
    if end == "expired":
        Assistance.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    elif end == "withdrawn":
        row = Assistance.objects.get()
        client = inside(small.clerk)
        client.post(f"/assistances/{row.pk}/withdraw/do", {"version": row.version})
    else:
        Review.objects.filter(pk=form[0].pk).update(state="submitted")
    assert Client().post(f"/assist/{token}", ANSWER).status_code == 404
    assert not Assistance.objects.filter(state="answered").exists()


def test_a_restricted_object_has_no_link_and_another_unit_none_at_all(inside, small, form, door):
    subject = form[0].dossier.subject
    type(subject).objects.filter(pk=subject.pk).update(restriction="restricted")
    assert "限制知悉的对象不能用免登录链接" in asked(inside(small.clerk), form).content.decode()
    type(subject).objects.filter(pk=subject.pk).update(restriction="open")
    assert asked(inside(small.officer), form).status_code == 403


def test_an_object_restricted_later_shuts_the_links_that_are_out(inside, small, form, door):
    token = token_in(asked(inside(small.clerk), form))
    subject = form[0].dossier.subject
    type(subject).objects.filter(pk=subject.pk).update(restriction="restricted")
    shut = Client().get(f"/assist/{token}")
    assert shut.status_code == 404
    assert subject.name not in shut.content.decode()
    assert Client().post(f"/assist/{token}", ANSWER).status_code == 404
    assert Assistance.objects.get().state == "waiting"


def kept_files(settings):
    return sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


@pytest.mark.parametrize("wrong", [{"value": " "}, {"answered_by": ""}, {"note": "一" * 501}])
def test_a_refused_answer_leaves_no_file_behind(inside, small, form, door, settings, wrong):
    """Whoever has a link and answers wrongly again and again must not fill the disk."""
    token = token_in(asked(inside(small.clerk), form))
    before = kept_files(settings)
    sent = {**ANSWER, **wrong, "file": picture(content=PNG + str(wrong).encode())}
    assert Client().post(f"/assist/{token}", sent).status_code == 422
    assert kept_files(settings) == before


def test_opening_the_link_does_not_forgive_refused_answers(inside, small, form, door):
    token = token_in(asked(inside(small.clerk), form))
    holder = Client()
    for _ in range(20):
        holder.get(f"/assist/{token}")
        holder.post(f"/assist/{token}", {**ANSWER, "value": ""})
    assert holder.get(f"/assist/{token}").status_code == 429
    assert Assistance.objects.get().state == "waiting"


def test_a_body_far_beyond_the_largest_file_is_refused_unread(inside, small, form, door):
    token = token_in(asked(inside(small.clerk), form))
    for client, most in ((Client(), 20 << 20), (inside(small.clerk), 700 << 20)):
        refused = client.post(f"/assist/{token}", ANSWER, CONTENT_LENGTH=str(most))
        assert refused.status_code == 413
        assert "太大" in refused.content.decode()
    assert Assistance.objects.get().state == "waiting"


def test_whoever_guesses_is_shut_out_by_address(inside, small, form, door):
    token = token_in(asked(inside(small.clerk), form))
    guesser = Client()
    for _ in range(20):
        assert guesser.get("/assist/wrong-guess").status_code == 404
    assert guesser.get(f"/assist/{token}").status_code == 429
    assert LoginTry.objects.get(door="link").locked_until is not None
    assert Client(REMOTE_ADDR="10.1.1.9").get(f"/assist/{token}").status_code == 200


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("台账.png", b"MZ not a picture", "与后缀 .png 不符"),
        ("台账.exe", b"MZ", "只收照片"),
        ("绝密★台账.png", PNG, "密"),
        ("台账.pdf", b"%PDF-1.4 \xe6\x9c\xba\xe5\xaf\x86\xe2\x98\x85 %%EOF", "国家秘密标志"),
        ("台账.png", PNG + b"0" * (10 << 20), "超过 10 MB"),
    ],
)
def test_the_door_for_photographs_judges_like_every_door(
    inside, small, form, door, name, content, reason
):
    token = token_in(asked(inside(small.clerk), form))
    files = StoredFile.objects.count()
    refused = Client().post(f"/assist/{token}", {**ANSWER, "file": picture(name, content)})
    assert refused.status_code == 422
    assert reason in refused.content.decode()
    assert "126公里" in refused.content.decode()  # what was typed is given back
    assert StoredFile.objects.count() == files
    assert Assistance.objects.get().state == "waiting"


def test_an_answer_without_value_or_name_is_refused_in_words(inside, small, form, door):
    token = token_in(asked(inside(small.clerk), form))
    assert (
        "请填完成值" in Client().post(f"/assist/{token}", {**ANSWER, "value": " "}).content.decode()
    )
    assert (
        "填写人姓名"
        in Client().post(f"/assist/{token}", {**ANSWER, "answered_by": ""}).content.decode()
    )
    assert (
        "最多 500 字"
        in Client().post(f"/assist/{token}", {**ANSWER, "value": "一" * 501}).content.decode()
    )


def workbook(content, **cells):
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.active
    for label, beside in sheet.iter_rows(min_col=1, max_col=2):
        if label.value in cells:
            beside.value = cells[label.value]
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    stream.name = "一行表.xlsx"
    return stream


def test_the_same_as_a_one_row_workbook_out_and_back(inside, small, form):
    from wenxiao.intake import uploads
    from wenxiao.records.models import Upload

    clerk = inside(small.clerk)
    assert asked(clerk, form, road="workbook").status_code == 302
    request = Assistance.objects.get()
    out = clerk.get(f"/assistances/{request.pk}/row.xlsx").content
    filled = {"完成值": "126公里", "说明": "按台账", "填写人": "张工"}
    answer = clerk.post(f"/assistances/{request.pk}/back", {"book": workbook(out, **filled)})
    assert answer.status_code == 302
    for one in Upload.objects.filter(state__in=("waiting", "reading")):
        uploads.settle(one.pk)
    request.refresh_from_db()
    assert (request.state, request.value, request.answered_by) == ("answered", "126公里", "张工")
    entry = Entry.objects.get(act="答复填报协助")
    assert entry.by == small.clerk
    sent = {"version": request.version, "why": "口径不同"}
    assert clerk.post(f"/assistances/{request.pk}/decline/do", sent).status_code == 302
    request.refresh_from_db()
    assert (request.state, request.why) == ("declined", "口径不同")


def test_the_workbook_of_another_row_is_refused_by_number(inside, small, form):
    from wenxiao.intake import uploads
    from wenxiao.records.models import Upload

    clerk = inside(small.clerk)
    asked(clerk, form, road="workbook")
    request = Assistance.objects.get()
    out = clerk.get(f"/assistances/{request.pk}/row.xlsx").content
    other = workbook(out, 编号="XZ999999", 完成值="1", 填写人="甲")
    clerk.post(f"/assistances/{request.pk}/back", {"book": other})
    for one in Upload.objects.filter(state__in=("waiting", "reading")):
        uploads.settle(one.pk)
    assert "编号是 XZ999999" in Upload.objects.get().text
    request.refresh_from_db()
    assert request.state == "waiting"


def test_the_security_administrator_opens_and_closes_the_door(inside, small):
    from wenxiao.orgs.services import create_user, grant

    user = create_user(
        division=small.division,
        username="anquan",
        name="安全员",
        by=None,
        password="Chang-e_2021!",
        must_change_password=False,
    )
    grant(user=user, role="security", division=small.division, by=None)
    client = inside(user)
    assert "没有开放" in client.get("/people/policy").content.decode()
    assert client.post("/people/policy/links", {"on": "1", "why": "局务会决定"}).status_code == 302
    assert Division.objects.get(pk=small.division.pk).assist_links
    assert Entry.objects.get(act="开放填报协助链接").why == "局务会决定"
    assert inside(small.officer).post("/people/policy/links", {"on": "0"}).status_code == 403
