"""A column that is chosen from a list (完成可能性, 偏差原因) takes its words alone, at every door: the
act, the page, the machine, the file. A sheet with another word is received, and the word named.
"""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from wenxiao.budget.services import open_dossier, open_round
from wenxiao.evidence.models import Actual
from wenxiao.evidence.services import Reached, record_actuals
from wenxiao.files.out.form_grid import form_workbook
from wenxiao.files.out.official_forms import (
    IndicatorLine,
    PrintedFund,
    ProjectForm,
    monitoring_form,
)
from wenxiao.intake.unattended import import_file, take
from wenxiao.orgs.services import RuleSource, add_document, override_rule
from wenxiao.orgs.services.tokens import make_token
from wenxiao.records.models import Entry
from wenxiao.reviews.models import Review
from wenxiao.reviews.services import record_actual
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]
OFFERED = "请从确定能、有可能、完全不可能里选。（DR-88）"


@pytest.fixture
def months(bureau):
    open_dossier(subject=bureau.subject, fiscal_year=2021, by=None)
    return open_round(
        division=bureau.division,
        kind="monitoring",
        name="1-7月监控",
        work_year=2021,
        fiscal_year=2021,
        by=None,
        through_month=7,
    )


def sheet(bureau, possibility, causes=("人员保障",)):
    line = IndicatorLine(
        "产出指标",
        "数量指标",
        "检查次数",
        "≥12次",
        "5次",
        forecast="12次",
        causes=frozenset(causes),
        deviation="人员未到位",
        more={"possibility": possibility},
    )
    fund = PrintedFund("年度资金总额", initial=100, executed=40)
    form = ProjectForm(
        project_name=bureau.subject.name,
        unit=bureau.unit.name,
        dept=bureau.unit.name,
        year=2021,
        indicators=(line,),
        funds=(fund,),
    )
    return form_workbook([monitoring_form(form)])


@pytest.fixture
def filled(bureau, months, tmp_path):
    """A sheet that came in with 有可能; its review, being filled."""
    bring(bureau, tmp_path, "有可能")
    return Review.objects.get()


def bring(bureau, tmp_path, possibility):
    path = tmp_path / "监控表.xlsx"
    path.write_bytes(sheet(bureau, possibility))
    return import_file(path, division=bureau.division, by=bureau.finance)


def in_words(bureau, content):
    """The division's own list, by its own paper."""
    paper = add_document(division=bureau.division, kind="measures", title="示例区办法", by=None)
    override_rule(
        division=bureau.division,
        rule="monitoring",
        start=date(2021, 1, 1),
        source=RuleSource(paper, "第三条", "原文", words="完成可能性", compared_by="甲"),
        content=content,
        proposed_by=bureau.finance,
        by=bureau.second,
        why="本级办法",
    )


def unread(problems):
    return [one for one in problems if one["code"] == "DR-88"]


def test_the_act_of_one_row_refuses_another_word(bureau, filled):
    actual = Actual.objects.get()
    for column, word, said in (
        ("possibility", "八成", f"“检查次数”的能否完成“八成”不在可选的词里，{OFFERED}"),
        (
            "causes",
            ["人员保障", "天气"],
            "“检查次数”的偏差原因“天气”不在可选的词里，请从经费保障、",
        ),
    ):
        with pytest.raises(NotAllowed) as refusal:
            record_actual(
                review=filled,
                indicator=actual.indicator,
                by=bureau.clerk,
                value="6次",
                version=actual.version,
                **{column: word},
            )
        assert str(refusal.value).startswith(said)
    actual.refresh_from_db()
    assert (actual.value, actual.possibility, actual.causes) == ("5次", "有可能", ["人员保障"])


def test_the_act_of_a_whole_form_refuses_it_and_writes_nothing(bureau, filled):
    actual, entries = Actual.objects.get(), Entry.objects.count()

    def write(**columns):
        row = Reached(actual.indicator, {"value": "6次", **columns})
        return record_actuals(
            dossier=filled.dossier,
            rows=[row],
            stage="monitoring",
            through_month=7,
            by=None,
            why="随表",
        )

    with pytest.raises(NotAllowed, match="“检查次数”的能否完成“八成”不在可选的词里"):
        write(possibility="八成")
    assert (Actual.objects.get().value, Entry.objects.count()) == ("5次", entries)
    Actual.objects.update(possibility="八成")  # as an earlier version stored it
    write(possibility="八成")
    assert Actual.objects.get().value == "6次"


def test_the_list_is_the_divisions_own_where_it_has_one(bureau, filled):
    actual = Actual.objects.get()
    stated = {"possibility": {"1": "一定能", "2": "可能", "3": "不能"}}
    in_words(bureau, stated)
    filled = Review.objects.get()
    with pytest.raises(NotAllowed, match="请从一定能、可能、不能里选"):
        record_actual(
            review=filled,
            indicator=actual.indicator,
            by=bureau.clerk,
            value="5次",
            version=actual.version,
            possibility="确定能",
        )


def test_the_page_answers_with_the_acts_refusal(bureau, filled, client):
    bureau.clerk.must_change_password = False
    bureau.clerk.save()
    client.force_login(bureau.clerk)
    actual = Actual.objects.get()
    key = actual.indicator_id
    row = {"row": key, f"a{key}": "5次", f"f{key}": "12次", f"n{key}": actual.note}
    row |= {f"v{key}": actual.version, f"c{key}": "人员保障"}
    answer = client.post(f"/filling/{filled.pk}/rows", row | {f"o{key}": "八成"})
    assert answer.status_code == 409
    assert OFFERED in answer.content.decode()
    assert Actual.objects.get().possibility == "有可能"
    assert client.post(f"/filling/{filled.pk}/rows", row | {f"o{key}": "确定能"}).status_code == 302
    assert Actual.objects.get().possibility == "确定能"


def test_a_sheet_with_another_word_is_received_and_the_word_named(bureau, months, tmp_path):
    assert bring(bureau, tmp_path, "八成").unmatched == []
    review, actual = Review.objects.get(), Actual.objects.get()
    assert (actual.value, actual.possibility, actual.causes) == ("5次", "", ["人员保障"])
    (problem,) = unread(review.problems)
    assert problem["level"] == "警告"
    assert problem["text"] == "“检查次数”的能否完成“八成”不在可选的词里，这一格没有写入。"
    assert (problem["expected"], problem["got"]) == ("确定能、有可能、完全不可能", "八成")
    assert problem["cell"]
    record_actual(
        review=review,
        indicator=actual.indicator,
        by=bureau.clerk,
        value="5次",
        version=actual.version,
        possibility="确定能",
    )
    assert unread(Review.objects.get().problems) == []


@pytest.mark.parametrize("written", ["2", "2.有可能", "（2）有可能", "有可能 "])
def test_the_printed_forms_number_is_its_word(bureau, months, tmp_path, written):
    bring(bureau, tmp_path, written)
    assert Actual.objects.get().possibility == "有可能"
    assert unread(Review.objects.get().problems) == []
    path = tmp_path / "监控表.xlsx"
    again = take(path, division=bureau.division, by=bureau.finance, dry_run=True)["forms"][0]
    assert again["changes"] == []


def test_machines_get_the_same_answer(bureau, months, client):
    token = make_token(user=bureau.finance, name="试验", days=30, by=None)[1]
    file = SimpleUploadedFile("监控表.xlsx", sheet(bureau, "八成"))
    answer = client.post(
        "/api/v1/forms", {"file": file}, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 200, answer.content.decode()
    (problem,) = unread(
        [*answer.json()["problems"], *(p for f in answer.json()["forms"] for p in f["problems"])]
    )
    assert problem["expected"] == "确定能、有可能、完全不可能"
    assert Actual.objects.get().possibility == ""
