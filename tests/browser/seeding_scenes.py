"""A division for the scenes an officer judges by: units, money and people as set up, two results
already confirmed.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zlib import crc32

PASSWORD = "Demo-pass-2021"
UNITS = tuple(f"示例街道{n:02}" for n in range(1, 16))
WORKS = ("道路维修", "环境整治")
SHEET = "政务信息系统运维"
LATE = "水渠加固"
GUARDED = "档案库房改造"
"""In no round: a scene takes it out of most people's sight while others go on."""
FED_BACK = ("农田管护", "公厕改造")
PEOPLE = (
    ("scene", "示例绩效科丙", "performance"),
    ("scene2", "示例绩效科丁", "performance"),
    ("sceneleader", "示例局领导", "leader"),
    ("sceneoffice", "示例办公室", "secretariat"),
    ("scenebudget", "示例预算科", "budget"),
    ("scenetreasury", "示例国库科", "treasury"),
)


def code_of(name: str) -> str:
    """A project's code: the digits of a number that its name gives."""
    return f"3609998{crc32(name.encode()):014d}"


def plant() -> None:
    """Everything the scenes begin with."""
    place = new_place("998100", "示例新区")
    officers = [person(place, *one) for one in PEOPLE]
    units = [department(place, f"8{at:02}001", name) for at, name in enumerate(UNITS, start=1)]
    for at in (1, 2):
        person(place, f"sceneunit{at}", f"{UNITS[at - 1]}经办", "clerk", units[at - 1])
    for unit in units:
        for name in WORKS:
            _dossier(place, unit, f"{unit.name}{name}", 2020)
    _dossier(place, units[5], GUARDED, 2019)
    _rounds(place, officers[0], units)


def new_place(code: str, name: str):
    """A demonstration division with its catalogue of problems."""
    from wenxiao.followup.services import ensure_catalogue
    from wenxiao.orgs.services import create_division

    place = create_division(
        code=code,
        name=f"{name}（演示）",
        short_name=name,
        bureau=f"{name}财政局",
        demo=True,
        by=None,
    )
    ensure_catalogue(division=place, by=None)
    return place


def department(place, code: str, name: str):
    """A department of the demonstration."""
    from wenxiao.orgs.services import add_unit

    return add_unit(
        division=place, code=code, name=name, kind="department", synthetic=True, by=None
    )


def person(place, username, name, role, unit=None):
    """Who may sign in at once, with one role."""
    from wenxiao.orgs.services import create_user, grant

    user = create_user(
        division=place,
        username=username,
        name=name,
        by=None,
        unit=unit,
        password=PASSWORD,
        must_change_password=False,
    )
    grant(user=user, role=role, division=place, unit=unit, by=None, why="测试")
    return user


def _rounds(place, officer, units) -> None:
    """Self-evaluations of every unit, three evaluations of which two are issued, one project
    watched.
    """
    from wenxiao.budget.services import open_round

    sheet = _dossier(place, units[2], SHEET, 2020)
    results = [
        _dossier(place, unit, name, 2020) for unit, name in zip(units, FED_BACK, strict=False)
    ]
    late = _dossier(place, units[3], LATE, 2021)
    shared = {"division": place, "work_year": 2021, "by": officer, "deadline": date(2021, 12, 20)}
    open_round(kind="selfeval", name="2020年度单位自评", fiscal_year=2020, **shared)
    judged = open_round(
        kind="finance_evaluation",
        name="2020年度财政评价",
        fiscal_year=2020,
        scope={"dossiers": [row.pk for row in (sheet, *results)]},
        **shared,
    )
    open_round(
        kind="monitoring",
        name="2021年监控（1-10月）",
        fiscal_year=2021,
        key=True,
        from_month=1,
        through_month=10,
        scope={"dossiers": [late.pk]},
        **shared,
    )
    for row in results:
        _result(row, judged)


def _dossier(place, unit, name, year):
    from wenxiao.budget.models import Appropriation, Dossier, Subject

    subject = Subject.objects.create(
        division=place, unit=unit, code=code_of(name), name=name, synthetic=True
    )
    dossier = Dossier.objects.create(subject=subject, unit=unit, fiscal_year=year)
    Appropriation.objects.create(
        dossier=dossier,
        fund="general",
        opening=Decimal(8_800_000),
        adjusted=Decimal(8_800_000),
        synthetic=True,
    )
    return dossier


def _result(dossier, judged):
    """A confirmed and issued evaluation with one problem and one suggestion."""
    from wenxiao.followup.models import CatalogueItem, Finding
    from wenxiao.reviews.models import Review, Suggestion

    review = Review.objects.create(
        dossier=dossier,
        round=judged,
        kind="finance_evaluation",
        state="issued",
        points=Decimal("85.60"),
        grade="良",
        complete=True,
        issued_on=date(2021, 11, 5),
        synthetic=True,
    )
    Suggestion.objects.create(review=review, number=1, text="加快支付。", synthetic=True)
    item = CatalogueItem.objects.filter(division=dossier.subject.division).order_by("pk").first()
    Finding.objects.create(
        dossier=dossier,
        review=review,
        item=item,
        text="项目管理制度不健全",
        state="confirmed",
        synthetic=True,
    )
