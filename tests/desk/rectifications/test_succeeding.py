"""A unit that goes leaves no work to nobody; a unit reads the letter it signs for."""

import io
import zipfile
from datetime import date, timedelta

import pytest

from wenxiao.followup.models import Finding, Rectification
from wenxiao.followup.services import merge_with_work, send_feedback, succeed_in_work
from wenxiao.records.models import Entry, Notice, Todo
from wenxiao.records.services import make_todo
from wenxiao.reviews.models import Review
from wenxiao.store.clock import today

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def mending(small, number, unit, state="ordered"):
    dossier = small.dossiers[number]
    finding = Finding.objects.create(dossier=dossier, text=f"问题{number}", state="confirmed")
    item = Rectification.objects.create(
        finding=finding, unit=unit, state=state, deadline=today() + timedelta(days=20)
    )
    make_todo(
        division=small.division, kind="整改", title="整改", role="clerk", unit=unit, target=item
    )
    return item


def test_what_is_open_follows_a_merger_and_what_is_done_stays(small):
    old, into = small.units[0], small.units[1]
    waiting, done = mending(small, 0, old), mending(small, 1, old, "closed")
    Todo.objects.filter(target_id=done.pk).update(state="done")
    merge_with_work(units=[old], into=into, on=today(), by=small.officer, why="机构改革")
    waiting.refresh_from_db()
    done.refresh_from_db()
    assert (waiting.unit, done.unit) == (into, old)
    assert Todo.objects.get(target_id=waiting.pk, state="open").unit == into
    entry = Entry.objects.get(act="承接未办事项")
    assert entry.data["rectifications"] == 1


def test_objects_handed_over_take_their_open_rectifications_along(small):
    item = mending(small, 0, small.units[0])
    other = mending(small, 1, small.units[0])
    succeed_in_work(
        subjects=[small.dossiers[0].subject], to=small.units[2], by=small.officer, why="职能划转"
    )
    item.refresh_from_db()
    other.refresh_from_db()
    assert (item.unit, other.unit) == (small.units[2], small.units[0])


def test_the_unit_reads_the_letter_it_signs_for(small, inside):
    review = Review.objects.filter(
        round=small.finance, dossier__unit=small.units[0], state__in=("confirmed", "issued")
    ).first()
    client = inside(small.clerk)
    address = f"/reviews/{review.pk}/letter.docx"
    assert client.get(address).status_code == 403
    send_feedback(review=review, by=small.officer, issued_on=today())
    page = client.get(f"/feedback?year={small.finance.work_year}").content.decode()
    assert address in page
    answer = client.get(address)
    assert answer.status_code in {200, 409}
    assert Notice.objects.get().received_on is None


def test_every_letter_that_went_out_is_packed_with_what_came_of_each(small, inside):
    reviews = list(
        Review.objects.filter(round=small.finance, state__in=("confirmed", "issued")).order_by("pk")
    )
    address = f"/feedback/letters.zip?year={small.finance.work_year}"
    assert inside(small.officer).get(address).status_code == 302
    for review in reviews:
        send_feedback(review=review, by=small.officer, issued_on=today())
    answer = inside(small.officer).get(address)
    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    lines = packed.read("打包结果.txt").decode().splitlines()
    assert len(lines) == len(reviews) > 1
    letters = [name for name in packed.namelist() if name.endswith(".docx")]
    assert len(letters) == sum(line.endswith("已打包") for line in lines) > 0
    assert all(packed.read(name).startswith(b"PK") for name in letters)
    path = small.units[0].path
    own = [review for review in reviews if review.dossier.unit.path.startswith(path)]
    assert len(own) < len(reviews)
    theirs = zipfile.ZipFile(io.BytesIO(inside(small.clerk).get(address).content))
    assert len(theirs.read("打包结果.txt").decode().splitlines()) == len(own)


def test_letters_beyond_one_pack_are_named(small, inside, monkeypatch):
    for review in Review.objects.filter(round=small.finance, state__in=("confirmed", "issued")):
        send_feedback(review=review, by=small.officer, issued_on=today())
    monkeypatch.setattr("wenxiao.desk.rectifications.letters.MOST", 1)
    answer = inside(small.officer).get(f"/feedback/letters.zip?year={small.finance.work_year}")
    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    first, rest = packed.read("打包结果.txt").decode().splitlines()
    assert first.startswith("001_")
    assert first.endswith("已打包")
    assert "每包 1 份" in rest
    assert "这是第 1 包" in rest
    address = f"/feedback/letters.zip?year={small.finance.work_year}&pack=2"
    packed = zipfile.ZipFile(io.BytesIO(inside(small.officer).get(address).content))
    second, rest = packed.read("打包结果.txt").decode().splitlines()
    assert second.startswith("002_")
    assert "这是第 2 包" in rest
    page = inside(small.officer).get(f"/feedback?year={small.finance.work_year}").content.decode()
    assert "pack=2" in page
    assert "第 2 包" in page


def test_many_letters_go_out_at_once_each_told_alone(small, inside):
    """One was told meanwhile and one isn't confirmed: both are refused by name, the rest go out."""
    told, *rest = list(
        Review.objects.filter(round=small.finance, state__in=("confirmed", "issued")).order_by("pk")
    )
    early = small.self_review
    Review.objects.filter(pk=early.pk).update(state="filling")
    finding = Finding.objects.create(
        dossier=rest[0].dossier, review=rest[0], text="支出慢", state="confirmed"
    )
    client = inside(small.officer)
    page = client.get(f"/feedback?year={small.finance.work_year}").content.decode()
    assert "发出所选反馈函" in page
    assert all(f'value="{row.pk}:0"' in page for row in (told, *rest))
    send_feedback(review=told, by=small.officer, issued_on=today())
    sent = {
        "tick": [f"{row.pk}:0" for row in (told, *rest, early)],
        "number": "示财绩函〔2021〕#号",
        "first": "7",
        "on": today().isoformat(),
        "due": "2099-12-31",
        "order": "1",
    }
    answer = client.post("/feedback/batch", sent)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert f"办成 {len(rest)} 项" in text
    assert "2 项没有办成" in text
    assert "这份结果刚刚发过反馈函，没有重复发出" in text
    assert "结果确认后才能发反馈函" in text
    assert Notice.objects.filter(target_id=told.pk).count() == 1
    letters = Notice.objects.filter(target_id__in=[row.pk for row in rest]).order_by("number")
    assert [row.number for row in letters] == [
        f"示财绩函〔2021〕{7 + at}号" for at in range(len(rest))
    ]
    finding.refresh_from_db()
    assert finding.rectification.notice.target_id == rest[0].pk
    assert finding.rectification.deadline == date(2099, 12, 31)
    assert not Notice.objects.filter(target_id=early.pk).exists()
    page = client.get(f"/feedback?year={small.finance.work_year}").content.decode()
    assert f'value="{told.pk}:0"' not in page


def test_letters_at_once_are_for_the_bureau_and_want_ticks(small, inside):
    row = Review.objects.filter(round=small.finance, state__in=("confirmed", "issued")).first()
    sent = {"tick": f"{row.pk}:0", "on": "2021-11-05", "due": "2021-12-05"}
    clerk = inside(small.clerk)
    assert clerk.post("/feedback/batch", sent).status_code == 403
    assert "发出所选反馈函" not in clerk.get("/feedback").content.decode()
    officer = inside(small.officer)
    bare = officer.post("/feedback/batch", {}, follow=True).content.decode()
    assert "没有勾选任何一份" in bare
    refused = officer.post("/feedback/batch", sent | {"due": "某天"})
    assert refused.status_code == 409
    assert "请填写整改期限" in refused.content.decode()
    assert not Notice.objects.exists()
