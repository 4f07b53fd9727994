"""The report on the desk: drawn from the rows, every figure opens."""

import re
from html import unescape

import pytest

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_the_report_is_drawn_from_the_rows_and_its_figures_open(inside, small):
    client = inside(small.officer)
    text = client.get("/report/2021").content.decode()
    assert "2021年度示例区预算绩效管理工作情况" in text
    links = [unescape(link) for link in re.findall(r'hx-get="(/report/2021/figures/[^"]+)"', text)]
    assert links
    for link in set(links):
        part = client.get(link, headers={"HX-Request": "true"})
        assert part.status_code == 200, link
        assert "怎么算" in part.content.decode()
    plain = client.get(links[0])
    assert plain.status_code == 302
    assert client.get(plain["Location"]).status_code == 200


def test_a_figure_leads_to_its_dossiers(inside, small):
    client = inside(small.officer)
    text = client.get("/report/2021").content.decode()
    parts = "".join(
        client.get(unescape(link), headers={"HX-Request": "true"}).content.decode()
        for link in set(re.findall(r'hx-get="(/report/2021/figures/[^"]+)"', text))
    )
    assert f"/dossiers/{small.dossiers[0].pk}" in parts


def test_an_empty_year_says_what_is_missing(inside, small):
    assert "还没有可写的内容" in inside(small.officer).get("/report/2015").content.decode()


def test_a_unit_reads_it_only_once_it_is_public(inside, small):
    response = inside(small.clerk).get("/report/2021")
    assert response.status_code == 403
    assert "签发并公开后" in response.content.decode()


def test_an_unknown_figure_is_not_found(inside, small):
    assert inside(small.officer).get("/report/2021/figures/none").status_code == 404


def test_the_menu_leads_to_the_chosen_work_year(inside, small):
    client = inside(small.officer)
    assert client.get("/report")["Location"] == "/report/2021"
    client.get("/subjects?year=2020")
    assert client.get("/report")["Location"] == "/report/2021", "looked at, not chosen"
    client.get("/subjects?year=2020&choose=1")
    assert client.get("/report")["Location"] == "/report/2020"
