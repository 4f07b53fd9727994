"""催办函: on record and counted, the same letter once a day, seen in the list
and on the unit's desk.
"""

import io
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse
from docx import Document

from wenxiao.budget.models import Round
from wenxiao.budget.services import open_round
from wenxiao.records.models import Entry, Notice, Todo
from wenxiao.store.clock import today

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def asked(small, inside):
    """A round just opened, in which every unit still owes its forms."""
    form = {
        "kind": "selfeval",
        "name": "2020年度补充自评",
        "work_year": "2021",
        "fiscal_year": "2020",
        "deadline": (today() + timedelta(days=10)).isoformat(),
        "route": ["performance"],
    }
    assert inside(small.officer).post("/rounds/new", form).status_code == 302
    small.asked = Round.objects.get(name="2020年度补充自评")
    return small


def letter(client, place, unit, by=""):
    return client.post(
        reverse("desk:reminder_letter", args=[place.asked.pk]), {"unit": unit.name, "by": by}
    )


def soon(days):
    return (today() + timedelta(days=days)).isoformat()


def test_each_letter_is_a_notice_with_its_number(asked, inside):
    client, unit = inside(asked.officer), asked.units[0]
    assert letter(client, asked, unit).status_code == 200
    second = letter(client, asked, unit, soon(5))
    words = "\n".join(one.text for one in Document(io.BytesIO(second.content)).paragraphs)
    assert "第2次催报" in words
    sent = Notice.objects.filter(kind="reminder", target_id=asked.asked.pk)
    assert [(row.unit, row.due_on) for row in sent.order_by("pk")] == [
        (unit, None),
        (unit, today() + timedelta(days=5)),
    ]
    assert Todo.objects.get(target_id=asked.asked.pk, unit=unit).reminded == 2
    assert Entry.objects.filter(act="发出催办函").count() == 2


def test_the_same_letter_printed_twice_a_day_is_one(asked, inside):
    client = inside(asked.officer)
    for _ in range(3):
        assert letter(client, asked, asked.units[0]).status_code == 200
    assert Notice.objects.filter(kind="reminder").count() == 1


def test_the_lists_and_the_unit_s_desk_say_so(asked, inside):
    client = inside(asked.officer)
    letter(client, asked, asked.units[0], soon(3))
    told = f"已催 1 次，最近 {today().month}月{today().day}日"
    missing = client.get(
        f"{reverse('desk:missing')}?year=2021&round={asked.asked.pk}"
    ).content.decode()
    assert told in missing
    assert "未催" in missing
    assert told in client.get(reverse("desk:round", args=[asked.asked.pk])).content.decode()
    assert told in inside(asked.clerk).get("/?year=2021").content.decode()


def test_online_reminders_count_too(asked, inside):
    client = inside(asked.officer)
    assert client.post(f"/rounds/{asked.asked.pk}/remind").status_code == 302
    address = f"{reverse('desk:missing')}?year=2021&round={asked.asked.pk}"
    assert "已催 1 次" in client.get(address).content.decode()


def test_a_letter_needs_something_missing_a_coming_day_and_the_power(asked, inside):
    client = inside(asked.officer)
    assert letter(client, asked, asked.units[0], "2020-01-01").status_code == 409
    assert (
        client.post(
            reverse("desk:reminder_letter", args=[asked.asked.pk]), {"unit": "无此单位"}
        ).status_code
        == 404
    )
    assert client.get(reverse("desk:reminder_letter", args=[asked.asked.pk])).status_code == 405
    assert letter(inside(asked.clerk), asked, asked.units[0]).status_code == 403
    assert not Notice.objects.filter(kind="reminder").exists()


def test_no_letter_asks_a_unit_for_what_the_bureau_does_itself(small, inside):
    client = inside(small.officer)
    small.asked = open_round(
        division=small.division,
        kind="finance_evaluation",
        name="2021年度财政评价补充",
        work_year=2021,
        fiscal_year=2020,
        by=None,
    )
    page = client.get(f"/rounds/{small.asked.pk}").content.decode()
    assert "还没评完的" in page
    assert reverse("desk:reminder_letter", args=[small.asked.pk]) not in page
    refused = letter(client, small, small.units[0])
    assert refused.status_code == 409
    assert "不发催办函" in refused.content.decode()
    assert not Notice.objects.filter(target_id=small.asked.pk).exists()


def test_all_letters_come_in_one_zip_with_one_print_run(asked, inside):
    """Every unit that owes something gets its letter on record; the pack says what came of each."""
    client = inside(asked.officer)
    listed = client.get(f"{reverse('desk:missing')}?year=2021&round={asked.asked.pk}")
    address = reverse("desk:reminder_letters", args=[asked.asked.pk])
    assert address in listed.content.decode()
    answer = client.post(address, {"by": soon(5)})
    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    units = sorted(Notice.objects.filter(kind="reminder").values_list("unit__name", flat=True))
    assert len(units) > 1
    assert len([name for name in packed.namelist() if name.endswith("_催办函.docx")]) == len(units)
    run = Document(io.BytesIO(packed.read("全部催办函（一次打印）.docx")))
    words = [one.text for one in run.paragraphs]
    assert all(f"{unit}：" in words for unit in units), words
    assert packed.read("打包结果.txt").decode().count("：已印，缺 ") == len(units)
    client.post(address, {"by": soon(5)})
    assert Notice.objects.filter(kind="reminder").count() == len(units)


def test_a_pack_of_letters_is_refused_as_one_letter_is(asked, inside):
    client = inside(asked.officer)
    address = reverse("desk:reminder_letters", args=[asked.asked.pk])
    refused = client.post(address, {"by": soon(-1)})
    assert refused.status_code == 409
    assert "已经过去" in refused.content.decode()
    assert inside(asked.clerk).post(address).status_code == 403
    assert not Notice.objects.filter(kind="reminder").exists()


def test_a_long_unit_name_is_read_whole_in_the_list(asked, inside):
    page = inside(asked.officer).get(f"/imports/missing?year=2021&round={asked.asked.pk}")
    text = page.content.decode()
    assert f'class="cut" title="{asked.units[0].name}"' not in text
    assert asked.units[0].name in text
