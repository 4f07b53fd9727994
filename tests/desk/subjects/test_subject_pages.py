"""The list at scale: windows of the census against the plain order, counts against what they lead
to, tags, the export's trace.
"""

import re
from html import unescape
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from markup import browsed
from plants import once
from tests.desk.conftest import plant

from wenxiao.records.models import Entry

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def read(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return browsed(response.content.decode())


def rows_of(text):
    return [
        int(pk)
        for pk in re.findall(
            r'scope="row" class="cut">(?:<span[^>]*>\d+</span> )?<a href="/dossiers/(\d+)"', text
        )
    ]


def total_of(text):
    return int(re.search(r"共 (\d+) 个</span>", text)[1]) if "pager" in text else 0


def neighbour(text, rel):
    found = re.search(rf'rel="{rel}" href="([^"]+)"', text)
    return unescape(found[1]) if found else None


def chips_of(text):
    """(word, count, address) of every chip that is not chosen."""
    return [
        (word, int(n), unescape(href))
        for href, word, n in re.findall(
            r'<a class="chip" href="([^"]+)">([^<]+?) <em>(\d+)</em>', text
        )
    ]


@once
def spread():
    """Dossiers of many units, kinds and years; two units of one name; some
    reviewed by two key rounds.
    """
    from wenxiao.budget.models import Dossier, Round, Subject
    from wenxiao.orgs.models import Unit
    from wenxiao.reviews.models import Review

    made = plant(6)
    units = list(made.units)
    for number in range(6):
        parent = made.units[number % 3] if number % 2 else None
        unit = Unit.objects.create(
            division=made.division,
            code=f"95{number}",
            name="示例同名单位" if number < 2 else f"示例单位{number}",
            parent=parent,
        )
        unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
        unit.save()
        units.append(unit)
    kinds = ("project", "policy", "department_overall", "transfer")
    second = Round.objects.create(
        division=made.division,
        kind="monitoring",
        name="1-10月重点监控",
        work_year=2021,
        fiscal_year=2021,
        key=True,
        state="open",
    )
    for number in range(70):
        subject = Subject.objects.create(
            division=made.division,
            unit=units[number % len(units)],
            code=f"8{number:03d}",
            name=f"示例铺开{number * 7 % 70:02d}",
            kind=kinds[number * number % 4],
            tags=[["民生"], [], ["民生", "教育"]][number % 3],
        )
        # Some dossiers stay with the unit of their year, although the subject moved on.
        unit = units[(number + number % 2) % len(units)]
        dossier = Dossier.objects.create(
            subject=subject, unit=unit, fiscal_year=2020 + number % 3 % 2
        )
        for round_ in (made.monitoring, second) if number % 9 == 0 else ():
            Review.objects.create(dossier=dossier, round=round_, kind="monitoring", state="issued")
    return made


def plain_order(made, sort):
    """The whole list as one query orders it, without any window."""
    from wenxiao.budget.models import Dossier
    from wenxiao.desk.subjects.order import DEFAULT, STORED
    from wenxiao.reviews.models import Review

    key = Review.objects.filter(
        round__work_year=2021, round__key=True, kind__in=("finance_evaluation", "monitoring")
    )
    own = set(key.values_list("dossier", flat=True))
    rows = list(
        Dossier.objects.order_by(*[name for name in STORED.get(sort, DEFAULT) if name != "rank"])
    )
    return [row.pk for row in (rows if sort else sorted(rows, key=lambda row: row.pk not in own))]


@pytest.mark.parametrize("sort", ["", "name", "-name", "unit", "-unit"])
@pytest.mark.parametrize("summed", [1000, 5])
def test_pages_are_the_plain_order_cut_up_both_ways(inside, spread, monkeypatch, sort, summed):
    monkeypatch.setattr("wenxiao.desk.subjects.order.SIZE", 7)
    monkeypatch.setattr("wenxiao.desk.subjects.subjects.SUMMED", summed)
    client, address, forwards = inside(spread.officer), f"/subjects?year=2021&sort={sort}", []
    while address:
        text = read(client, address)
        forwards.append(rows_of(text))
        address = neighbour(text, "next")
    assert [pk for part in forwards for pk in part] == plain_order(spread, sort)
    backwards, address = [forwards[-1]], neighbour(text, "prev")
    while address:
        text = read(client, address)
        backwards.append(rows_of(text))
        address = neighbour(text, "prev")
    assert backwards[::-1] == forwards


@pytest.mark.parametrize("summed", [1000, 5])
@pytest.mark.parametrize(
    "asked",
    [
        "",
        "&kind=project",
        "&fy=2020",
        "&work=key_monitoring",
        "&tag=民生",
        "&q=示例铺开",
        "&work=selfeval&fy=2020",
    ],
)
def test_every_count_is_what_it_leads_to(inside, spread, monkeypatch, asked, summed):
    monkeypatch.setattr("wenxiao.desk.subjects.subjects.SUMMED", summed)
    client = inside(spread.officer)
    text = read(client, f"/subjects?year=2021{asked}")
    told = chips_of(text)
    assert told
    for word, n, address in told:
        assert total_of(read(client, address)) == n, (word, address)
    groups = sum(int(n) for n in re.findall(r'scope="rowgroup"[^>]*>[^<]*?　(\d+) 个</th>', text))
    assert groups <= total_of(text)
    for href, n in re.findall(
        r'<li><a href="(/subjects\?[^"]*unit=\d+[^"]*)"[^>]*>.*?<em>(\d+)</em>', text
    ):
        assert total_of(read(client, unescape(href))) == int(n), href


@pytest.mark.parametrize("summed", [1000, 5])
def test_narrowed_pages_hold_what_the_conditions_say(inside, spread, monkeypatch, summed):
    from wenxiao.budget.models import Dossier

    monkeypatch.setattr("wenxiao.desk.subjects.subjects.SUMMED", summed)
    client, top = inside(spread.officer), spread.units[0]
    found = Dossier.objects.filter(
        unit__path__startswith=top.path, subject__kind="project", fiscal_year=2020
    )
    text = read(client, f"/subjects?year=2021&unit={top.pk}&kind=project&fy=2020")
    assert set(rows_of(text)) == set(found.values_list("pk", flat=True))
    tagged = [row.pk for row in found.select_related("subject") if "民生" in row.subject.tags]
    assert set(
        rows_of(
            read(
                client, f"/subjects?year=2021&unit={top.pk}&kind=project&fy=2020&tag=民生&sort=name"
            )
        )
    ) == set(tagged)


def test_a_dossier_in_two_rounds_of_a_work_counts_once(inside, spread):
    from wenxiao.reviews.models import Review

    told = {word: n for word, n, _ in chips_of(read(inside(spread.officer), "/subjects?year=2021"))}
    watched = Review.objects.filter(kind="monitoring", round__key=True)
    assert told["重点监控"] == watched.values("dossier").distinct().count() < watched.count()


def test_who_sees_one_unit_gets_its_counts_alone(inside, spread):
    from wenxiao.budget.selectors import dossiers_visible_to

    client = inside(spread.clerk)
    text = read(client, "/subjects?year=2021")
    assert total_of(text) == dossiers_visible_to(spread.clerk).count()
    assert set(rows_of(text)) <= set(dossiers_visible_to(spread.clerk).values_list("pk", flat=True))
    for word, n, address in chips_of(text):
        assert total_of(read(client, address)) == n, word


def test_tags_stand_on_the_row_narrow_the_list_and_can_be_kept(inside, small):
    client = inside(small.officer)
    subject = small.dossiers[1].subject
    subject.tags = ["三农", "<b>民生"]
    subject.save()
    text = read(client, "/subjects?year=2021")
    assert 'aria-label="标签：三农，只看这个标签"' in text
    assert "&lt;b&gt;民生" in text
    only = read(client, "/subjects?year=2021&tag=<b>民生")
    assert rows_of(only) == [small.dossiers[1].pk]
    assert "再点取消" in only
    assert rows_of(read(client, "/subjects?year=2021&tag=没有过的")) == []
    client.post("/views", {"page": "subjects", "query": "tag=三农", "name": "三农"})
    assert "/subjects?tag=%E4%B8%89%E5%86%9C" in read(client, "/subjects")


def test_tags_put_on_by_a_batch_can_be_chosen_at_once(inside, small):
    client = inside(small.officer)
    client.post("/subjects/batch", {"act": "tag", "tag": "教育", "tick": [small.dossiers[2].pk]})
    text = read(client, "/subjects?year=2021")
    assert ("教育", 1) in [(word, n) for word, n, _ in chips_of(text)]


def test_a_long_tree_is_cut_and_opened_when_asked(inside, spread, monkeypatch):
    monkeypatch.setattr("wenxiao.desk.subjects.counts.TOPS", 2)
    client = inside(spread.officer)
    text = read(client, "/subjects?year=2021")
    more = re.search(r'<a href="([^"]+)"[^>]*>(?:(?!</a>).)*?其余 (\d+) 个单位', text)
    whole = read(client, unescape(more[1]))
    tops = 'class="depth-0" title='
    assert whole.count(tops) == text.count(tops) + int(more[2])
    last = re.findall(r'href="/subjects\?unit=(\d+)" class="depth-0" title=', whole)[-1]
    assert f"unit={last}" not in re.search(r'<nav class="tree".*?</nav>', text, re.DOTALL)[0]
    chosen = re.search(
        r'<nav class="tree".*?</nav>', read(client, f"/subjects?year=2021&unit={last}"), re.DOTALL
    )[0]
    assert re.search(r'href="/subjects" class="depth-0" aria-current="true"', chosen), (
        "the chosen one stays in sight"
    )


def test_taking_the_list_out_is_on_record(inside, small):
    client = inside(small.officer)
    exports = Entry.objects.filter(act="导出对象清单").order_by("pk")
    response = client.get(
        f"/subjects/list.xlsx?year=2021&unit={small.units[0].pk}&kind=project&tag=三农&q=示例"
    )
    page = openpyxl.load_workbook(BytesIO(response.content)).worksheets[0]
    rows = sum(str(row[1].value or "").startswith("9990002020") for row in page.iter_rows())
    entry = exports.get()
    assert (entry.by, entry.data["count"]) == (small.officer, rows)
    assert (
        entry.label
        == f"{rows} 个对象，名称、单位或代码含“示例”、单位“示例单位甲”、类型“项目支出”、标签“三农”"
    )
    assert "kind=project" in entry.data["conditions"]
    client.get("/subjects/list.xlsx?year=2021&work=finance")
    assert "2021 年“财政评价”" in exports.last().label
    client.get("/subjects/list.xlsx")
    assert exports.last().label.endswith("，全部对象")


@pytest.mark.parametrize(
    ("path", "most", "grants"),
    [("/subjects?year=2021", 24, 1), ("/?year=2021", 50, 2), ("/subjects?q=示例&tag=三农", 24, 1)],
)
def test_a_page_asks_the_database_seldom(inside, spread, path, most, grants):
    client = inside(spread.officer)
    client.get(path)
    with CaptureQueriesContext(connection) as told:
        client.get(path)
    assert len(told) <= most, len(told)
    assert sum('FROM "orgs_grant" ' in query["sql"] for query in told) == grants, (
        "who only looks is asked for grants once; the desk asks besides which steps anybody holds"
    )


def test_counts_are_kept_by_unit_and_right_after_an_act(inside, spread):
    from wenxiao.budget.models import Subject
    from wenxiao.budget.services import tag_subject

    client = inside(spread.officer)
    client.get("/subjects?year=2021")
    with CaptureQueriesContext(connection) as kept:
        before = {word: n for word, n, _ in chips_of(read(client, "/subjects?year=2021"))}
    assert not [
        query
        for query in kept
        if "GROUP BY" in query["sql"]
        and '"budget_subject"."tags"' in query["sql"]
        and "reviews_tallymark" not in query["sql"]
    ], "only of units in which something changed rows are counted"
    subject = Subject.objects.filter(tags__holds="教育").first()
    tag_subject(subject=subject, tag="教育", taken_off=True, by=spread.officer)
    after = {word: n for word, n, _ in chips_of(read(client, "/subjects?year=2021"))}
    assert after["教育"] == before["教育"] - subject.dossiers.count()


def test_kept_counts_are_of_one_persons_scope(inside, spread):
    whole = total_of(read(inside(spread.officer), "/subjects?year=2021"))
    own = total_of(read(inside(spread.clerk), "/subjects?year=2021"))
    assert own < whole
    assert total_of(read(inside(spread.officer), "/subjects?year=2021")) == whole
