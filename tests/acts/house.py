"""One bureau with a person of every role and a row in every state, built as the acts are tried
one after another.
"""

from datetime import timedelta
from decimal import Decimal
from functools import cached_property

from django.utils import timezone

from wenxiao.budget.models import AuditedAmount, Request, Round
from wenxiao.budget.services import (
    choose_own_filing,
    ensure_subject,
    exempt,
    open_dossier,
    open_round,
    set_appropriation,
)
from wenxiao.evidence.models import Actual, Material
from wenxiao.evidence.selectors import kinds_of
from wenxiao.followup import services as followup
from wenxiao.followup.models import CatalogueItem, Disclosure, UnitAssessment
from wenxiao.orgs.models import PasswordReset, Role, Unit
from wenxiao.orgs.services import add_document, add_unit, create_division, create_user, grant
from wenxiao.orgs.services.handing_out import prepare_account_sheet, release_account_sheet
from wenxiao.orgs.services.resetting import ask_reset
from wenxiao.orgs.services.training import plan_course
from wenxiao.records.services import open_batch, store_file
from wenxiao.reviews.kinds import JUDGED, KINDS
from wenxiao.reviews.models import Assignment, Criterion, Mark, Review
from wenxiao.reviews.services import score_review
from wenxiao.store.clock import today
from wenxiao.targets.models import Indicator, Target

YEAR = 2022
OF_UNIT = {Role.CLERK, Role.HEAD, Role.DEPARTMENT}
OUTSIDE = {Role.AGENCY, Role.EXPERT}
PASSWORD = "Chang-e_2021!"
SOON = timedelta(days=20)


class House:
    """The division, its people by role, and rows made when an act first asks for them."""

    def __init__(self):
        self.division = create_division(
            code="360000", name="示例区", bureau="示例区财政局", by=None
        )
        office = add_unit(
            division=self.division, code="CZ1", name="业务科", kind=Unit.Kind.FINANCE, by=None
        )
        self.department = add_unit(
            division=self.division,
            code="101",
            name="教体局",
            kind=Unit.Kind.DEPARTMENT,
            by=None,
            office=office,
        )
        self.unit = add_unit(
            division=self.division,
            code="101001",
            name="示例学校",
            parent=self.department,
            by=None,
            office=office,
        )
        self.other = add_unit(division=self.division, code="102001", name="水利局", by=None)
        self.subject = ensure_subject(
            division=self.division, unit=self.unit, code="P001", name="操场改造", by=None
        )
        self.dossier = open_dossier(subject=self.subject, fiscal_year=YEAR, by=None)
        set_appropriation(dossier=self.dossier, by=None, opening=8800000, adjusted=8800000)
        choose_own_filing(
            division=self.division, fiscal_year=YEAR, kinds=["project"], by=None, why="本级申报"
        )
        self.people = {role: self._person(role, office) for role in Role.values}

    def _person(self, role, office):
        user = create_user(
            division=self.division,
            username=f"the-{role}",
            name=f"某{Role(role).label}",
            by=None,
            unit=self.unit if role in OF_UNIT - {Role.DEPARTMENT} else None,
            password=PASSWORD,
            must_change_password=False,
        )
        where = {
            Role.CLERK: {"unit": self.unit},
            Role.HEAD: {"unit": self.unit},
            Role.DEPARTMENT: {"unit": self.department},
            Role.OFFICE: {"unit": office},
            Role.AGENCY: {"subjects": [self.subject]},
            Role.EXPERT: {"subjects": [self.subject]},
        }.get(role, {})
        grant(user=user, role=role, division=self.division, by=None, **where)
        return user

    def user(self, name="new"):
        """An account without any grant."""
        return create_user(
            division=self.division, username=name, name="新人", by=None, password=PASSWORD
        )

    # ---- rows of the cycle -----------------------------------------------------------------------

    def round(self, kind="selfeval", **more):
        """A running round over everything of the year."""
        months = {"from_month": 1, "through_month": 7} if kind == "monitoring" else {}
        return open_round(
            division=self.division,
            kind=kind,
            name=f"{kind}任务",
            work_year=YEAR + 1,
            fiscal_year=YEAR,
            deadline=today() + SOON,
            by=None,
            **months,
            **more,
        )

    @cached_property
    def target(self):
        """The dossier's approved target with one row."""
        made = Target.objects.create(dossier=self.dossier, state="approved", origin="approval")
        Indicator.objects.create(
            target=made,
            order=1,
            level1="产出指标",
            name="里程",
            expression="≥10公里",
            weight=Decimal(90),
        )
        return made

    @property
    def indicator(self):
        """Its row."""
        return self.target.indicators.get()

    def review(self, kind="selfeval", state="filling"):
        """A whole review of a kind in a state: everything filled in by nobody in particular."""
        rows, opened = KINDS[kind].rows, self.round(kind)
        if rows == "indicators":
            Actual.objects.create(
                indicator=self.indicator,
                stage=KINDS[kind].stage,
                through_month=opened.through_month or 12,
                value="10公里",
            )
        made = Review.objects.create(
            dossier=self.dossier,
            round=opened,
            kind=kind,
            state=state,
            target=self.target if rows == "indicators" else None,
            budget=Decimal(8_800_000),
            executed=Decimal(8_800_000),
            audited=self.audited() if kind in JUDGED else None,
        )
        if rows == "criteria":
            row = Criterion.objects.create(
                review=made, order=1, level1="产出", name="里程", weight=Decimal(100)
            )
            Mark.objects.create(
                review=made, criterion=row, points=Decimal(90), status="judged", note="欠"
            )
        score_review(review=made)
        made.refresh_from_db()
        return made

    def audited(self):
        """What an evaluation found of the money: as reported."""
        return AuditedAmount.objects.create(
            dossier=self.dossier, arranged=Decimal(8_800_000), used=Decimal(8_800_000)
        )

    def spent_little(self):
        """An evaluation that found little spent, with the catalogue's item for that."""
        followup.ensure_catalogue(division=self.division, by=None)
        made = self.review("finance_evaluation")
        made.executed, made.audited = Decimal(1), None
        made.save()
        return made

    def framed(self, *, fixed=False):
        """An evaluation begun on line with one row of a hundred, by nobody in particular;
        ``fixed``: its frame stands.
        """
        made = self.review("finance_evaluation")
        made.marks.all().delete()
        made.frame, made.frame_set_on = "project_framework", today() if fixed else None
        made.save()
        return made

    def paneled(self):
        """A score sheet two experts have marked and nobody joined yet."""
        made = self.review("finance_evaluation")
        for seat, points in (("专家1", 90), ("专家2", 80)):
            Mark.objects.create(
                review=made,
                criterion=made.criteria.get(),
                seat=seat,
                points=Decimal(points),
                status="judged",
                note="欠",
            )
        return made

    def empaneled(self, *, handed_in=False):
        """The same sheet with one expert assigned; ``handed_in``: whose own scores are in."""
        made = self.paneled()
        expert = self.people["expert"]
        made.marks.filter(seat="专家1").update(seat=str(expert.name)[:30])
        Assignment.objects.create(
            review=made,
            user=expert,
            duty="专家",
            scores_in_at=timezone.now() if handed_in else None,
        )
        return made

    def file(self, name="说明.txt", text="合成"):
        """A stored file."""
        return store_file(division=self.division, by=None, name=name, content=text.encode())

    def received(self):
        """A form of the unit's that arrived and is not handed in."""
        row = self.review("selfeval")
        Review.objects.filter(pk=row.pk).update(received_on=today(), received_road="paper")
        row.refresh_from_db()
        return row

    def batch(self):
        """A batch that is being written."""
        return open_batch(
            division=self.division,
            by=None,
            kind="budget",
            file=None,
            reading={},
            problems=[],
            source_rows=1,
        )

    def signature(self):
        """A signature on paper that waits, handed in by the unit's clerk."""
        from wenxiao.reviews.services import hand_in_paper

        row = self.review("selfeval", "submitted")
        return hand_in_paper(review=row, by=self.people["clerk"], file=self.file("签字页.txt"))

    def material(self, state="unverified"):
        """A proof of the unit's own."""
        return Material.objects.create(
            dossier=self.dossier,
            title="验收单",
            kind="acceptance",
            file=self.file(),
            side="unit",
            state=state,
        )

    @cached_property
    def item(self):
        """An entry of the division's problem catalogue."""
        followup.ensure_catalogue(division=self.division, by=None)
        return CatalogueItem.objects.filter(division=self.division).first()

    def finding(self, state="candidate"):
        """A problem of the dossier."""
        made = followup.propose_finding(
            dossier=self.dossier, item=self.item, text=self.item.text, by=None
        )
        if state == "confirmed":
            followup.confirm_finding(finding=made, by=self.people["performance"], why="查实")
        return made

    def rectification(self, state="ordered", deadline=None):
        """A mending the bureau ordered."""
        made = followup.order_rectification(
            finding=self.finding("confirmed"),
            by=self.people["performance"],
            deadline=deadline or today() + SOON,
        )
        type(made).objects.filter(pk=made.pk).update(state=state)
        made.refresh_from_db()
        return made

    def course(self):
        """A course that is held today."""
        return plan_course(
            division=self.division,
            year=YEAR,
            title="培训",
            audience=["clerk"],
            on=today(),
            by=self.people[Role.PERFORMANCE],
        )

    def assessed(self, *, judged=False, confirmed=False):
        """The department's work as it was counted by a list of the division's own; judged and
        confirmed by nobody here.
        """
        lines = ["目标批复｜目标批复｜40", "其他｜人工评定｜10"]
        self.division.rules = [
            {
                "rule": "unit_assessment",
                "from": "2021-01-01",
                "document": "示例区考核办法",
                "clause": "第三条",
                "standing": "未核",
                "content": {"items": lines},
            }
        ]
        self.division.save(update_fields=["rules"])
        made = UnitAssessment.objects.create(
            division=self.division,
            unit=self.department,
            work_year=YEAR,
            prepared_on=today(),
            lines=[
                {"name": "目标批复", "weight": "40", "by_hand": False, "points": "20", "why": ""},
                {"name": "其他", "weight": "10", "by_hand": True, "points": None, "why": ""},
            ],
            points=Decimal(20),
            full=Decimal(40),
        )
        if judged:
            made.lines[1] |= {"points": "5", "why": "配合较好"}
        made.state = "confirmed" if confirmed else "draft"
        made.save()
        return made

    def draft_round(self):
        """A round that was only prepared."""
        return Round.objects.create(
            division=self.division,
            kind="selfeval",
            name="自评",
            work_year=YEAR + 1,
            fiscal_year=YEAR,
        )

    def request(self, *, decided=False):
        """What the subject asks for the year after the next."""
        made = Request.objects.create(
            subject=self.subject, fiscal_year=YEAR + 2, stage="first", asked=Decimal(900)
        )
        if decided:
            followup.decide_requests(
                division=self.division,
                fiscal_year=made.fiscal_year,
                verdicts=[followup.Verdict(made.pk, "plain", made.asked)],
                by=self.people[Role.PERFORMANCE],
            )
        return made

    def signed_list(self):
        """The department's decisions as the leader signed them."""
        made = self.request(decided=True)
        return followup.sign_use_list(
            division=self.division,
            unit=self.department,
            fiscal_year=made.fiscal_year,
            by=self.people[Role.LEADER],
        )

    def disclosure(self, state="proposed"):
        """A result on its way to the public."""
        return Disclosure.objects.create(
            review=self.review("finance_evaluation", "issued"),
            sentence="花了880万元，修了10公里。",
            what=["grade"],
            state=state,
        )

    def reset(self, role):
        """A request for a new password by a person of a role."""
        ask_reset(username=self.people[role].username, address="192.0.2.1")
        return PasswordReset.objects.latest("pk")

    def newcomer(self):
        """A clerk of the unit nobody gave a password yet."""
        user = create_user(
            division=self.division, username="first", name="新经办", by=None, unit=self.unit
        )
        grant(user=user, role=Role.CLERK, division=self.division, by=None, unit=self.unit)
        return user

    def account_sheet(self, *, released=False):
        """The unit's first codes, listed by the system administrator."""
        self.newcomer()
        made = prepare_account_sheet(unit=self.unit, by=self.people["system"], why="名册")
        if released:
            release_account_sheet(sheet=made, by=self.people["security"], why="电话核对")
        return made

    def exempted(self):
        """A running round the dossier is excused from."""
        made = self.round()
        exempt(round=made, dossier=self.dossier, reason="cancelled", by=self.people["performance"])
        return made

    def paper(self):
        """A document of the division's library."""
        return add_document(division=self.division, kind="measures", title="示例区办法", by=None)

    @property
    def kind_of_proof(self):
        """The first kind a proof may be."""
        return next(iter(kinds_of(self.division, YEAR)))

    def closed(self):
        """A round that ended."""
        made = self.round()
        Round.objects.filter(pk=made.pk).update(state="closed")
        made.refresh_from_db()
        return made
