"""A small division with one unit, one project and its rounds, built by the services."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from plants import once

from wenxiao.budget.services import (
    choose_own_filing,
    ensure_subject,
    open_dossier,
    open_round,
    set_appropriation,
)
from wenxiao.orgs.services import add_unit, create_division, create_user, grant

PASS = Path(__file__).parent / "files" / "pass"


@once
def bureau():
    """A division with a unit, a project of 2022 and people of three roles."""
    division = create_division(code="360000", name="示例区", bureau="示例区财政局", by=None)
    unit = add_unit(division=division, code="101001", name="天长市水利局", by=None)
    other = add_unit(division=division, code="102001", name="示例单位乙", by=None)
    subject = ensure_subject(
        division=division, unit=unit, code="P001", name="水旱灾害防御经费", by=None
    )
    dossier = open_dossier(subject=subject, fiscal_year=2022, by=None)
    set_appropriation(dossier=dossier, by=None, opening=8800000, adjusted=8800000)
    for year in (2022, 2023):
        choose_own_filing(
            division=division, fiscal_year=year, kinds=["project"], by=None, why="本级申报"
        )
    people = {}
    for username, role, where in (
        ("clerk", "clerk", unit),
        ("stranger", "clerk", other),
        ("finance", "performance", None),
        ("second", "performance", None),
        ("agency", "agency", None),
    ):
        people[username] = create_user(
            division=division,
            username=username,
            name=username,
            by=None,
            unit=where,
            password="Long-enough-pass-1",
        )
        if role != "agency":
            grant(user=people[username], role=role, division=division, unit=where, by=None)
    return SimpleNamespace(
        division=division, unit=unit, other=other, subject=subject, dossier=dossier, **people
    )


@once
def selfeval_round(bureau):
    return open_round(
        division=bureau.division,
        kind="selfeval",
        name="2022年度自评",
        work_year=2023,
        fiscal_year=2022,
        by=None,
    )


@once
def evaluation_round(bureau):
    return open_round(
        division=bureau.division,
        kind="finance_evaluation",
        name="2025年重点评价",
        work_year=2025,
        fiscal_year=2024,
        by=None,
    )
