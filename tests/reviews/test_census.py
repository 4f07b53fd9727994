"""Kept counts are what an independent count of the rows says, after any act and whoever counts."""

import random
from collections import Counter
from datetime import date

import pytest
from django.db import transaction

from wenxiao.budget.census import tags_of
from wenxiao.budget.models import Dossier, Exemption, Round, Subject
from wenxiao.orgs.models import Role, Unit, User
from wenxiao.orgs.services import create_division, create_user, grant
from wenxiao.reviews.census import dossiers_counted, reviews_counted
from wenxiao.reviews.models import Review
from wenxiao.reviews.services import tallies
from wenxiao.reviews.tallies import DossierTally, ReviewTally, TallyMark
from wenxiao.store.bulk import insert_rows
from wenxiao.targets.models import Target

pytestmark = [pytest.mark.db, pytest.mark.engine, pytest.mark.django_db]
KINDS = ("project", "department_overall", "policy")
STATES = ("waiting", "filling", "submitted", "confirmed", "returned")


class House:
    """Two divisions of units, objects, dossiers and reviews, and everything that may happen to
    them.
    """

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.divisions = [
            create_division(code=f"99000{n}", name=f"{n}区", bureau=f"{n}区财政局", by=None)
            for n in range(2)
        ]
        self.units, self.rounds = [], []
        for division in self.divisions:
            for n in range(12):
                unit = Unit.objects.create(
                    division=division, code=f"{n:03}", name=f"{n}单位", kind="department"
                )
                Unit.objects.filter(pk=unit.pk).update(path=f"/{unit.pk}/")
                self.units.append(unit)
            for kind in ("selfeval", "monitoring"):
                self.rounds.append(
                    Round.objects.create(
                        division=division,
                        kind=kind,
                        name=kind,
                        work_year=2021,
                        fiscal_year=2020,
                        state="open",
                    )
                )
        self.user = create_user(
            division=self.divisions[0],
            username="kanke",
            name="看客",
            by=None,
            password="Shan-sh_2021!",
        )
        self.number = 0

    def pick(self, model):
        keys = list(model.objects.order_by("pk").values_list("pk", flat=True))
        return model.objects.get(pk=self.chance.choice(keys)) if keys else None

    def subject(self):
        self.number += 1
        unit = self.chance.choice(self.units)
        subject = Subject.objects.create(
            division_id=unit.division_id,
            unit=unit,
            code=f"{self.number:021}",
            name=f"{self.number}项目",
            kind=self.chance.choice(KINDS),
            tags=self.chance.choice([[], ["民生"], ["民生", "三农"]]),
        )
        self.dossier_of(subject)

    def dossier_of(self, subject=None):
        subject = subject or self.pick(Subject)
        if subject is not None:
            year = self.chance.choice((2020, 2021))
            Dossier.objects.get_or_create(
                subject=subject, fiscal_year=year, defaults={"unit": subject.unit}
            )

    def many(self):
        unit = self.chance.choice(self.units)
        rows = []
        for _ in range(60):
            self.number += 1
            rows.append((unit.division_id, unit.pk, f"{self.number:021}", "成批", "project", []))
        with transaction.atomic():
            insert_rows(Subject, ("division", "unit", "code", "name", "kind", "tags"), rows)
            fresh = Subject.objects.filter(name="成批", dossiers=None).values_list("pk", "unit")
            insert_rows(
                Dossier, ("subject", "unit", "fiscal_year"), [(pk, u, 2020) for pk, u in fresh]
            )

    def change_subject(self):
        row = self.pick(Subject)
        if row is not None:
            row.kind = self.chance.choice(KINDS)
            row.restriction = self.chance.choice(("open", "restricted"))
            row.tags = self.chance.choice([[], ["水利"]])
            row.save()

    def move(self):
        row = self.pick(Dossier)
        if row is not None:
            others = [u for u in self.units if u.division_id == row.unit.division_id]
            Dossier.objects.filter(pk=row.pk).update(unit=self.chance.choice(others))

    def review(self):
        dossier = self.pick(Dossier)
        if dossier is None:
            return
        own = [r for r in self.rounds if r.division_id == dossier.unit.division_id]
        at = self.chance.choice(own)
        Review.objects.get_or_create(dossier=dossier, round=at, defaults={"kind": at.kind})

    def change_review(self):
        row = self.pick(Review)
        if row is not None:
            came = self.chance.choice((None, date(2021, 5, 1)))
            state = self.chance.choice(STATES)
            points = [self.chance.choice((None, 90, 100)) for _ in range(2)]
            Review.objects.filter(pk=row.pk).update(
                state=state,
                received_on=came,
                complete=self.chance.choice((True, False)),
                points=points[0],
                published_points=points[1],
            )

    def excuse(self):
        row = self.pick(Review)
        if row is not None:
            values = {"reason": "其他", "by": self.user}
            made, fresh = Exemption.objects.get_or_create(
                dossier=row.dossier, round=row.round, defaults=values
            )
            if not fresh:
                made.delete()

    def approve(self):
        dossier = self.pick(Dossier)
        if dossier is not None:
            row, _ = Target.objects.get_or_create(dossier=dossier, number=1)
            Target.objects.filter(pk=row.pk).update(
                state=self.chance.choice(("approved", "superseded", "draft"))
            )

    def drop(self):
        row = self.pick(Review)
        if row is not None:
            row.delete()

    def renew(self):
        self.chance.choice((tallies.renew_few, tallies.renew_all))()

    ACTS = (
        subject,
        subject,
        dossier_of,
        change_subject,
        move,
        review,
        review,
        review,
        change_review,
        change_review,
        excuse,
        approve,
        drop,
        renew,
    )

    def act(self):
        self.chance.choice(self.ACTS)(self)


def independent(seen=lambda row: True):
    """Counted row by row in Python, without one query of the census."""
    excused = set(Exemption.objects.values_list("round", "dossier"))
    ready = set(Target.objects.filter(state="approved").values_list("dossier", flat=True))
    dossiers, approved, reviews = Counter(), Counter(), Counter()
    rows = {row.pk: row for row in Dossier.objects.select_related("subject") if seen(row)}
    for row in rows.values():
        one = row.subject
        key = (row.unit_id, row.fiscal_year, one.kind, one.nature, tuple(one.tags))
        dossiers[key] += 1
        approved[key] += row.pk in ready
    for row in Review.objects.all():
        if row.dossier_id in rows:
            own = rows[row.dossier_id]
            at = (row.round_id, row.dossier_id) in excused
            came = row.received_on is not None
            apart = row.published_points is not None and row.published_points != row.points
            judged = (not row.complete, apart, row.points is not None and row.points >= 100)
            object_ = (own.fiscal_year, own.subject.kind, "民生" in own.subject.tags)
            reviews[row.round_id, row.kind, row.state, came, at, *judged, *object_] += 1
    return dossiers, +approved, reviews


def summed(pairs):
    counter = Counter()
    for key, n in pairs:
        counter[key] += n
    return counter


def census(user):
    by = ("unit", "fiscal_year", "kind", "nature", "tag_text")
    rows = [(*row[:4], tags_of(row[4]), *row[5:]) for row in dossiers_counted(user, *by)]
    dossiers = summed((row[:5], row[5]) for row in rows)
    approved = summed((row[:5], row[6]) for row in rows)
    by = ("round", "kind", "state", "arrived", "excused", "unjudged", "apart", "full_points")
    rows = reviews_counted(user, *by, "fiscal_year", "subject_kind")
    every = Counter({(*row[:3], *map(bool, row[3:8]), *row[8:10]): row[10] for row in rows})
    rows = reviews_counted(user, *by, "fiscal_year", "subject_kind", tags__holds="民生")
    tagged = Counter({(*row[:3], *map(bool, row[3:8]), *row[8:10]): row[10] for row in rows})
    reviews = Counter({(*key, False): n for key, n in (every - tagged).items()})
    reviews.update({(*key, True): n for key, n in tagged.items()})
    return dossiers, +approved, reviews


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_any_act_the_census_is_what_the_rows_say(seed):
    house = House(seed)
    for role in (Role.LEADER, Role.OFFICE):
        person = create_user(
            division=house.divisions[0],
            username=f"person{role}",
            name=role,
            by=None,
            password="Shan-shui_2021!",
        )
        grant(user=person, role=role, division=house.divisions[0], by=None)
    own = house.divisions[0].pk
    leader, office = (User.objects.get(username=f"person{r}") for r in (Role.LEADER, Role.OFFICE))
    for step in range(90):
        house.many() if step == 40 else house.act()
        if step % 6:
            continue
        assert census(leader) == independent(lambda row: row.subject.division_id == own), step
        assert census(office) == independent(
            lambda row: row.subject.division_id == own and row.subject.restriction == "open"
        ), step
        assert tallies.differences() == []
    tallies.renew_all()
    assert not TallyMark.objects.exists()
    assert tallies.differences() == []
    assert sum(DossierTally.objects.values_list("dossiers", flat=True)) == Dossier.objects.count()
    assert sum(ReviewTally.objects.values_list("reviews", flat=True)) == Review.objects.count()
    assert census(leader) == independent(lambda row: row.subject.division_id == own)


def test_who_sees_some_units_is_not_served_by_kept_counts():
    house = House(4)
    clerk = create_user(
        division=house.divisions[0],
        username="clerk",
        name="经办",
        by=None,
        unit=house.units[0],
        password="Shan-shui_2021!",
    )
    grant(user=clerk, role=Role.CLERK, division=house.divisions[0], unit=house.units[0], by=None)
    assert dossiers_counted(clerk, "unit") is None
    assert reviews_counted(clerk, "round") is None


def test_of_no_round_and_no_unit_nothing_is_counted():
    house = House(7)
    leader = create_user(
        division=house.divisions[0], username="lead", name="领导", by=None, password="Shan-sh_2021!"
    )
    grant(user=leader, role=Role.LEADER, division=house.divisions[0], by=None)
    house.subject()
    assert reviews_counted(leader, "round", round__in=[]) == []
    assert dossiers_counted(leader, "unit", unit__in=frozenset()) == []


def test_a_count_written_past_the_database_is_named_and_mended():
    house = House(5)
    house.subject()
    tallies.renew_all()
    DossierTally.objects.update(dossiers=7)
    wrong = tallies.differences()
    assert sorted((one.kept, one.rows) for one in wrong) == [(0, 1), (1, 0)]
    tallies.mark_all()
    tallies.renew_all()
    assert tallies.differences() == []


def test_a_page_renews_only_when_many_units_are_marked_and_some_at_a_time():
    house = House(6)
    tallies.renew_all()
    for _ in range(30):
        house.subject()
    marked = TallyMark.objects.values("unit").distinct().count()
    assert marked > tallies.FEW
    tallies.renew_few()
    assert TallyMark.objects.count() == 0
    house.subject()
    tallies.renew_few()
    assert TallyMark.objects.values("unit").distinct().count() == 1
