"""项目情况 on the dossier: written with its paper by whoever brings budgets,
shown to whoever sees the object.
"""

import pytest

from wenxiao.budget.models import Subject
from wenxiao.budget.services import facts_of
from wenxiao.records.models import Entry

pytestmark = [pytest.mark.db, pytest.mark.django_db]
FACTS = {
    "kind": "investment_fund",
    "manager": "李某",
    "term_years": "5",
    "expires_on": "2026-12-31",
    "midterm_on": "2024-06-30",
}


@pytest.fixture
def dossier(small):
    return small.dossiers[0]


def send(client, dossier, **typed):
    seen = "|".join(facts_of(Subject.objects.get(pk=dossier.subject_id)).values())
    form = {"seen": seen, "why": "某财预〔2022〕1号", **FACTS, **typed}
    return client.post(f"/dossiers/{dossier.pk}/about", form)


def test_an_officer_writes_them_and_the_unit_reads_them(inside, small, dossier):
    officer = inside(small.officer)
    page = officer.get(f"/dossiers/{dossier.pk}").content.decode()
    assert "登记项目情况" in page
    assert "政府投资基金" in page
    assert send(officer, dossier).status_code == 302
    told = " ".join(inside(small.clerk).get(f"/dossiers/{dossier.pk}").content.decode().split())
    for shown in ("项目负责人 李某", "设立年限 5 年", "2026年12月31日", "2024年6月30日"):
        assert shown in told
    assert 'data-dialog="about"' not in told, "a unit's clerk doesn't write them here"
    entry = Entry.objects.get(act="登记项目情况")
    assert entry.why == "某财预〔2022〕1号"
    assert entry.data["before"] == {
        "类型": "project",
        "项目负责人": "",
        "设立年限": "",
        "到期日期": "",
        "中期评估日期": "",
    }
    assert entry.data["after"]["到期日期"] == "2026-12-31"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"term_years": "五"}, "设立年限应为整年数"),
        ({"term_years": "99"}, "设立年限应为 1 至 50 年"),
        ({"expires_on": "2023-01-01"}, "晚于到期日期"),
        ({"midterm_on": "下月"}, "请填写中期评估日期"),
        ({"kind": "department_overall"}, "类型请从"),
        ({"manager": "机密工程负责人（机密★10年）"}, "密"),
        ({"why": ""}, "请写明依据"),
        ({"seen": "旧的"}, "他人改动"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(inside, small, dossier, typed, said):
    answer = send(inside(small.officer), dossier, **typed)
    assert answer.status_code in {409, 422}
    assert said in answer.content.decode()
    assert Subject.objects.get(pk=dossier.subject_id).manager == ""


def test_a_clerk_is_refused(inside, small, dossier):
    assert send(inside(small.clerk), dossier).status_code == 403
