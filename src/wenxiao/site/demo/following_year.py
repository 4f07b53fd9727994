"""The year 2022 over the demonstration (合成), by the acts that pages offer: targets approved and
adjusted, monitored, evaluated.

It begins where the demonstration of 2021 ends and leaves every row of that year's report as it is.
"""

from __future__ import annotations

import random
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from wenxiao.budget.models import Dossier, Round
from wenxiao.budget.money import money
from wenxiao.budget.services import add_spending, set_appropriation
from wenxiao.files.pool import Pool
from wenxiao.followup.services import audit_money
from wenxiao.followup.services.keeping import keep_all
from wenxiao.intake.unattended import import_reading
from wenxiao.orgs.models import Agency
from wenxiao.records.services import store_file
from wenxiao.reviews.models import Review
from wenxiao.reviews.services import (
    approve_filed_target,
    assign_reviewer,
    begin_evaluation,
    check_review,
    confirm_review,
    fix_frame,
    issue_review,
    record_actual,
    record_mark,
    request_adjustment,
    set_weights,
    start_review,
    submit_review,
)
from wenxiao.reviews.services.monitoring import report_money
from wenxiao.rulebook.numbers import round_points
from wenxiao.site.demo import workbooks
from wenxiao.site.demo.filing import PROJECTS, WHY, YEAR, Filing
from wenxiao.site.demo.following_targets import amounts_of, rows_of
from wenxiao.site.demo.promises import play_promises
from wenxiao.site.demo.synthetic import SEED, unit_names
from wenxiao.site.demo.two_years import play_two_years
from wenxiao.store.clock import standing_at
from wenxiao.targets.models import Target
from wenxiao.targets.services import approval_paper, fill_library, fill_target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wenxiao.files.forms.forms import Reading
    from wenxiao.orgs.models import Division, User

OTHERS = 30
"""From which place on made-up units hand in their self-evaluations of 2021 as workbooks."""
CHECKED, APPROVED = date(2021, 12, 20), date(2022, 1, 18)
SELF_EVALUATED, MONITORED = date(2022, 4, 20), date(2022, 8, 5)
REQUESTED, ADJUSTED = date(2022, 8, 12), date(2022, 8, 26)
EVALUATED, ISSUED = date(2022, 9, 20), date(2022, 11, 10)
FILED_AGAIN, LAST = date(2022, 12, 8), date(2023, 1, 10)
STANDS_AT = date(2023, 1, 20)
ADDED = Decimal(600_000)
PAPER = b"%PDF-1.4\n1 0 obj << /Title (demonstration) >> endobj\n%%EOF\n"


def play_following_year(division: Division) -> None:
    """The whole year in one transaction, and the lights of its last day."""
    with standing_at(STANDS_AT):
        with tempfile.TemporaryDirectory(dir=settings.HOME) as folder, Pool() as pool:
            books = list(workbooks.later_self_evaluations(YEAR - 1, OTHERS, 2, PROJECTS))
            paths = [workbooks.write(book, Path(folder)) for book in books]
            forms = list(zip(paths, pool.map(paths), strict=True))
            FollowingYear(division, forms).play()
        keep_all()


class FollowingYear(Filing):
    """From the targets that are filed on the story's day on."""

    def __init__(self, division: Division, forms: Sequence[tuple[Path, Reading]]) -> None:
        super().__init__(division)
        self.forms = forms

    @transaction.atomic
    def play(self) -> None:
        """From the targets checked in December to the self-evaluations
        begun in January a year later.
        """
        dossiers = self._filed()
        self._approved(
            dossiers, APPROVED, "演示财预〔2022〕1号", "关于批复2022年部门预算的通知（合成）"
        )
        self._library()
        self._brought_in()
        self._monitored(dossiers)
        self._adjusted(dossiers)
        self._evaluated()
        self._filed_again(dossiers[:4], handed_in=2)
        self._self_evaluated(dossiers, settled=1, begun=3)
        play_two_years(self, self.earlier[0])
        play_promises(self)

    # ---- targets ---------------------------------------------------------------------------------

    def _filed(self) -> list[Dossier]:
        """The dossiers of the year, the targets of all of them checked."""
        dossiers = [
            row.subject.dossiers.select_related("subject__division", "unit").get(fiscal_year=YEAR)
            for row in self.earlier
        ]
        with standing_at(CHECKED):
            for at, dossier in enumerate(dossiers):
                self.checked(dossier.targets.first() or self.drawn_up(dossier, at))
        return dossiers

    def _filed_again(self, before: Sequence[Dossier], *, handed_in: int) -> None:
        """The next year's targets drawn up, ``handed_in`` of them checked."""
        with standing_at(FILED_AGAIN):
            for at, dossier in enumerate(self.asked(YEAR + 1, before, FILED_AGAIN)):
                target = self.drawn_up(dossier, at)
                if at < handed_in:
                    self.checked(target)

    def _approved(self, dossiers: Sequence[Dossier], on: date, number: str, title: str) -> None:
        budget = self.users["yusuan"]
        with standing_at(on):
            paper = approval_paper(
                division=self.division, number=number, title=title, issued_on=on, by=budget
            )
            rows = Target.objects.filter(dossier__in=dossiers, state=Target.State.CHECKED)
            for target in rows.order_by("pk"):
                approve_filed_target(
                    target=target, approval=paper, by=budget, version=target.version
                )

    def _library(self) -> None:
        """The indicator library, first filled from what the division approved itself."""
        with standing_at(APPROVED):
            fill_library(division=self.division, by=self.users["jixiao"], why="首次装入（合成）")

    def _adjusted(self, dossiers: Sequence[Dossier]) -> None:
        """Two budgets grew in August: one target followed, the other is asked about."""
        budget, first = self.users["yusuan"], dossiers[0]
        with standing_at(REQUESTED):
            for row in (first, dossiers[PROJECTS]):
                opening = row.appropriations.get().opening or Decimal(0)
                set_appropriation(
                    dossier=row,
                    by=budget,
                    added=ADDED,
                    adjusted=opening + ADDED,
                    why="追加（合成）",
                )
            clerk = self.clerk(first)
            proof = store_file(
                division=self.division, by=clerk, name="追加预算通知（合成）.pdf", content=PAPER
            )
            draft = request_adjustment(
                target=first.targets.get(state=Target.State.APPROVED),
                by=clerk,
                why="年中追加预算，任务随之增加（合成）",
                budget_change=ADDED,
                proof=proof,
            )
            own = list(draft.indicators.order_by("order").values_list("pk", flat=True))
            opening = first.appropriations.get().adjusted or Decimal(0)
            fill_target(
                target=draft,
                rows=list(zip(own, rows_of(first, opening, 0, more=12), strict=True)),
                head={},
                money=amounts_of(opening),
                by=clerk,
                version=draft.version,
            )
            self.checked(draft)
        self._approved([first], ADJUSTED, "演示财预〔2022〕35号", "关于调整绩效目标的批复（合成）")

    # ---- monitoring and self-evaluation ----------------------------------------------------------

    def _monitored(self, dossiers: Sequence[Dossier]) -> None:
        with standing_at(MONITORED):
            opened = self.round(
                Round.Kind.MONITORING,
                "2022年日常监控（1-7月）",
                MONITORED,
                dossiers,
                through_month=7,
                deadline=date(2022, 8, 31),
            )
            chance = random.Random(SEED + YEAR)
            for at, dossier in enumerate(dossiers):
                clerk = self.clerk(dossier)
                review = start_review(dossier=dossier, round=opened, by=clerk, synthetic=True)
                opening = dossier.appropriations.get().opening or Decimal(0)
                for month in range(1, 8):
                    self._paid(dossier, month, opening * chance.randint(5, 9) / 100)
                report_money(review=review, by=clerk, expected=opening)
                self._filled(review, clerk, forecast=True)
                if at:  # the first unit's first one is still being filled
                    self._passed(review, clerk)

    def _brought_in(self) -> None:
        """The self-evaluations of 2021 that came as workbooks, passed by
        the section; the last waits for the check.
        """
        names = unit_names()[OTHERS : OTHERS + 2]
        owed = Dossier.objects.filter(
            subject__division=self.division, unit__name__in=names, fiscal_year=YEAR - 1
        ).select_related("subject")
        with standing_at(SELF_EVALUATED):
            opened = self.round(
                Round.Kind.SELFEVAL,
                "2021年度项目支出单位自评",
                SELF_EVALUATED,
                list(owed.order_by("pk")),
                deadline=date(YEAR, 4, 30),
            )
            for path, reading in self.forms:
                choices = {str(at): {"round": opened.pk} for at in range(len(reading.forms))}
                import_reading(
                    reading,
                    path,
                    division=self.division,
                    by=self.judge,
                    choices=choices,
                    synthetic=True,
                    synthetic_points=True,
                )
            rows = list(Review.objects.filter(round=opened).select_related("dossier__unit"))
            for at, review in enumerate(rows):
                if not any(problem.get("level") == "阻断" for problem in review.problems):
                    self._passed(review, self.clerk(review.dossier), confirm=at < len(rows) - 1)

    def _self_evaluated(self, dossiers: Sequence[Dossier], *, settled: int, begun: int) -> None:
        """The self-evaluations of the year: ``begun`` of them filled in and
        handed in, ``settled`` confirmed.
        """
        with standing_at(LAST):
            opened = self.round(
                Round.Kind.SELFEVAL,
                f"{YEAR}年度项目支出单位自评",
                LAST,
                dossiers,
                work_year=YEAR + 1,
                deadline=date(YEAR + 1, 2, 28),
            )
            for dossier in dossiers:
                opening = dossier.appropriations.get().opening or Decimal(0)
                self._paid(dossier, 12, opening * 35 / 100)
            for at, dossier in enumerate(dossiers[:begun]):
                clerk = self.clerk(dossier)
                review = start_review(dossier=dossier, round=opened, by=clerk, synthetic=True)
                self._filled(review, clerk)
                self._passed(review, clerk, confirm=at < settled)

    def _paid(self, dossier: Dossier, month: int, amount: Decimal) -> None:
        """What the treasury paid in a month."""
        add_spending(
            dossier=dossier,
            by=self.users["guoku"],
            month=month,
            amount=round_points(amount),
            source="treasury",
            synthetic=True,
        )

    def _filled(self, review: Review, clerk: User, *, forecast: bool = False) -> None:
        rows = review.target.indicators.order_by("order") if review.target else []
        for row in rows:
            reached = row.expression.lstrip("≥≤=")
            record_actual(
                review=review,
                indicator=row,
                by=clerk,
                value=reached,
                forecast="能完成" if forecast else "",
                possibility="确定能" if forecast else "",
            )
        review.refresh_from_db()

    def _passed(self, review: Review, clerk: User, *, confirm: bool = True) -> None:
        submit_review(review=review, by=clerk)
        if not confirm:
            return
        self._judged(review)
        check_review(review=review, by=self.judge, why=WHY)
        review.refresh_from_db()
        if review.complete or review.kind == Round.Kind.MONITORING:
            confirm_review(review=review, by=self.second, why=WHY)

    def _judged(self, review: Review) -> None:
        """What no rule can score, the section judges."""
        for mark in review.marks.filter(points=None).select_related("indicator"):
            if mark.indicator is not None and mark.indicator.weight is not None:
                record_mark(
                    review=review,
                    row=mark.indicator,
                    by=self.judge,
                    points=mark.indicator.weight,
                    note="有材料佐证（合成）",
                    version=mark.version,
                    why=WHY,
                )

    # ---- evaluations -----------------------------------------------------------------------------

    def _evaluated(self) -> None:
        """Two finance evaluations and a department's, of what was spent in 2021."""
        above = [row for row in self.earlier if row.unit.parent_id][:1]
        kinds: Mapping[str, Sequence[Dossier]] = {
            Round.Kind.FINANCE: [self.earlier[PROJECTS], self.earlier[2 * PROJECTS]],
            Round.Kind.DEPARTMENT: above,
        }
        for kind, dossiers in kinds.items():
            if not dossiers:
                continue
            finance = kind == Round.Kind.FINANCE
            by = self.judge if finance else self.users["zhuguan"]
            with standing_at(EVALUATED):
                name = "2022年财政评价（合成）" if finance else "2022年部门评价（合成）"
                opened = self.round(kind, name, EVALUATED, dossiers)
            for number, dossier in enumerate(dossiers, start=1):
                self._evaluation(opened, dossier, by, number)

    def _evaluation(self, opened: Round, dossier: Dossier, by: User, number: int) -> None:
        chance = random.Random(SEED + number)
        with standing_at(EVALUATED):
            review = begin_evaluation(
                dossier=dossier, round=opened, frame="project_framework", by=by
            )
            rows = list(review.criteria.order_by("order"))
            missing = [row for row in rows if row.weight is None]
            given = sum((row.weight or Decimal(0) for row in rows), Decimal(0))
            weights = {row.pk: row.weight for row in rows}
            for at, row in enumerate(missing):
                share = (100 - given) // len(missing)
                last = 100 - given - share * (len(missing) - 1)
                weights[row.pk] = last if at == len(missing) - 1 else share
            set_weights(review=review, weights=weights, by=by, version=review.version)
            if by != self.judge:
                return  # the department's frame waits for a second hand
            fix_frame(review=review, by=self.second, version=review.version)
            firm = self.users["jigou"]
            assign_reviewer(
                review=review,
                user=firm,
                duty="lead",
                until=date(YEAR, 12, 31),
                agency=Agency.objects.get(division=self.division),
                by=by,
                why="2022年财政评价委托合同（合成）",
            )
            for row in review.criteria.order_by("order"):
                full = row.weight or Decimal(0)
                points = round_points(full * chance.choice((80, 90, 100)) / 100)
                note = "" if points == full else "佐证材料不够充分（合成）"
                record_mark(review=review, row=row, by=firm, points=points, note=note)
            known = money(dossier)
            arranged = known.budget or Decimal(0)
            review.refresh_from_db()
            audit_money(
                review=review,
                arranged=arranged,
                used=round_points(arranged * 9 / 10) if known.spent is None else known.spent,
                differences=[],
                by=firm,
                why="审定（合成）",
                version=review.version,
            )
            submit_review(review=review, by=firm)
        with standing_at(ISSUED):
            check_review(review=review, by=self.second, why=WHY)
            confirm_review(review=review, by=by, why=WHY)
            issue_review(
                review=review,
                by=self.second,
                issued_on=ISSUED,
                paper_number=f"演示〔2022〕{number}号",
            )
