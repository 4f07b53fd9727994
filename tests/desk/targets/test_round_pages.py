"""A target round through the pages with five roles: notice, to-do, filing,
one return on cells, approval; bulk review.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.desk.targets.test_filing_pages import ROWS, grid, people  # noqa: F401 - a fixture

from wenxiao.budget.models import Round
from wenxiao.budget.services import ensure_subject, open_dossier
from wenxiao.store.clock import today
from wenxiao.targets.models import Target
from wenxiao.targets.selectors import target_in_force

pytestmark = [pytest.mark.db, pytest.mark.django_db, pytest.mark.journey]


def page(client, name, *args, **query):
    answer = client.get(reverse(f"desk:{name}", args=args), query)
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return " ".join(answer.content.decode().split())


def opened(client):
    """The notice of the target round, as 绩效科 writes it."""
    posted = {
        "kind": "target_review",
        "name": "2022年绩效目标申报",
        "work_year": "2021",
        "fiscal_year": "2022",
        "deadline": (today() + timedelta(days=9)).isoformat(),
        "route": ["department", "office"],
    }
    answer = client.post(reverse("desk:round_new"), posted)
    assert answer.status_code == 302, answer.content.decode()
    return Round.objects.get()


def test_from_the_notice_to_the_approval_with_five_roles(bureau, people):
    finance = people("finance")
    assert "有 1 类对象在本系统申报" in page(finance, "target_scope", fy=2022)
    refused = finance.post(reverse("desk:target_scope"), {"fy": 2022, "kinds": ["policy"]})
    assert refused.status_code == 409
    row = opened(finance)
    assert "谁还没报" in page(finance, "round", row.pk)
    # the clerk finds it on the desk, begins, fills and hands in
    clerk = people("clerk")
    assert reverse("desk:target_round", args=[row.pk]) in page(clerk, "home")
    told = page(clerk, "target_round", row.pk)
    assert "应报 1 项，还有 1 项没有送审" in told
    assert "还没有起草 1 项" in told
    clerk.post(reverse("desk:target_start"), {"fy": 2022, "dossier": bureau.dossier.pk})
    target = Target.objects.get()
    assert "已起草、没有送审 1 份" in page(clerk, "target_round", row.pk)
    fill = reverse("desk:target_fill", args=[target.pk])
    assert clerk.post(fill, grid(target, ROWS, text="办好培训", then="submit")).status_code == 302
    assert "都已送审" in page(clerk, "target_round", row.pk)
    # the department returns once on a cell
    department = people("dept")
    assert "绩效目标 1 份待审核" in page(department, "home")
    target.refresh_from_db()
    first = target.indicators.first()
    judge = reverse("desk:target_judge", args=[target.pk])
    posted = {"act": "return", "version": target.version, f"note{first.pk}": "写明期数"}
    assert department.post(judge, posted).status_code == 302
    clerk = people("clerk")
    assert f"被退回：“{first.name}”写明期数" in page(clerk, "home")
    assert f"退回 1 处：“{first.name}”写明期数" in page(clerk, "target_round", row.pk)
    target.refresh_from_db()
    clerk.post(fill, grid(target, ROWS, then="submit"))
    # the division's own officer passes it, the budget section approves
    finance = people("finance")
    assert "水旱灾害防御经费" in page(finance, "target_review")
    target.refresh_from_db()
    posted = {"target": [target.pk], f"v{target.pk}": target.version}
    done = finance.post(reverse("desk:target_review"), posted).content.decode()
    assert "通过 1 份，没有通过 0 份" in " ".join(done.split())
    told = page(finance, "target_returns", fy=2022)
    assert "送审 2 次，退回 1 次" in told
    assert "50.00%" in told
    budget = people("budget")
    assert "绩效目标 1 份待批复" in page(budget, "home")
    target.refresh_from_db()
    posted = {"target": [target.pk], f"v{target.pk}": target.version}
    budget.post(reverse("desk:target_approval"), {**posted, "number": "1号", "title": "预算批复"})
    assert target_in_force(bureau.dossier).state == "approved"
    # the leader reads it
    assert "已批复" in page(people("leader"), "target", target.pk)


def test_bulk_review_tells_each_result(bureau, people):
    more = ensure_subject(
        division=bureau.division, unit=bureau.unit, code="P002", name="渠道清淤", by=None
    )
    dossiers = [bureau.dossier, open_dossier(subject=more, fiscal_year=2022, by=None)]
    clerk = people("clerk")
    made = []
    for dossier in dossiers:
        clerk.post(reverse("desk:target_start"), {"fy": 2022, "dossier": dossier.pk})
        target = Target.objects.get(dossier=dossier)
        fill = reverse("desk:target_fill", args=[target.pk])
        clerk.post(fill, grid(target, ROWS, text="办好", then="submit"))
        made.append(Target.objects.get(pk=target.pk))
    posted = {"target": [one.pk for one in made]}
    posted |= {f"v{made[0].pk}": made[0].version, f"v{made[1].pk}": made[1].version - 1}
    finance = people("finance")
    told = finance.post(reverse("desk:target_review"), posted).content.decode()
    assert "通过 1 份，没有通过 1 份" in " ".join(told.split())
    assert "已被他人改动" in told
    assert list(Target.objects.order_by("pk").values_list("state", flat=True)) == [
        "checked",
        "submitted",
    ]
    assert (
        "没有勾选：先在名单左边勾上" in finance.post(reverse("desk:target_review")).content.decode()
    )
    assert people("leader").get(reverse("desk:target_review")).status_code == 403


def test_withdrawn_by_the_page(bureau, people):
    clerk = people("clerk")
    clerk.post(reverse("desk:target_start"), {"fy": 2022, "dossier": bureau.dossier.pk})
    target = Target.objects.get()
    fill = reverse("desk:target_fill", args=[target.pk])
    clerk.post(fill, grid(target, ROWS, text="办好", then="submit"))
    target.refresh_from_db()
    assert "撤回" in page(clerk, "target", target.pk)
    back = reverse("desk:target_withdraw", args=[target.pk])
    assert clerk.post(back, {"version": target.version}).status_code == 302
    target.refresh_from_db()
    assert target.state == "draft"
    assert clerk.post(back, {"version": target.version}).status_code == 409


def test_a_foreign_or_other_round_is_not_here(bureau, people, selfeval_round):
    assert (
        people("clerk").get(reverse("desk:target_round", args=[selfeval_round.pk])).status_code
        == 404
    )
