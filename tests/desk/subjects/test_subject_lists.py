"""The list's order by head, its workbook, and acts on ticked rows: each row
told alone, nothing done twice.
"""

import re
from html import unescape
from io import BytesIO

import openpyxl
import pytest

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def read(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def names(text):
    return re.findall(r'href="/dossiers/\d+" title="([^"]+)"', text)


def sheet_of(response):
    return openpyxl.load_workbook(BytesIO(response.content)).worksheets[0]


def test_by_name_both_ways_and_the_head_says_which(inside, planted):
    made = planted(8)
    up = read(inside(made.officer), "/subjects?sort=name")
    down = read(inside(made.officer), "/subjects?sort=-name")
    assert names(up) == list(reversed(names(down)))
    assert 'aria-sort="ascending"' in up
    assert 'aria-sort="descending"' in down
    assert 'scope="rowgroup"' not in up, "no groups where the order breaks them up"


def test_by_money_as_shown_with_the_unknown_last(inside, planted):
    made = planted(12)
    for sort, turned in (("budget", False), ("-budget", True)):
        text = read(inside(made.officer), f"/subjects?sort={sort}")
        cells = re.findall(r'data-l="全年预算">(?:<span[^>]*>[^<]*</span> )?(.*?)</td>', text)
        values = [re.sub(r"<[^>]+>|,", "", cell).strip() for cell in cells]
        known = [float(value) for value in values if re.fullmatch(r"[\d.]+", value)]
        assert known == sorted(known, reverse=turned)
        assert len(known) < len(values)
        assert not re.fullmatch(r"[\d.]+", values[-1])


@pytest.mark.parametrize("sort", ["-rate", "budget", "name", "-unit"])
def test_pages_of_an_order_follow_each_other_there_and_back(inside, planted, sort):
    made = planted(60)
    client = inside(made.officer)
    first = read(client, f"/subjects?sort={sort}")
    second = read(client, unescape(re.search(r'rel="next" href="([^"]+)"', first)[1]))
    assert (
        len({*re.findall(r"/dossiers/(\d+)", first), *re.findall(r"/dossiers/(\d+)", second)}) == 60
    )
    assert names(
        read(client, unescape(re.search(r'rel="prev" href="([^"]+)"', second)[1]))
    ) == names(first)


def test_an_unknown_order_is_the_grouped_list(inside, small):
    plain = names(read(inside(small.officer), "/subjects"))
    for odd in ("zzz", "--name", "subject__restriction", "rank"):
        assert names(read(inside(small.officer), f"/subjects?sort={odd}&at=forged")) == plain


def test_a_long_list_is_not_ordered_by_money(inside, planted, monkeypatch):
    made = planted(8)
    monkeypatch.setattr("wenxiao.desk.subjects.subjects.SUMMED", 5)
    text = read(inside(made.officer), "/subjects?sort=-budget")
    assert "缩小条件后可以" in text
    assert "sort=budget" not in text.split("<tbody>")[0].split("<thead>")[1]
    assert "sort=name" in text


def test_the_workbook_holds_what_the_list_asks_for_as_texts_and_numbers(inside, small):
    from wenxiao.budget.models import Subject

    Subject.objects.filter(pk=small.dossiers[1].subject_id).update(
        name="=cmd|示例项目02", restriction="open"
    )
    page = sheet_of(inside(small.officer).get("/subjects/list.xlsx?sort=name"))
    cells = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
    assert next(cell for cell in cells if cell.value == "=cmd|示例项目02").data_type == "s"
    assert next(cell for cell in cells if str(cell.value).startswith("9990002020")).data_type == "s"
    assert any(cell.data_type == "n" and cell.value == pytest.approx(486) for cell in cells)
    narrowed = sheet_of(inside(small.officer).get("/subjects/list.xlsx?q=项目01"))
    assert not any("项目02" in str(cell.value) for row in narrowed.iter_rows() for cell in row)


def test_restricted_subjects_stay_inside_and_the_sheet_says_so(inside, small):
    from wenxiao.budget.models import Subject

    Subject.objects.filter(pk=small.dossiers[0].subject_id).update(restriction="restricted")
    told = [
        str(c.value)
        for row in sheet_of(inside(small.officer).get("/subjects/list.xlsx")).iter_rows()
        for c in row
    ]
    assert not any("项目01" in one for one in told)
    assert any("另有 1 个限制知悉" in one for one in told)


def test_the_workbook_is_bounded_with_a_sentence(inside, small, monkeypatch):
    monkeypatch.setattr("wenxiao.desk.subjects.export.MOST", 2)
    told = [
        str(c.value)
        for row in sheet_of(inside(small.officer).get("/subjects/list.xlsx")).iter_rows()
        for c in row
    ]
    assert any("只列前 2 个" in one for one in told)
    assert sum(one.startswith("9990002020") for one in told) == 2


def test_a_clerk_has_no_ticks_and_is_told_who_acts(inside, small):
    text = read(inside(small.clerk), "/subjects")
    assert "data-tick" not in text
    refused = inside(small.clerk).post(
        "/subjects/batch", {"act": "tag", "tag": "民生", "tick": small.dossiers[0].pk}
    )
    assert refused.status_code == 403
    assert "财政绩效科" in refused.content.decode()


def act(client, **sent):
    return client.post("/subjects/batch", sent, follow=True).content.decode()


def test_tags_go_on_and_off_each_told_alone(inside, small):
    client, ids = inside(small.officer), [row.pk for row in small.dossiers[:2]]
    text = act(client, act="tag", tag=" 民生 ", tick=ids, query="sort=name")
    assert "加上标签“民生”：办成 2 个" in unescape(text)
    assert "/subjects?sort=name" in text
    again = unescape(act(client, act="tag", tag="民生", tick=[*ids, small.dossiers[2].pk, 999999]))
    assert "办成 1 个，3 个未办" in again
    assert "原来就有标签“民生”" in again
    assert "不在您的授权范围内" in again
    act(client, act="untag", tag="三农", tick=ids)
    small.dossiers[0].subject.refresh_from_db()
    assert small.dossiers[0].subject.tags == ["民生"]


def test_excused_from_a_running_round_each_with_its_reason(inside, small):
    from wenxiao.budget.models import Exemption

    sent = {"act": "exempt", "round": small.selfeval.pk, "reason": "suspended"}
    client = inside(small.officer)
    ids = [row.pk for row in small.dossiers[:2]]
    assert "本次免报：办成 2 个" in unescape(act(client, **sent, tick=ids))
    again = unescape(act(client, **sent, tick=ids))
    assert "2 个未办" in again
    assert "已经免报：项目暂缓实施" in again
    assert Exemption.objects.count() == 2
    other = {**sent, "round": small.monitoring.pk}
    assert "不在任务“" in unescape(act(client, **other, tick=ids)), (
        "another fiscal year than the round's"
    )


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"act": "tag", "tag": "民生"}, "还没有勾选对象"),
        ({"act": "tag", "tag": "民生", "tick": list(range(1, 303))}, "一次最多办 300 个"),
        ({"act": "fly", "tick": [1]}, "没有这种办理"),
        ({"act": "exempt", "tick": [1]}, "请选择要免报的任务"),
        ({"act": "exempt", "tick": [1], "round": "99999999"}, "请选择要免报的任务"),
        ({"act": "tag", "tag": "民生", "tick": ["x", "-1", "9" * 40]}, "还没有勾选对象"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(inside, small, sent, told):
    assert told in unescape(act(inside(small.officer), **sent))


@pytest.mark.parametrize("tag", ["", "甲、乙", "长" * 21, "机密名单"])
def test_a_bad_tag_is_refused_for_each(inside, small, tag):
    text = unescape(act(inside(small.officer), act="tag", tag=tag, tick=[small.dossiers[0].pk]))
    assert "1 个未办" in text


def test_the_result_page_without_a_result_leads_to_the_list(inside, small):
    response = inside(small.officer).get("/subjects/batch")
    assert response.status_code == 302
    assert response["Location"] == "/subjects"


def test_nobody_excuses_for_a_strange_division(inside, small):
    from wenxiao.budget.models import Exemption, Round
    from wenxiao.orgs.models import Division

    far = Division.objects.create(code="998000", name="别区", bureau="别区财政局")
    strange = Round.objects.create(
        division=far,
        kind="selfeval",
        name="别区自评",
        work_year=2021,
        fiscal_year=2020,
        state="open",
    )
    text = act(
        inside(small.officer),
        act="exempt",
        round=strange.pk,
        reason="suspended",
        tick=[small.dossiers[0].pk],
    )
    assert "请选择要免报的任务" in unescape(text)
    assert not Exemption.objects.exists()
