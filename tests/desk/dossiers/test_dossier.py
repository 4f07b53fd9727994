"""The dossier: results side by side, one indicator table, every point explained."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from markup import browsed

from wenxiao.reviews.models import ExAnte
from wenxiao.targets.services import begin_adjustment, return_target, submit_target

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def read(client, path, **headers):
    response = client.get(path, headers=headers)
    assert response.status_code == 200, path
    return browsed(response.content.decode())


def test_results_stand_beside_each_other_each_named(inside, small):
    text = read(inside(small.officer), f"/dossiers/{small.dossiers[0].pk}")
    for name, points in (("自评分", "96.72"), ("复核分", "88.65"), ("财政评价分", "87.45")):
        assert name in text
        assert points in text
    assert "最终" not in text


def test_who_answers_for_the_subject_and_its_term_stand_in_the_head(inside, small):
    subject = small.dossiers[0].subject
    path = f"/dossiers/{small.dossiers[0].pk}"
    plain = read(inside(small.officer), path)
    head = plain.partition("data-dialog")[0]
    assert not any(word in head for word in ("项目负责人", "设立年限", "中期评估"))
    subject.manager, subject.term_years = "王某", 5
    subject.expires_on, subject.midterm_on = date(2028, 12, 31), date(2026, 6, 30)
    subject.save()
    text = read(inside(small.officer), path)
    for words in (
        "项目负责人 王某",
        "设立年限 5 年",
        "到期 2028年12月31日",
        "中期评估 2026年6月30日",
    ):
        assert words in text


def test_the_target_says_how_it_came(inside, small):
    text = read(inside(small.officer), f"/dossiers/{small.dossiers[0].pk}")
    assert "目标第 2 版　申报　已批复" in text


def test_one_row_serves_all_stages(inside, small):
    text = read(inside(small.officer), f"/dossiers/{small.dossiers[0].pk}")
    assert text.count(">养护里程<") == 1 or text.count("养护里程</th>") == 1
    for value in ("≥126公里", "73.5", "126", "118.6", "15.00", "14.12"):
        assert value in text
    assert "比上一环节低" in text
    assert "待评定" in text
    assert "缺佐证" in text


def test_the_evaluation_has_its_own_sheet(inside, small):
    text = read(inside(small.officer), f"/dossiers/{small.dossiers[0].pk}")
    assert "立项程序规范性" in text
    assert "缺可行性论证材料" in text
    assert "加快项目资金执行进度" in text


def test_candidates_are_not_counted(inside, small):
    text = read(inside(small.officer), f"/dossiers/{small.dossiers[0].pk}")
    assert '<span class="count hot">1</span>' in text
    assert "待确认" in text


def test_a_point_opens_to_formula_inputs_rule_and_basis(inside, small):
    mark = small.marks[1]
    client = inside(small.officer)
    part = read(client, f"/marks/{mark.pk}/why", **{"HX-Request": "true"})
    assert "<html" not in part
    for words in ("15 × 118.6", "≥126公里", "财预〔2020〕10号", "依据未核", "扣 0.88 分的原因"):
        assert words in part
    assert "<html" in read(client, f"/marks/{mark.pk}/why")
    assert "15 × 118.6" in read(client, f"/dossiers/{small.dossiers[0].pk}?why={mark.pk}")


def test_a_mark_of_a_foreign_dossier_is_as_if_there_were_none(inside, small):
    small.clerk.grants.update(unit=small.units[1])
    client = inside(small.clerk)
    assert client.get(f"/marks/{small.marks[0].pk}/why").status_code == 404
    assert client.get(f"/dossiers/{small.dossiers[0].pk}").status_code == 404
    assert client.get(f"/dossiers/{small.dossiers[0].pk}/spending").status_code == 404


def test_restricted_subjects_are_absent_for_foreign_eyes(inside, small):
    from wenxiao.orgs.models import Grant, Role, User

    subject = small.dossiers[0].subject
    subject.restriction = "restricted"
    subject.save()
    treasurer = User.objects.create_user(
        "treasury", "Demo-pass-2021", name="示例国库", division=small.division
    )
    Grant.objects.create(user=treasurer, role=Role.TREASURY, division=small.division)
    client = inside(treasurer)
    assert client.get(f"/dossiers/{small.dossiers[0].pk}").status_code == 404
    assert "示例项目01" not in read(client, "/subjects?q=示例项目")


def test_spending_opens_to_its_months(inside, small):
    part = read(
        inside(small.officer),
        f"/dossiers/{small.dossiers[0].pk}/spending",
        **{"HX-Request": "true"},
    )
    assert "国库支付" in part
    assert "248.83" in part


def test_a_dossier_with_nothing_says_so(inside, small):
    text = read(inside(small.officer), f"/dossiers/{small.dossiers[3].pk}")
    assert "还没有绩效目标" in text
    assert "未开展" in text


def test_a_dossier_costs_the_same_for_few_and_many_rows(inside, small):
    from wenxiao.reviews.models import Criterion, Mark
    from wenxiao.targets.models import Indicator

    client, path = inside(small.officer), f"/dossiers/{small.dossiers[0].pk}"
    client.get(path)
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    target = Indicator.objects.first().target
    for number in range(50):
        indicator = Indicator.objects.create(
            target=target, order=100 + number, level1="产出指标", name=f"加项{number}"
        )
        Mark.objects.create(review=small.self_review, indicator=indicator)
        criterion = Criterion.objects.create(
            review=small.evaluation, order=100 + number, level1="效益", name=f"加项{number}"
        )
        Mark.objects.create(review=small.evaluation, criterion=criterion)
    with CaptureQueriesContext(connection) as many:
        client.get(path)
    assert len(many) == len(few)


def test_the_stages_of_the_target_and_the_ex_ante_are_lit_with_who_did_what(inside, small):
    dossier = small.dossiers[0]
    client, path = inside(small.officer), f"/dossiers/{dossier.pk}"
    text = read(client, path)
    assert "<b>事前评估</b><span>未开展</span>" in text
    current = dossier.targets.get(state="approved")
    assert f'<a href="/targets/{current.pk}">绩效目标</a></b><span>已批复</span>' in text
    assert f"绩效目标 {dossier.targets.count()} 版" in text

    asked = ExAnte.objects.create(
        dossier=dossier,
        round=small.selfeval,
        requested=1_000_000,
        why="新设立",
        requested_on=date(2020, 9, 1),
    )
    adjusted = begin_adjustment(target=current, by=small.clerk, why="预算追加")
    text = read(client, path)
    assert f'<a href="/ex-ante/{asked.pk}">事前评估</a></b><span>已申请</span>' in text
    assert "调整填报中" in text
    assert "申请目标调整：预算追加" in text
    row = adjusted.indicators.first()
    submit_target(target=adjusted, by=small.clerk, version=adjusted.version)
    return_target(
        target=adjusted,
        marks=[{"row": row.pk, "note": "指标值没有随预算改"}],
        why="",
        by=small.officer,
        version=adjusted.version,
    )
    text = read(client, path)
    assert "退回 1 次" in text
    assert "指标值没有随预算改" in text
