"""An evaluation begun on line: frame, weights, a second person's fixing,
points, audited money; nothing imported.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from wenxiao.budget.models import Round
from wenxiao.budget.services import add_spending, set_appropriation
from wenxiao.followup.models import Finding
from wenxiao.followup.services import ensure_catalogue
from wenxiao.orgs.models import User
from wenxiao.orgs.services import grant
from wenxiao.records.models import Entry
from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def asked(small):
    """A round of financial evaluation that asks for one dossier, with nothing begun."""
    dossier = small.dossiers[0]
    round = Round.objects.create(
        division=small.division,
        kind="finance_evaluation",
        name="补充重点评价",
        work_year=small.evaluation.round.work_year,
        fiscal_year=dossier.fiscal_year,
        key=True,
        state="open",
        scope={"dossiers": [dossier.pk]},
    )
    ensure_catalogue(division=small.division, by=None)
    small.second = User.objects.create_user(
        "second", "Demo-pass-2021", name="示例科员乙", division=small.division
    )
    grant(user=small.second, role="performance", division=small.division, by=None)
    return round, dossier


def begin(client, asked, frame="project_framework"):
    round, dossier = asked
    address = reverse("desk:evaluation_begin", args=[round.pk, dossier.pk])
    assert "选指标体系" in client.get(address).content.decode()
    client.post(address, {"frame": frame})
    return Review.objects.get(round=round, dossier=dossier)


def weigh(client, review, last="2"):
    """Weights of five to the rows, what is left to the last two."""
    rows = list(review.criteria.all())
    share = Decimal(100) / len(rows)
    given = {f"w{row.pk}": str(int(share)) for row in rows[:-1]}
    given[f"w{rows[-1].pk}"] = last or str(100 - int(share) * (len(rows) - 1))
    return client.post(
        reverse("desk:review_weights", args=[review.pk]), {**given, "version": review.version}
    )


def fix(client, review, **more):
    review.refresh_from_db()
    client.post(
        reverse("desk:review_fix", args=[review.pk]),
        {"act": "fix", "version": review.version, **more},
    )
    review.refresh_from_db()
    return review.frame_set_on


def test_from_frame_to_points_and_money_without_any_file(small, inside, asked):
    first = inside(small.officer)
    review = begin(first, asked)
    assert (review.state, review.criteria.count() > 10) == ("filling", True)
    page = first.get(reverse("desk:review_frame", args=[review.pk])).content.decode()
    assert "立项依据充分性" in page
    assert "指标解释" in page
    unfinished = weigh(first, review, last="1")
    assert "应为 100" in first.get(unfinished["Location"]).content.decode()
    review.refresh_from_db()
    assert weigh(first, review, last="").status_code == 302
    assert fix(first, review) is None  # never by who set them
    assert fix(inside(small.second), review) is not None
    first = inside(small.officer)
    row = review.criteria.first()
    refused = first.post(
        reverse("desk:review_marks", args=[review.pk]), {f"p{row.pk}": "99", f"n{row.pk}": ""}
    )
    assert refused.status_code == 422
    first.post(
        reverse("desk:review_marks", args=[review.pk]),
        {f"p{row.pk}": str(row.weight), f"n{row.pk}": ""},
    )
    assert row.marks.get().points == row.weight


def test_nobody_scores_before_the_frame_is_fixed(small, inside, asked):
    client = inside(small.officer)
    review = begin(client, asked)
    weigh(client, review, last="")
    row = review.criteria.first()
    answer = client.post(
        reverse("desk:review_marks", args=[review.pk]), {f"p{row.pk}": "1", f"n{row.pk}": "无"}
    )
    assert "定稿后再评分" in answer.content.decode()
    assert not row.marks.exists()


def test_weights_that_miss_a_hundred_are_not_fixed_and_bad_ones_are_kept(small, inside, asked):
    first = inside(small.officer)
    review = begin(first, asked)
    weigh(first, review, last="1")
    assert fix(inside(small.second), review) is None
    first = inside(small.officer)
    row = review.criteria.first()
    answer = first.post(
        reverse("desk:review_weights", args=[review.pk]),
        {f"w{row.pk}": "五", "version": review.version},
    )
    assert answer.status_code == 422
    assert 'value="五"' in answer.content.decode()


def test_a_light_output_is_named_with_the_standing_of_its_clause(small, inside, asked):
    client = inside(small.officer)
    review = begin(client, asked)
    weigh(client, review, last="")
    page = client.get(reverse("desk:review_frame", args=[review.pk])).content.decode()
    assert "低于 60 分" in page
    assert "未核" in page


def audit(client, review, arranged, used, lines=(), why="", funds=None):
    review.refresh_from_db()
    data = {"arranged": arranged, "used": used, "version": review.version, "why": why}
    for at, (which, amount, reason, voucher, *fund) in enumerate(lines):
        data |= {f"k{at}": which, f"d{at}": amount, f"r{at}": reason, f"v{at}": voucher}
        data |= {f"f{at}": one for one in fund}
    data |= funds or {}
    answer = client.post(reverse("desk:review_audited", args=[review.pk]), data)
    review.refresh_from_db()
    return answer


def test_audited_money_explains_every_difference_and_a_low_rate_is_proposed(small, inside, asked):
    client = inside(small.officer)
    review = begin(client, asked)
    page = client.get(reverse("desk:review_audited", args=[review.pk])).content.decode()
    assert "经审查" in page
    from wenxiao.budget.money import money_of
    from wenxiao.rulebook.numbers import wan

    known = money_of([review.dossier_id])[review.dossier_id]
    budget = known.adjusted if known.adjusted is not None else known.opening
    half = budget / 2
    answer = audit(client, review, wan(budget), wan(half))
    assert answer.status_code == 409
    assert "请逐条列清原因和凭证" in answer.content.decode()
    assert review.audited is None
    line = ("used", wan(half - known.spent), "支出未取得合规票据", "记-0015")
    assert audit(client, review, wan(budget), wan(half), [line]).status_code == 302
    assert (review.audited.arranged, review.audited.used) == (budget, half)
    assert review.audited.differences[0]["voucher"] == "记-0015"
    assert Finding.objects.get(review=review, rule="rate_below").state == "candidate"
    assert audit(client, review, wan(budget), wan(half), [line]).status_code == 409  # no reason
    entry = Entry.objects.filter(act="登记审定金额").latest("pk")
    assert Decimal(entry.data["after"]["used"]) == half


def test_money_of_several_funds_is_audited_fund_by_fund(small, inside, asked):
    """申报 · 经审查实际安排 · 经审查实际使用 of each fund; a difference names its fund, and the rate
    divides the two audited totals alone.
    """
    client = inside(small.officer)
    review = begin(client, asked)
    dossier = review.dossier
    dossier.appropriations.all().delete()
    dossier.spendings.all().delete()
    for fund, budget, spent in (("general", 600, 500), ("government_fund", 400, 400)):
        set_appropriation(dossier=dossier, fund=fund, adjusted=Decimal(budget * 10_000), by=None)
        add_spending(dossier=dossier, fund=fund, month=12, amount=Decimal(spent * 10_000), by=None)
    page = client.get(reverse("desk:review_audited", args=[review.pk])).content.decode()
    assert "政府性基金预算经审查实际安排" in page
    answer = audit(client, review, "1000", "900")
    assert "一般公共预算、政府性基金预算" in answer.content.decode()
    assert review.audited is None
    funds = {
        "arranged-general": "600",
        "used-general": "450",
        "arranged-government_fund": "400",
        "used-government_fund": "400",
    }
    line = ("used", "-50", "支出未取得合规票据", "取证单2021-3")
    answer = audit(client, review, "", "", [line], funds=funds)
    assert "哪种资金的差异" in answer.content.decode()
    answer = audit(client, review, "1000", "900", [(*line, "general")], funds=funds)
    assert answer.status_code == 409  # 450 + 400 is not 900
    answer = audit(client, review, "", "", [(*line, "general")], funds=funds)
    assert answer.status_code == 302, answer.content.decode()
    assert (review.audited.arranged, review.audited.used) == (10_000_000, 8_500_000)
    assert {one["fund"]: one["used"] for one in review.audited.funds} == {
        "general": "4500000",
        "government_fund": "4000000",
    }
    assert (review.budget, review.executed) == (10_000_000, 8_500_000)
    page = client.get(reverse("desk:review_audited", args=[review.pk])).content.decode()
    assert 'value="450"' in page
    assert "取证单2021-3" in page


def test_who_sees_nothing_begins_nothing(small, inside, asked):
    round, dossier = asked
    address = reverse("desk:evaluation_begin", args=[round.pk, dossier.pk])
    answer = inside(small.clerk).post(address, {"frame": "project_framework"})
    assert answer.status_code in {403, 404}
    assert not Review.objects.filter(round=round).exists()
