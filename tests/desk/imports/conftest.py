"""One division with a unit, its project, its rounds, and the people who import or may not."""

from __future__ import annotations

import pytest

from wenxiao.budget.services import ensure_subject, open_dossier, open_round
from wenxiao.orgs.models import Agency, Grant
from wenxiao.orgs.services import add_unit, create_division, create_user, grant


class Place:
    """One division with a unit, its project, its round, and the people."""


@pytest.fixture
def place():
    made = Place()
    made.division = create_division(code="360000", name="示例区", bureau="示例区财政局", by=None)
    made.unit = add_unit(division=made.division, code="101001", name="天长市水利局", by=None)
    made.other = add_unit(division=made.division, code="102001", name="示例单位甲", by=None)
    made.subject = ensure_subject(
        division=made.division, unit=made.unit, code="P001", name="水旱灾害防御经费", by=None
    )
    made.foreign = ensure_subject(
        division=made.division,
        unit=made.other,
        code="P002",
        name="示例项目甲：农村道路养护（合成）",
        by=None,
    )
    made.dossier = open_dossier(subject=made.subject, fiscal_year=2022, by=None)
    made.round = open_round(
        division=made.division,
        kind="selfeval",
        name="2022年度自评",
        work_year=2023,
        fiscal_year=2022,
        by=None,
    )
    made.evaluation = open_round(
        division=made.division,
        kind="finance_evaluation",
        name="2024重点评价",
        work_year=2025,
        fiscal_year=2024,
        by=None,
    )
    for username, role, where in (
        ("finance", "performance", None),
        ("treasury", "treasury", None),
        ("clerk", "clerk", made.unit),
        ("stranger", "clerk", made.other),
        ("leader", "leader", None),
        ("judge", "agency", None),
    ):
        person = create_user(
            division=made.division,
            username=username,
            name=username,
            by=None,
            unit=where,
            password="Long-enough-pass-1",
            must_change_password=False,
        )
        setattr(made, username, person)
        if role != "agency":
            grant(user=person, role=role, division=made.division, unit=where, by=None)
    made.agency = Agency.objects.create(division=made.division, name="示例事务所")
    assigned = Grant.objects.create(
        user=made.judge, role="agency", division=made.division, by_subjects=True
    )
    assigned.subjects.add(made.foreign)
    return made


@pytest.fixture
def enter(client):
    def as_(user):
        client.force_login(user)
        return client

    return as_
