"""Fill a house with work on every desk: forms on each step of the road, sheets to score, results to
publish. Run as a program.
"""

from __future__ import annotations

import importlib.util
from datetime import date
from decimal import Decimal
from pathlib import Path

PLANT = Path(__file__).resolve().parents[1] / "desk" / "conftest.py"
PASSWORD = "Demo-pass-2021"
UNTIL = date(2021, 12, 31)
FORMS = 9
"""Forms of the unit: three at the head's step, three at the department's, three at the office's."""


def main() -> None:
    """Tables, the planted division, its people, and what waits for each of them."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    spec = importlib.util.spec_from_file_location("planting", PLANT)
    planting = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(planting)
    small = planting.plant(4)
    _people(small)
    _forms(small)
    _to_begin(small)
    _sheets(small)
    _results(small)


def _people(small) -> None:
    from wenxiao.orgs.models import Role
    from wenxiao.orgs.services import add_unit, create_user, grant

    department, below = small.units[0], small.units[3]
    small.office = add_unit(
        division=small.division, code="CZ01", name="行政政法科", kind="finance", by=None
    )
    type(department).objects.filter(pk__in=[department.pk, below.pk]).update(office=small.office)
    small.people = {}
    for username, role, unit in (
        ("jingban", Role.CLERK, below),
        ("fuzeren", Role.HEAD, below),
        ("zhuguan", Role.DEPARTMENT, department),
        ("yewu", Role.OFFICE, small.office),
        ("fuhe", Role.PERFORMANCE, None),
        ("bangong", Role.SECRETARIAT, None),
        ("shenji", Role.AUDIT, None),
        ("waishen", Role.AUDITOR, None),
        ("jigou", None, None),
        ("zhuanjia", None, None),
    ):
        user = create_user(
            division=small.division,
            username=username,
            name=f"示例{username}",
            by=None,
            unit=unit,
            password=PASSWORD,
            must_change_password=False,
        )
        if role:
            grant(user=user, role=role, division=small.division, unit=unit, by=None, why="测试")
        small.people[username] = user


def _dossiers(small, word, number, year):
    from wenxiao.budget.models import Appropriation, Dossier, Subject

    made = []
    for at in range(number):
        subject = Subject.objects.create(
            division=small.division,
            unit=small.units[3],
            code=f"{word}{at:03}",
            name=f"示例{word}{at + 1}号",
            synthetic=True,
        )
        dossier = Dossier.objects.create(subject=subject, unit=small.units[3], fiscal_year=year)
        Appropriation.objects.create(
            dossier=dossier, opening=Decimal(1000000), adjusted=Decimal(1000000), synthetic=True
        )
        made.append(dossier)
    return made


def _round(small, kind, name, dossiers, year, **more):
    from wenxiao.budget.services import open_round

    return open_round(
        division=small.division,
        kind=kind,
        name=name,
        work_year=2021,
        fiscal_year=year,
        by=None,
        synthetic=True,
        scope={"dossiers": [one.pk for one in dossiers]},
        deadline=date(2021, 12, 10),
        **more,
    )


def _forms(small) -> None:
    """Handed in by the clerk; the later ones signed on by the head, the
    last by the department too.
    """
    from wenxiao.reviews.models import Review
    from wenxiao.reviews.services import check_review, submit_review

    dossiers = _dossiers(small, "监控", FORMS, 2021)
    asked = _round(
        small, "monitoring", "2021年日常监控（1-10月）", dossiers, 2021, through_month=10
    )
    for at, dossier in enumerate(dossiers):
        review = Review.objects.create(
            dossier=dossier,
            round=asked,
            kind="monitoring",
            state="filling",
            budget=Decimal(1000000),
            executed=Decimal(700000 + at),
            synthetic=True,
        )
        _reported(dossier)
        submit_review(review=review, by=small.people["jingban"])
        for name in ("fuzeren", "zhuguan")[: at // 3]:
            check_review(review=review, by=small.people[name])


def _reported(dossier) -> None:
    """What the clerk reported by October on the approved target: nothing
    missing, so the form can be handed in.
    """
    from wenxiao.evidence.models import Actual

    Actual.objects.create(
        indicator=_promised(dossier),
        stage="monitoring",
        through_month=10,
        value="10项",
        synthetic=True,
    )


def _promised(dossier):
    """The one indicator of the dossier's approved target."""
    from wenxiao.targets.models import Indicator, Target

    target = Target.objects.create(dossier=dossier, number=1, state="approved", synthetic=True)
    return Indicator.objects.create(
        target=target,
        order=1,
        level1="产出指标",
        level2="数量指标",
        name="完成任务数量",
        expression="≥10项",
        weight=Decimal(90),
    )


def _to_begin(small) -> None:
    """A self-evaluation nobody began."""
    dossier = _dossiers(small, "自评", 1, 2020)[0]
    _promised(dossier)
    _round(small, "selfeval", "2020年度下属单位自评", [dossier], 2020)


def _sheets(small) -> None:
    """A department's evaluations: one for the firm, one for the expert
    beside another, one without a sheet.
    """
    from wenxiao.reviews.models import Criterion, Review
    from wenxiao.reviews.services import assign_reviewer, record_mark

    dossiers = _dossiers(small, "评价", 3, 2020)
    asked = _round(small, "department_evaluation", "2021年部门评价", dossiers, 2020)
    made = []
    for dossier in dossiers[:2]:
        review = Review.objects.create(
            dossier=dossier,
            round=asked,
            kind="department_evaluation",
            state="filling",
            synthetic=True,
        )
        for order, (level, name, weight) in enumerate(
            (("决策", "立项依据", 40), ("产出", "完成率", 60)), start=1
        ):
            Criterion.objects.create(
                review=review, order=order, level1=level, name=name, weight=Decimal(weight)
            )
        made.append(review)
    firm, panel = made
    record_mark(review=firm, row=firm.criteria.first(), by=small.officer, points=Decimal(40))
    for row in panel.criteria.all():
        record_mark(review=panel, row=row, by=small.officer, points=row.weight - 3, note="佐证不全")
    panel.marks.update(seat="评审专家乙")  # another expert's, who has no account here
    for review, name, duty in ((firm, "jigou", "lead"), (panel, "zhuanjia", "expert")):
        assign_reviewer(
            review=review,
            user=small.people[name],
            duty=duty,
            until=UNTIL,
            by=small.officer,
            why="评审方案（测试）",
            agency=small.agency if duty == "lead" else None,
        )


def _results(small) -> None:
    """A result on its way to the public, and a signed report to write instructions on."""
    from wenxiao.followup.services.disclosing import approve_disclosure, propose_disclosure
    from wenxiao.reports.hand_in import hand_in_report
    from wenxiao.reports.services import save_draft, sign_report

    disclosure = propose_disclosure(
        review=small.evaluation,
        by=small.officer,
        sentence="养护里程基本完成，路况有改善。",
        synthetic=True,
    )
    approve_disclosure(
        disclosure=disclosure, by=small.people["fuhe"], opinion="内容与评价报告一致。"
    )
    draft = hand_in_report(
        draft=save_draft(division=small.division, work_year=2021, by=small.officer),
        by=small.officer,
    )
    sign_report(
        draft=draft,
        issue_number=1,
        signer="示例局长",
        signed_on=date(2021, 11, 20),
        by=small.leader,
    )


if __name__ == "__main__":
    main()
