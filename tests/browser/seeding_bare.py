"""Fill a house with what an office sets up before any file arrives: units, objects, rounds, people.
Run as a program.

One division is the demonstration's without its files; another has three units with money and goals
but no round yet.
"""

from __future__ import annotations

from decimal import Decimal

from tests.browser.seeding_scenes import PASSWORD, department, new_place, person, plant

SPENT = {"示例单位一": 60, "示例单位二": 58, "示例单位三": 20}
"""万元 out of 100 paid by July: green, green, red."""


def main() -> None:
    """Tables, then both divisions."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    _uploading()
    _watching()
    plant()


def _uploading() -> None:
    from wenxiao.orgs.services import create_user, grant
    from wenxiao.site.demo import load, synthetic

    synthetic.ordinary_projects = lambda: iter(())
    demo = load._Demo([])
    demo._places()
    demo._subjects()
    demo._rounds()
    clerk = create_user(
        division=demo.division,
        username="qianshou",
        name="各单位经办（测试）",
        by=None,
        password=PASSWORD,
        must_change_password=False,
    )
    for unit in demo.units.values():
        grant(user=clerk, role="clerk", division=demo.division, unit=unit, by=None, why="测试")


def _watching() -> None:
    place = new_place("998000", "示例市")
    person(place, "watcher", "示例绩效科甲", "performance")
    person(place, "watcher2", "示例绩效科乙", "performance")
    for number, (name, spent) in enumerate(SPENT.items(), start=1):
        unit = department(place, f"70{number}001", name)
        person(place, f"unit{number}", f"{name}经办", "clerk", unit)
        _paid_subject(place, unit, number, name, spent)


def _paid_subject(place, unit, number: int, name: str, spent: int) -> None:
    """A subject of one million 元 with one payment of so many 万元 and one approved indicator."""
    from wenxiao.budget.models import Appropriation, Dossier, Spending, Subject
    from wenxiao.targets.models import Indicator, Target

    subject = Subject.objects.create(
        division=place,
        unit=unit,
        code=f"70{number}",
        name=f"示例项目{number} 水渠清淤",
        synthetic=True,
    )
    dossier = Dossier.objects.create(subject=subject, unit=unit, fiscal_year=2021)
    shared = {"dossier": dossier, "fund": "general", "synthetic": True}
    Appropriation.objects.create(opening=Decimal(1_000_000), adjusted=Decimal(1_000_000), **shared)
    Spending.objects.create(month=6, amount=Decimal(spent * 10_000), line=f"s{number}", **shared)
    target = Target.objects.create(dossier=dossier, number=1, state="approved", synthetic=True)
    Indicator.objects.create(
        target=target,
        order=0,
        level1="产出指标",
        level2="数量指标",
        name="清淤长度",
        expression="≥30公里",
        weight=Decimal(50),
        proof="验收单",
    )


if __name__ == "__main__":
    main()
