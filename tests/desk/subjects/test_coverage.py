"""The coverage page: a number, the bare objects behind it, and from there a dossier."""

import re

import pytest

from wenxiao.budget.models import Dossier, Subject
from wenxiao.followup.selectors.coverage import STAGES, coverage_seen_by, of_cells, tags_seen_by

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def read(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def year(small):
    return max(Dossier.objects.values_list("fiscal_year", flat=True))


def test_from_the_list_to_a_number_to_the_bare_objects_to_a_dossier(inside, small, year):
    officer = inside(small.officer)
    assert "/subjects/coverage" in read(officer, "/subjects?year=2021")
    text = read(officer, f"/subjects/coverage?fy={year}")
    cells = coverage_seen_by(small.officer, year)
    due, done = of_cells(cell for cell in cells if cell.stage == "ex_ante")
    assert f"{year} 年预算的 {due.objects} 个对象" in text
    assert f">{due.objects - done.objects} 个</a>" in text
    (link,) = re.findall(r'href="([^"]*stage=ex_ante#bare)"', text)
    opened = read(officer, link.replace("&amp;", "&").partition("#")[0])
    assert f"事前评估还空白的 {due.objects - done.objects} 个" in opened
    for cell in cells:
        for one in cell.bare if cell.stage == "ex_ante" else ():
            assert f'href="/dossiers/{one.dossier}"' in opened
            assert one.code in opened
    assert officer.get(f"/dossiers/{cells[0].bare[0].dossier}").status_code == 200


def test_one_kind_and_budget_lists_its_own_bare_objects_only(inside, small, year):
    cell = next(c for c in coverage_seen_by(small.officer, year) if c.stage == "use" and c.bare)
    text = read(
        inside(small.officer),
        f"/subjects/coverage?fy={year}&stage=use&kind={cell.kind}&fund={cell.fund}",
    )
    listed = set(re.findall(r'href="/dossiers/(\d+)"', text))
    assert listed == {str(one.dossier) for one in cell.bare}
    assert f"结果应用还空白的 {len(cell.bare)} 个" in text


def test_a_long_list_goes_on_page_by_page(inside, small, year, monkeypatch):
    monkeypatch.setattr("wenxiao.desk.subjects.coverage.PAGE", 2)
    officer, named = inside(small.officer), []
    address = f"/subjects/coverage?fy={year}&stage=ex_ante"
    while address:
        text = read(officer, address)
        named += re.findall(r'href="/dossiers/(\d+)"', text)
        further = re.search(r'rel="next" href="([^"#]*)', text)
        address = further and further[1].replace("&amp;", "&")
    bare = [
        one for c in coverage_seen_by(small.officer, year) if c.stage == "ex_ante" for one in c.bare
    ]
    assert len(bare) > 2
    assert sorted(named) == sorted(str(one.dossier) for one in bare)


def test_a_restricted_object_is_neither_counted_nor_named_for_others(inside, small, year):
    hidden = (
        Subject.objects.filter(dossiers__fiscal_year=year).exclude(unit=small.clerk.unit).first()
    )
    Subject.objects.filter(pk=hidden.pk).update(restriction="restricted")
    address = f"/subjects/coverage?fy={year}&stage=ex_ante"
    assert hidden.code in read(inside(small.officer), address)
    assert hidden.code not in read(inside(small.clerk), address)


@pytest.mark.parametrize("query", ["", "?fy=1", "?fy=x&stage=y", "?stage=use&kind=none&page=99"])
def test_what_makes_no_sense_is_left_out(inside, small, query):
    read(inside(small.officer), f"/subjects/coverage{query}")


def test_without_objects_it_says_so(inside, small):
    assert "2099 年预算还没有对象" in read(inside(small.officer), "/subjects/coverage?fy=2099")


def test_each_policy_field_has_its_own_line(inside, small, year):
    """扩大在三农、教育、医疗卫生等项目的覆盖程度: by field, in number and money, never added up."""
    subject = Dossier.objects.filter(fiscal_year=year).first().subject
    Subject.objects.filter(pk=subject.pk).update(tags=["三农", "教育"])
    fields = {one.tag: one for one in tags_seen_by(small.officer, year)}
    assert fields["教育"].due.objects == 1
    assert fields["三农"].due.objects >= 1
    assert set(fields["教育"].done) == set(STAGES)
    text = read(inside(small.officer), f"/subjects/coverage?fy={year}")
    assert "按领域看各环节" in text
    assert "教育</a>" in text
    assert tags_seen_by(None, year) == []
