"""The list: who sees what, honest counts and sums, the same cost for few and for many."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def read(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def test_a_clerk_sees_the_own_unit_alone(inside, small):
    text = read(inside(small.clerk), "/subjects")
    assert "示例项目01" in text
    assert "示例项目04" in text, "the unit below"
    assert "示例项目02" not in text


def test_whoever_grants_sees_no_subject_and_is_told_who_can(inside, small):
    response = inside(small.security).get("/subjects")
    assert response.status_code == 403
    assert "由单位经办人" in response.content.decode()


def test_unknown_money_is_said_and_left_out_of_the_sum(inside, planted):
    made = planted(12)
    text = read(inside(made.officer), "/subjects?fy=2020&kind=project")
    assert "未报" in text
    assert "未公布" not in text
    assert "1 个没有预算数，未计入" in text or "2 个没有预算数，未计入" in text


def test_money_is_summed_within_one_kind_and_year_only(inside, planted):
    made = planted(12)
    text = read(inside(made.officer), "/subjects")
    assert text.count('scope="rowgroup"') == 3
    assert "合计" not in text


def test_search_unit_kind_and_work_narrow_it(inside, small):
    client = inside(small.officer)
    assert "示例项目02" not in read(client, "/subjects?q=项目01")
    assert "示例项目02" not in read(client, f"/subjects?unit={small.units[0].pk}")
    assert "没有符合条件的对象" in read(client, "/subjects?kind=ppp")
    assert "示例项目01" in read(client, "/subjects?work=finance&year=2021")
    assert "没有符合条件的对象" in read(client, "/subjects?work=finance&year=2019")


def test_results_carry_their_names(inside, small):
    text = read(inside(small.officer), "/subjects?q=项目01")
    assert "财政评价" in text
    assert "87.45" in text


def test_nonsense_in_the_address_gives_the_plain_list(inside, small):
    assert "示例项目01" in read(inside(small.officer), "/subjects?unit=x&fy=-1&work=zzz&at=forged")


@pytest.mark.parametrize("many", [50])
def test_the_list_costs_the_same_for_one_and_for_fifty(inside, planted, many):
    made = planted(1)
    client = inside(made.officer)
    client.get("/subjects")
    with CaptureQueriesContext(connection) as few:
        client.get("/subjects")
    from wenxiao.budget.models import Dossier, Subject

    for number in range(many):
        subject = Subject.objects.create(
            division=made.division, unit=made.units[0], code=f"7{number}", name=f"示例加项{number}"
        )
        Dossier.objects.create(subject=subject, unit=made.units[0], fiscal_year=2020)
    client.get("/subjects")
    with CaptureQueriesContext(connection) as lots:
        text = client.get("/subjects").content.decode()
    assert text.count("示例加项") >= 49
    assert len(lots) == len(few)


def test_pages_follow_each_other(inside, small):
    from wenxiao.budget.models import Dossier, Subject

    for number in range(60):
        subject = Subject.objects.create(
            division=small.division,
            unit=small.units[0],
            code=f"7{number:03d}",
            name=f"示例加项{number:03d}",
        )
        Dossier.objects.create(subject=subject, unit=small.units[0], fiscal_year=2020)
    client = inside(small.officer)
    import re
    from html import unescape

    first = read(client, "/subjects")
    onward = unescape(re.search(r'rel="next" href="([^"]+)"', first)[1])
    second = read(client, onward)
    assert "上一页" in second
    seen = set(re.findall(r"/dossiers/(\d+)", first)), set(re.findall(r"/dossiers/(\d+)", second))
    assert not seen[0] & seen[1]
    assert len(seen[0] | seen[1]) == 64
