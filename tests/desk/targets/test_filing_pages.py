"""A target from the unit's first row to the approval through the pages,
with one return on rows; and an adjustment.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from wenxiao.budget.services import set_appropriation
from wenxiao.orgs.services import create_user, grant
from wenxiao.records.models import Document
from wenxiao.targets.checks import faults_of
from wenxiao.targets.models import Target
from wenxiao.targets.selectors import target_in_force
from wenxiao.targets.services import TargetRow, approve_target

pytestmark = [pytest.mark.db, pytest.mark.django_db]
ROWS = [
    ("产出指标", "数量指标", "培训人数", "≥100人", "50", "签到表"),
    ("效益指标", "社会效益指标", "就业率", "≥80%", "30", "回访"),
    ("满意度指标", "服务对象满意度指标", "学员满意度", "≥90%", "10", "问卷"),
]


@pytest.fixture
def people(bureau, client):
    """As whom the next page is asked for."""
    for name, role, where in (
        ("dept", "department", bureau.unit),
        ("budget", "budget", None),
        ("leader", "leader", None),
    ):
        made = create_user(
            division=bureau.division,
            username=name,
            name=name,
            by=None,
            unit=where,
            password="Long-enough-pass-1",
        )
        grant(user=made, role=role, division=bureau.division, unit=where, by=None)
        setattr(bureau, name, made)

    def as_(name):
        user = getattr(bureau, name)
        type(user).objects.filter(pk=user.pk).update(must_change_password=False)
        client.force_login(user)
        return client

    return as_


def grid(target, rows, **more):
    own = list(target.indicators.values_list("pk", flat=True))
    names = ("level1", "level2", "name", "expression", "weight", "source")
    posted = {"version": target.version, **more}
    for at, row in enumerate(rows):
        posted[f"r{at}"] = own[at] if at < len(own) else ""
        posted |= {f"{name}{at}": value for name, value in zip(names, row, strict=True)}
    return posted


def told_of_the_return(clerk, target, shown, name):
    """Who gave it back and why, on page and desk; then what the unit changed since."""
    fill = reverse("desk:target_fill", args=[target.pk])
    assert f"{name}　" in shown  # who gave it back, and when
    assert "退回以后还没有改过" in shown
    assert "被退回：请核对；“就业率”写明口径" in clerk.get(reverse("desk:home")).content.decode()
    changed = [ROWS[0], (*ROWS[1][:3], "≥85%", *ROWS[1][4:]), *ROWS[2:]]
    assert clerk.post(fill, grid(target, changed, auto="1")).status_code == 200
    shown = clerk.get(fill).content.decode()
    assert "退回以后改了" in shown
    assert "≥85%" in shown
    target.refresh_from_db()


def test_from_the_first_row_to_the_approval(bureau, people):
    clerk = people("clerk")
    page = clerk.get(reverse("desk:target_start"), {"fy": 2022}).content.decode()
    assert "水旱灾害防御经费" in page
    begun = clerk.post(reverse("desk:target_start"), {"fy": 2022, "dossier": bureau.dossier.pk})
    target = Target.objects.get()
    fill = reverse("desk:target_fill", args=[target.pk])
    assert begun["Location"] == fill
    assert "送审前检查" in clerk.get(fill).content.decode()
    told = clerk.post(fill, grid(target, ROWS[:1], auto="1")).json()
    assert (told["version"], len(told["rows"])) == (2, 1)
    stale = clerk.post(fill, grid(target, ROWS, auto="1"))
    assert stale.status_code == 409
    assert "改动" in stale.json()["error"]
    target.refresh_from_db()
    wrong = clerk.post(fill, grid(target, [(*ROWS[0][:4], "五十", "")], auto="1"))
    assert "第 1 行分值" in wrong.json()["error"]
    sent = clerk.post(fill, grid(target, ROWS, text="办好培训", then="submit"))
    assert sent.status_code == 302
    target.refresh_from_db()
    assert (target.state, target.text, target.filed_by) == ("submitted", "办好培训", bureau.clerk)
    judge = reverse("desk:target_judge", args=[target.pk])
    assert clerk.post(judge, {"act": "pass", "version": target.version}).status_code == 403
    # the department returns once, with the whole list
    department = people("dept")
    shown = department.get(reverse("desk:target", args=[target.pk])).content.decode()
    assert "退回，一次告知" in shown
    row = target.indicators.get(name="就业率")
    returned = {"act": "return", "why": "请核对", f"note{row.pk}": "写明口径"}
    assert department.post(judge, {**returned, "version": target.version}).status_code == 302
    target.refresh_from_db()
    assert (target.state, len(target.marks)) == ("returned", 2)
    clerk = people("clerk")
    shown = clerk.get(fill).content.decode()
    assert "一次告知 2 处" in shown
    assert "写明口径" in shown
    told_of_the_return(clerk, target, shown, bureau.dept.name)
    clerk.post(fill, grid(target, ROWS, then="submit"))
    target.refresh_from_db()
    people("dept").post(judge, {"act": "pass", "version": target.version})
    target.refresh_from_db()
    assert target.state == "checked"
    # the approval is a third hand, by a paper, many at once
    approval = reverse("desk:target_approval")
    assert people("leader").get(approval).status_code == 403
    budget = people("budget")
    assert "水旱灾害防御经费" in budget.get(approval).content.decode()
    money_beside_the_approval(bureau.dossier, target, budget, approval)
    posted = {"target": [target.pk], f"v{target.pk}": target.version}
    assert budget.post(approval, posted).status_code == 422
    paper = {"number": "示财预〔2022〕1号", "title": "预算批复"}
    moved = budget.post(approval, {**posted, **paper, f"v{target.pk}": target.version - 1})
    assert "批复 0 份，没有批复 1 份" in moved.content.decode()
    assert not Document.objects.exists()  # a paper that approved nothing is not registered
    done = budget.post(approval, {**posted, **paper})
    assert "批复 1 份，没有批复 0 份" in " ".join(done.content.decode().split())
    assert target_in_force(bureau.dossier).approval == Document.objects.get()


def money_beside_the_approval(dossier, target, client, approval):
    """The list shows the project's budget, what the target asks for, and where they differ."""

    def line():
        page = " ".join(client.get(approval).content.decode().split())
        return page[page.index("<tbody>") : page.index("</tbody>")]

    assert "表上没有" in line()
    dossier.appropriations.all().delete()
    assert "未报" in line()
    set_appropriation(dossier=dossier, opening=Decimal(1234500), by=None)
    target.amounts.create(kind="fund", order=1, name="财政拨款", amount=Decimal(1234500))
    assert line().count("123.45") == 4, "two amounts, each with its exact figure"
    assert "与预算不同" not in line()
    target.amounts.update(amount=Decimal(1300000))
    assert "与预算不同" in line()


def test_an_adjustment_is_a_new_version_and_the_present_one_holds(bureau, people):
    rows = [TargetRow(*row[:4], Decimal(row[4]), source=row[5]) for row in ROWS]
    target = approve_target(dossier=bureau.dossier, rows=rows, by=None, why="批复")
    clerk = people("clerk")
    adjust = reverse("desk:target_adjust", args=[target.pk])
    assert clerk.post(adjust, {"why": ""}).status_code == 409
    begun = clerk.post(adjust, {"why": "追加预算"})
    draft = Target.objects.get(filing=True)
    assert begun["Location"] == reverse("desk:target_fill", args=[draft.pk])
    more = [(*ROWS[0][:3], "≥150人", "50", "签到表"), *ROWS[1:]]
    clerk.post(reverse("desk:target_fill", args=[draft.pk]), grid(draft, more))
    shown = people("dept").get(reverse("desk:target", args=[draft.pk])).content.decode()
    assert "与上一版不同 1 处" in shown
    assert "≥150人" in shown
    assert target_in_force(bureau.dossier).pk == target.pk


def test_a_stranger_and_an_approved_target_are_not_filled(bureau, people):
    from wenxiao.targets.services import begin_target

    target = begin_target(dossier=bureau.dossier, by=bureau.clerk)
    fill = reverse("desk:target_fill", args=[target.pk])
    assert people("stranger").get(fill).status_code == 404
    other = reverse("desk:target_start")
    assert (
        people("stranger").post(other, {"fy": 2022, "dossier": bureau.dossier.pk}).status_code
        == 404
    )
    assert people("agency").get(other).status_code == 403


def test_one_click_where_there_is_one_right_text(bureau, people):
    clerk = people("clerk")
    clerk.post(reverse("desk:target_start"), {"fy": 2022, "dossier": bureau.dossier.pk})
    target = Target.objects.get()
    wrong = [("产出指标", "质量指标", "堤防病害率", "≥5%", "10", "巡查"), *ROWS]
    fill = reverse("desk:target_fill", args=[target.pk])
    # saved while typing: the list of problems and the numbers in the rows come back with it
    told = clerk.post(fill, grid(target, wrong, auto="1")).json()
    first, tone = told["spots"]["0,3"][0]
    assert tone == "warn"
    assert f'id="p-{first}"' in told["panel"]
    assert "先看" in told["state"]
    assert 'data-fill="c-expression0" data-with="≤5%"' in " ".join(told["panel"].split())
    page = " ".join(clerk.get(fill).content.decode().split())
    assert 'data-fill="c-expression0" data-with="≤5%"' in page
    assert 'id="c-expression0"' in page
    assert page.count("data-with=") == 1  # other faults have no single right text
    target.refresh_from_db()
    clerk.post(fill, grid(target, wrong, then="submit"))
    judge = " ".join(
        people("dept").get(reverse("desk:target", args=[target.pk])).content.decode().split()
    )
    row = target.indicators.order_by("order").first()
    assert f'data-fill="note{row.pk}" data-with="应改为“≤5%”。"' in judge


def test_what_the_unit_says_of_a_warning_goes_with_the_target_to_whoever_checks_it(bureau, people):
    clerk = people("clerk")
    clerk.post(reverse("desk:target_start"), {"fy": 2022, "dossier": bureau.dossier.pk})
    target = Target.objects.get()
    fill = reverse("desk:target_fill", args=[target.pk])
    vague = [ROWS[0], ("效益指标", "社会效益指标", "排水能力", "明显提升", "30", "回访"), ROWS[2]]
    clerk.post(fill, grid(target, vague, auto="1"))
    page = clerk.get(fill).content.decode()
    assert "可以送审，先看" in page
    problem = next(
        one for one in faults_of([Target.objects.get()])[target.pk] if one.problem.code == "MB-29"
    )
    target.refresh_from_db()
    said = {"w1": "MB-29", "wtext1": problem.problem.text, "why1": "汛期后按管网档案核对"}
    long = clerk.post(fill, grid(target, vague, auto="1", **{**said, "why1": "长" * 301})).json()
    assert "说明不超过 300 字" in long["error"]
    clerk.post(fill, grid(target, vague, then="submit", **said))
    shown = people("dept").get(reverse("desk:target", args=[target.pk])).content.decode()
    assert "单位说：</b>汛期后按管网档案核对" in " ".join(shown.split())
    # another wording is another problem: what was said of the last one doesn't excuse it
    target.refresh_from_db()
    people("clerk").post(
        reverse("desk:target_withdraw", args=[target.pk]), {"version": target.version}
    )
    target.refresh_from_db()
    other = [ROWS[0], (*vague[1][:3], "显著提高", "30", "回访"), ROWS[2]]
    clerk.post(fill, grid(target, other, auto="1"))
    shown = people("dept").get(reverse("desk:target", args=[target.pk])).content.decode()
    assert "单位说" not in shown


def test_unit_and_nature_are_typed_where_the_checks_point_at_them(bureau, people):
    clerk = people("clerk")
    clerk.post(reverse("desk:target_start"), {"fy": 2022, "dossier": bureau.dossier.pk})
    target = Target.objects.get()
    fill = reverse("desk:target_fill", args=[target.pk])
    typed = grid(target, ROWS, auto="1", unit0="人", nature0="正向")
    assert "version" in clerk.post(fill, typed).json()
    target.refresh_from_db()
    clerk.post(fill, grid(target, ROWS, auto="1"))  # a grid without these columns leaves them
    row = target.indicators.get(name="培训人数")
    assert (row.unit, row.nature) == ("人", "正向")
