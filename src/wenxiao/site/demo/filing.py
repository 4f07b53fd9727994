"""Targets of made-up projects drawn up, handed in, returned and checked
(合成), by the acts that pages offer.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from wenxiao.budget.models import Dossier, Round
from wenxiao.budget.services import choose_own_filing, open_dossier, open_round, set_appropriation
from wenxiao.orgs.models import User
from wenxiao.orgs.permissions import grants_kept
from wenxiao.site.demo.following_targets import amounts_of, rows_of, steps_of
from wenxiao.site.demo.synthetic import unit_names
from wenxiao.store.clock import standing_at
from wenxiao.targets.models import Target
from wenxiao.targets.services import (
    begin_target,
    check_target,
    fill_target,
    return_target,
    submit_target,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.orgs.models import Division

YEAR = 2022
UNITS, PROJECTS = (0, 2, 3), 3
"""Which of the made-up units (by their place) file their targets here, and
how many projects each.
"""
BEGUN, HANDED_IN, RETURNED = date(2021, 11, 8), date(2021, 11, 16), date(2021, 11, 18)
DEADLINE = date(2021, 12, 10)
WHY = "演示"


class Filing:
    """Who acts is who acts in the demonstration; a unit's clerk is found by the unit."""

    def __init__(self, division: Division) -> None:
        self.division = division
        self.users = {one.username: one for one in User.objects.filter(division=division)}
        self.judge, self.second = self.users["jixiao"], self.users["jixiao2"]
        names = [unit_names()[at] for at in UNITS]
        self.earlier = [
            row
            for name in names
            for row in Dossier.objects.filter(
                subject__division=division,
                unit__name=name,
                fiscal_year=YEAR - 1,
                reviews__kind=Round.Kind.MONITORING,
            )
            .select_related("subject__division", "unit")
            .order_by("pk")[:PROJECTS]
        ]

    def clerk(self, dossier: Dossier) -> User:
        """The unit's own clerk."""
        own = self.users["jingban"]
        return own if dossier.unit_id == own.unit_id else self.users[f"jb{dossier.unit.code}"]

    def round(
        self, kind: str, name: str, on: date, dossiers: Sequence[Dossier], **more: Any
    ) -> Round:
        """A round over exactly these dossiers."""
        values: dict[str, Any] = {
            "work_year": YEAR,
            "deadline": None,
            "synthetic": True,
            "opens_on": on,
        } | more
        return open_round(
            division=self.division,
            kind=kind,
            name=name,
            fiscal_year=dossiers[0].fiscal_year,
            by=self.judge,
            scope={"dossiers": [row.pk for row in dossiers]},
            **values,
        )

    def asked(
        self, year: int, before: Sequence[Dossier], on: date, deadline: date | None = None
    ) -> list[Dossier]:
        """The year's dossiers, their units asked for targets."""
        choose_own_filing(
            division=self.division,
            fiscal_year=year,
            kinds=sorted({row.subject.kind for row in before}),
            by=self.judge,
            why=WHY,
        )
        dossiers = [self._dossier(row, year) for row in before]
        name = f"{year}年绩效目标申报"
        self.round(Round.Kind.TARGET, name, on, dossiers, work_year=year, deadline=deadline)
        return dossiers

    def _dossier(self, before: Dossier, year: int) -> Dossier:
        budget = self.users["yusuan"]
        with grants_kept(budget):
            row = open_dossier(subject=before.subject, fiscal_year=year, by=budget)
            opening = before.appropriations.exclude(opening=None).get().opening
            set_appropriation(
                dossier=row, by=budget, opening=opening, adjusted=opening, synthetic=True
            )
        return row

    def drawn_up(self, dossier: Dossier, at: int) -> Target:
        """A target with its rows, head, money and plan, not handed in."""
        opening = dossier.appropriations.get().opening or Decimal(0)
        clerk = self.clerk(dossier)
        target = begin_target(dossier=dossier, by=clerk)
        return fill_target(
            target=target,
            rows=[(None, row) for row in rows_of(dossier, opening, at)],
            head={
                "text": "按年度计划完成各项任务，资金使用规范（合成）。",
                "content": f"{dossier.subject.name}（合成）。",
                "manager": "项目负责人（合成）",
                "starts": f"{dossier.fiscal_year}-01-01",
                "ends": f"{dossier.fiscal_year}-12-31",
            },
            money=amounts_of(opening),
            steps=steps_of(dossier.fiscal_year),
            by=clerk,
            version=target.version,
        )

    def handed_in(self, target: Target) -> None:
        """By the unit's clerk."""
        submit_target(target=target, by=self.clerk(target.dossier), version=target.version)

    def returned(self, target: Target) -> None:
        """With a mark on its first row."""
        row = target.indicators.order_by("order").first()
        marks = [{"row": row.pk, "note": "请写明任务的具体内容（合成）。"}] if row else []
        return_target(target=target, marks=marks, why="", by=self.judge, version=target.version)

    def checked(self, target: Target) -> None:
        """Whatever it still lacks: handed in, then checked by the section."""
        if target.state in {Target.State.DRAFT, Target.State.RETURNED}:
            self.handed_in(target)
        if target.state == Target.State.SUBMITTED:
            check_target(target=target, by=self.judge, version=target.version)


def play(division: Division) -> None:
    """The targets of 2022 on the story's day: some drawn up, some handed
    in, one returned, one checked, none approved.
    """
    filing = Filing(division)
    with standing_at(BEGUN):
        dossiers = filing.asked(YEAR, filing.earlier, BEGUN, DEADLINE)
        targets = [filing.drawn_up(row, at) for at, row in enumerate(dossiers[:-2])]
    with standing_at(HANDED_IN):
        for at in (0, 1, 3, 4):
            filing.handed_in(targets[at])
    with standing_at(RETURNED):
        filing.returned(targets[1])
        filing.checked(targets[3])
