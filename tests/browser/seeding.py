"""Fill an empty house for the browser: the small division of the desk's tests, its year in motion.
Run as a program.
"""

from __future__ import annotations

import importlib.util
from decimal import Decimal
from pathlib import Path

PLANT = Path(__file__).resolve().parents[1] / "desk" / "conftest.py"
MONITORED = (
    ("示例甲人员经费", 7, 2802000, 1822100),
    ("示例乙公用经费", 7, 4600000, 2600130),
    ("示例丙水利资金", 10, 24750000, 11637000),
    ("示例丁事务经费", 10, 1500000, 819000),
)


def main() -> None:
    """Tables, the planted division, one review being filled, four projects watched."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    spec = importlib.util.spec_from_file_location("planting", PLANT)
    planting = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(planting)
    small = planting.plant(8)
    small.self_review.state = "filling"
    small.self_review.save()
    small.division.assist_links = True
    small.division.save()
    _watch(small)
    _library(small)


def _library(small) -> None:
    from wenxiao.targets.services import LibraryEntry, import_library

    entries = [
        (at, LibraryEntry("产出指标", "数量指标", f"合成指标{at:03d}", field="合成"))
        for at in range(300)
    ]
    import_library(division=small.division, entries=entries, source="合成.xlsx", by=None)


def _watch(small) -> None:
    from wenxiao.budget.models import Dossier, Round, Subject
    from wenxiao.followup.models import CatalogueItem, Finding
    from wenxiao.reviews.models import Review, Suggestion

    later = Round.objects.create(
        division=small.division,
        kind="monitoring",
        name="1-10月重点监控",
        work_year=2021,
        fiscal_year=2021,
        key=True,
        from_month=1,
        through_month=10,
        state="open",
        synthetic=True,
    )
    made = []
    for number, (name, month, budget, executed) in enumerate(MONITORED):
        subject = Subject.objects.create(
            division=small.division,
            unit=small.units[1],
            code=f"8{number}",
            name=name,
            synthetic=True,
        )
        dossier = Dossier.objects.create(subject=subject, unit=small.units[1], fiscal_year=2021)
        round_ = small.monitoring if month == 7 else later
        made.append(
            Review.objects.create(
                dossier=dossier,
                round=round_,
                kind="monitoring",
                state="issued",
                budget=Decimal(budget),
                executed=Decimal(executed),
                synthetic=True,
            )
        )
        round_.scope = {"dossiers": [*round_.scope.get("dossiers", ()), dossier.pk]}
        round_.save()
    rule = CatalogueItem.objects.create(
        division=small.division, code="HG-07", text="人事用工管理不规范"
    )
    Finding.objects.create(
        dossier=made[0].dossier,
        review=made[0],
        item=rule,
        text="人事用工管理不规范",
        state="confirmed",
        synthetic=True,
    )
    Suggestion.objects.create(
        review=made[2], number=1, text="加快项目资金执行进度。", synthetic=True
    )


if __name__ == "__main__":
    main()
