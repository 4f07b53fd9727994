"""类型事项 on its page: written, named where it is wrong, stale where another was quicker, hidden from
others, and told by the checks before hand-in.
"""

import pytest
from tests.bureaus import bureau  # noqa: F401 - a fixture

from wenxiao.budget.models import KindFact, Subject
from wenxiao.budget.services import open_round
from wenxiao.records.models import Entry
from wenxiao.reviews.checks import checks_of
from wenxiao.reviews.services import start_review

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def page(bureau, client):
    Subject.objects.filter(pk=bureau.subject.pk).update(kind="transfer")
    for user in (bureau.clerk, bureau.stranger):
        user.must_change_password = False
        user.save()
    client.force_login(bureau.clerk)
    return f"/dossiers/{bureau.dossier.pk}/kind"


def given(**values):
    fields = {
        "f0": "财预〔2022〕1号",
        "f1": "2022-03-01",
        "f2": "100",
        "f3": "2022-04-01",
        "f4": "80",
    }
    return {**fields, "seen": "{}", "why": "下达文件", **values}


def test_facts_are_written_with_their_paper_and_counted(page, client, bureau):
    assert "5 项中 5 项没有登记" in client.get(page).content.decode()
    client.post(page, given())
    assert "5 项都已登记" in client.get(page).content.decode()
    stored = dict(KindFact.objects.values_list("name", "value"))
    assert stored["下达金额"] == "1000000"
    entry = Entry.objects.get(act="登记类型事项")
    assert entry.data["after"]["已分配到项目金额"] == "800000"
    assert "已登记 5 项" in client.get(f"/dossiers/{bureau.dossier.pk}").content.decode()


def test_what_is_wrong_is_named_and_nothing_is_stored(page, client):
    answer = client.post(page, given(f2="一百万", f1="三月"), follow=True)
    text = answer.content.decode()
    assert "下达金额应填万元数" in text
    assert "下达日期应填日期" in text
    assert not KindFact.objects.exists()
    assert "请写明依据" in client.post(page, given(why=""), follow=True).content.decode()


def test_another_persons_change_is_not_overwritten(page, client):
    client.post(page, given())
    client.post(page, given(f2="90"))
    assert KindFact.objects.get(name="下达金额").value == "1000000"


def test_another_unit_sees_nothing(page, client, bureau):
    client.post(page, given())
    client.force_login(bureau.stranger)
    assert client.get(page).status_code == 404


def test_the_check_before_hand_in_tells_what_is_missing_and_what_does_not_agree(
    page, client, bureau
):
    client.post(page, given(f3="", f4="120"))
    made = open_round(
        division=bureau.division,
        kind="selfeval",
        name="自评",
        work_year=2022,
        fiscal_year=2022,
        by=None,
    )
    review = start_review(dossier=bureau.dossier, round=made, by=bureau.clerk)
    told = {check.code: check for check in checks_of(review)}
    assert "分配日期没有登记" in told["ZJ-26"].text
    assert told["ZJ-26"].level == "提示"
    assert "已分配到项目金额应不大于下达金额" in told["ZJ-27"].text
    assert told["ZJ-27"].level == "警告"
    assert "1 处不相合" in client.get(page).content.decode()
