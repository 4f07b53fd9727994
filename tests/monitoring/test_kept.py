"""The kept watch: after any acts as from scratch, and what is not right yet is told."""

import random
import re
from datetime import date, timedelta
from decimal import Decimal
from threading import Event, Thread

import polars as pl
import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from reach import SOAK
from tests.monitoring.from_scratch import changes_in_frames, of_these, watch

from wenxiao.budget.models import Appropriation, Dossier, Exemption, Milestone, Spending, Subject
from wenxiao.evidence.models import Actual
from wenxiao.followup.models import (
    CatalogueItem,
    Finding,
    Rectification,
    WatchLine,
    WatchMark,
    WatchWindow,
)
from wenxiao.followup.services import keeping
from wenxiao.followup.tasks import keep
from wenxiao.followup.watch import inputs
from wenxiao.followup.watch.lines import Watch, rows_now
from wenxiao.followup.watch.overview import by_department, changes_since, money_by_goals
from wenxiao.followup.watch.sentences import in_words, watch_rows
from wenxiao.followup.watch.table import COLUMNS, lit
from wenxiao.orgs.models import Role, Unit
from wenxiao.reviews.models import Review
from wenxiao.store.bulk import insert_frame, insert_rows, update_rows
from wenxiao.store.triggers import drop
from wenxiao.targets.models import Indicator, Target

pytestmark = [pytest.mark.db, pytest.mark.engine, pytest.mark.django_db]


def same(kept, scratch):
    """Row by row, in order, every column; and all that is added up from them."""
    assert kept.behind is None
    told = [{name: row[name] for name in COLUMNS} for row in scratch.frame.to_dicts()]
    assert kept.part() == told
    assert len(kept) == len(scratch)
    assert (kept.lights, kept.goals) == (scratch.lights, scratch.goals)
    assert money_by_goals(kept) == money_by_goals(scratch)
    assert by_department(kept) == by_department(scratch)
    order = ["unit", "light", "goal"]
    assert kept.sums.sort(order).equals(scratch.sums.select(kept.sums.columns).sort(order))


class Acts:
    """Anything that can happen to a year, by every way rows are written, to rows it picks."""

    def __init__(self, watched, officer, windows, chance):
        self.watched, self.officer, self.windows, self.chance = watched, officer, windows, chance

    def one(self, model):
        keys = list(model.objects.order_by("pk").values_list("pk", flat=True))
        return model.objects.get(pk=self.chance.choice(keys)) if keys else None

    def dossier(self):
        made = self.watched.dossier(
            f"项目{self.watched.made}", self.chance.choice("甲乙丙"), str(self.chance.randint(0, 9))
        )
        self.watched.pay(made, self.chance.randint(1, 12), str(self.chance.randint(0, 9)))

    def pay_in_bulk(self):
        keys = list(Dossier.objects.order_by("pk").values_list("pk", flat=True))
        rows = [
            (key, "treasury", self.chance.randint(1, 12), Decimal(self.chance.randint(-5, 90_000)))
            for key in keys
        ]
        insert_rows(Spending, ("dossier", "source", "month", "amount"), rows)

    def pay_as_frame(self):
        some = self.one(Dossier)
        frame = pl.DataFrame(
            {
                "dossier_id": [some.pk] * 2,
                "fund": "general",
                "month": [3, 4],
                "amount": [100, 70_000_00],
            }
        )
        insert_frame(Spending, frame)

    def take_back(self):
        Spending.objects.filter(
            pk__gte=self.one(Spending).pk
        ).delete() if Spending.objects.exists() else None

    def book_elsewhere(self):
        row = self.one(Spending)
        Spending.objects.filter(pk=row.pk if row else 0).update(dossier=self.one(Dossier))

    def change_budget(self):
        rows = Appropriation.objects.values_list("pk", flat=True)
        update_rows(
            Appropriation,
            ("adjusted",),
            [(pk, Decimal(self.chance.randint(0, 90_000))) for pk in rows],
        )

    def arrive(self):
        Appropriation.objects.filter(dossier=self.one(Dossier)).update(
            arrived_on=date(2021, self.chance.randint(1, 12), 5)
        )

    def plan(self):
        done = self.chance.choice([None, date(2021, 6, 20)])
        dossier = self.one(Dossier)
        Milestone.objects.update_or_create(
            dossier=dossier, name="开工", defaults={"due": date(2021, 6, 1), "done": done}
        )

    def promise(self):
        through = self.chance.choice([one.through_month for one in self.windows])
        free = Dossier.objects.filter(targets=None).order_by("pk").first() or self.watched.dossier(
            "新目标"
        )
        self.watched.goals(
            free, ("里程", "≥10公里", f"{self.chance.randint(0, 12)}公里", "数量"), through=through
        )

    def say(self):
        Actual.objects.filter(pk=getattr(self.one(Actual), "pk", 0)).update(
            value="9公里", possibility="有可能"
        )

    def approve(self):
        Target.objects.filter(pk=getattr(self.one(Target), "pk", 0)).update(state="draft", number=2)

    def reword(self):
        Indicator.objects.filter(pk=getattr(self.one(Indicator), "pk", 0)).update(
            expression="≥3公里"
        )

    def drop_goal(self):
        Indicator.objects.filter(pk=getattr(self.one(Indicator), "pk", 0)).delete()

    def file(self):
        window, dossier = self.chance.choice(self.windows), self.one(Dossier)
        values = {
            "kind": "monitoring",
            "budget": Decimal(50_000),
            "executed": Decimal(self.chance.randint(0, 60_000)),
        }
        Review.objects.update_or_create(dossier=dossier, round=window, defaults=values)

    def hand_in(self):
        Review.objects.filter(pk=getattr(self.one(Review), "pk", 0)).update(state="submitted")

    def find(self):
        self.watched.finding(
            self.one(Dossier), state=self.chance.choice(["candidate", "confirmed"])
        )

    def dismiss(self):
        Finding.objects.filter(pk=getattr(self.one(Finding), "pk", 0)).update(state="dismissed")

    def mend(self):
        found = self.one(Finding)
        if found and not hasattr(found, "rectification"):
            unit = found.dossier.unit
            Rectification.objects.create(
                finding=found, unit=unit, deadline=date(2021, 9, 1), state="closed"
            )

    def file_under(self):
        found = self.one(Finding)
        if found:
            CatalogueItem.objects.filter(pk=found.item_id).update(
                code=f"ZZ-{found.item_id}", category="别的"
            )

    def excuse(self):
        values = {"reason": "cancelled", "by": self.officer}
        Exemption.objects.get_or_create(
            round=self.windows[0], dossier=self.one(Dossier), defaults=values
        )

    def call_again(self):
        Exemption.objects.all().delete()

    def merge(self):
        Dossier.objects.filter(pk=self.one(Dossier).pk).update(unit=self.one(Unit))

    def move_unit(self):
        unit = self.one(Unit)
        Unit.objects.filter(pk=unit.pk).update(path=f"{self.one(Unit).path}{unit.pk}/")

    def other_kind(self):
        Subject.objects.filter(pk=self.one(Subject).pk).update(
            kind=self.chance.choice(["policy", "project"])
        )

    def other_year(self):
        Dossier.objects.filter(pk=self.one(Dossier).pk).update(
            fiscal_year=self.chance.choice([2020, 2021])
        )

    def narrow(self):
        window = self.windows[-1]
        window.scope = self.chance.choice(
            [{}, {"kinds": ["project"]}, {"units": [self.one(Unit).pk]}]
        )
        window.save()

    def other_rule(self):
        cut = str(self.chance.randint(50, 70))
        division = self.watched.division
        division.rules = [
            {"rule": "monitoring", "from": "2020-01-01", "content": {"lights": {"red_below": cut}}}
        ]
        division.save()
        for window in self.windows:
            window.division = division

    def forget(self):
        free = Dossier.objects.filter(reviews=None, findings=None).order_by("pk").first()
        if free and Dossier.objects.count() > 2:
            free.delete()


ACTS = [name for name in vars(Acts) if name[0] != "_" and name != "one"]


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(8 if SOAK else 4))
def test_after_any_acts_the_kept_lines_are_those_from_scratch(watched, officer, on, seed):
    chance = random.Random(seed)
    windows = [watched.window(7), watched.window(10), watched.window(4, key=True)]
    clerk = watched.user(Role.CLERK, watched.unit("甲"))
    acts = Acts(watched, officer, windows, chance)
    acts.dossier(), acts.dossier()
    for _ in range(6):
        for name in chance.choices(ACTS, k=chance.randint(1, 6)):
            getattr(acts, name)()
        scratch = watch(windows, officer, on=on)
        for chosen in (windows[:1], windows[1:], windows):
            same(keeping.kept_watch(chosen, officer, on=on), of_these(scratch, chosen))
        same(keeping.kept_watch(windows, clerk, on=on), watch(windows, clerk, on=on))


@pytest.mark.parametrize("name", ACTS)
def test_each_act_is_seen(watched, officer, on, name):
    """Alone, so that no other act's mark covers for it."""
    windows = [watched.window(7)]
    acts = Acts(watched, officer, windows, random.Random(3))
    for _ in range(3):
        acts.dossier()
    acts.promise(), acts.find(), acts.file(), acts.excuse()
    same(keeping.kept_watch(windows, officer, on=on), watch(windows, officer, on=on))
    for _ in range(30):  # chance may choose what is so already
        getattr(acts, name)()
        if WatchMark.objects.exists() or name in {"narrow", "other_rule"}:
            break
    else:
        pytest.fail(f"{name} left no mark")
    same(keeping.kept_watch(windows, officer, on=on), watch(windows, officer, on=on))
    assert not WatchMark.objects.exists()


def test_only_what_the_user_may_see(watched, on):
    window = watched.window()
    mine, other = watched.dossier("甲的", budget="10"), watched.dossier("乙的", "示例单位乙", "10")
    secret = watched.dossier("限制", "示例单位丙", "10", restriction="restricted")
    people = {
        watched.user(Role.PERFORMANCE): {mine.pk, other.pk, secret.pk},
        watched.user(Role.BUDGET): {mine.pk, other.pk},
        watched.user(Role.CLERK, watched.unit("示例单位甲")): {mine.pk},
        None: {mine.pk, other.pk, secret.pk},
    }
    for user, seen in people.items():
        table = keeping.kept_watch([window], user, on=on)
        assert {row["dossier"] for row in table.part()} == seen
        assert len(table) == sum(row.dossiers for row in by_department(table)) == len(seen)


def test_what_turned_red_is_the_same_both_ways(watched, officer, on):
    first, second = watched.window(7), watched.window(10)
    slow, quick = watched.dossier("慢", budget="100"), watched.dossier("快", "示例单位乙", "100")
    (
        watched.pay(slow, 5, "40"),
        watched.pay(quick, 2, "10"),
        watched.pay(quick, 9, "80"),
        watched.dossier("无"),
    )
    turned_red, left_red, slower = changes_in_frames(
        watch(second, officer, on=on), watch(first, officer, on=on)
    )
    changes = changes_since(
        keeping.kept_watch([second], officer, on=on), keeping.kept_watch([first], officer, on=on)
    )
    assert changes.earlier == first
    assert names(turned_red) == names(changes.turned_red) == ["慢"]
    assert names(left_red) == names(changes.left_red) == ["快"]
    assert slower == changes.slower == 1


def names(table):
    return [row.name for row in watch_rows(table)]


def test_a_page_that_cannot_bring_it_up_to_date_says_so_and_shows_fresh_rows(
    watched, officer, on, monkeypatch
):
    window = watched.window()
    rows = [watched.dossier(str(number), budget="100") for number in range(3)]
    before = keeping.kept_watch([window], officer, on=on)
    assert (before.lights["none"], before.behind) == (3, None)
    monkeypatch.setattr(keeping, "BY_HAND", 1)
    for row in rows:
        watched.pay(row, 1, "90")
    table = keeping.kept_watch([window], officer, on=on)
    assert table.behind.dossiers >= 2
    assert table.behind.kept_at <= timezone.now()
    assert table.lights == {"red": 0, "yellow": 0, "green": 0, "none": 3}  # of the time told
    assert {row.pace.light for row in watch_rows(table)} == {"green"}  # of this moment
    assert keeping.first_to_ask([window]) is True
    assert keeping.first_to_ask([window]) is False
    assert keep.call() == 3
    same(keeping.kept_watch([window], officer, on=on), watch(window, officer, on=on))
    assert keeping.first_to_ask([window]) is True


def test_one_dossier_is_of_this_moment_although_its_line_is_not_there_yet(
    watched, officer, on, monkeypatch
):
    window = watched.window()
    keeping.kept_watch([window], officer, on=on)
    monkeypatch.setattr(keeping, "BY_HAND", 0)
    new = watched.dossier("新来的", budget="100")
    watched.pay(new, 1, "90")
    table = keeping.kept_watch([window], officer, on=on)
    assert (len(table), bool(table.behind)) == (0, True)
    (row,) = in_words(table.rounds, rows_now(table, new.pk))
    assert (row.name, row.pace.light) == ("新来的", "green")
    clerk = watched.user(Role.CLERK, watched.unit("别的单位"))
    assert rows_now(keeping.kept_watch([window], clerk, on=on), new.pk) == []


@pytest.mark.django_db(transaction=True)
def test_a_change_not_committed_while_marks_are_worked_off_is_not_lost(watched, officer, on):
    """The other hand writes to the same dossier; its mark comes with its commit, whatever comes."""
    window, dossier = watched.window(), watched.dossier(budget="100")
    keeping.kept_watch([window], officer, on=on)
    watched.pay(dossier, 1, "10")
    written, looked = Event(), Event()

    def other_hand():
        try:
            with transaction.atomic():
                watched.pay(dossier, 2, "30")
                written.set()
                looked.wait(timeout=600)
        finally:
            connection.close()

    hand = Thread(target=other_hand)
    hand.start()
    assert written.wait(timeout=600)
    during = keeping.kept_watch([window], officer, on=on)
    assert during.behind or during.part()[0]["executed"] == 10_000_000
    looked.set()
    hand.join(timeout=600)
    same(keeping.kept_watch([window], officer, on=on), watch(window, officer, on=on))


def test_a_silent_worker_is_not_waited_for(watched, officer, on, monkeypatch):
    window = watched.window()
    rows = [watched.dossier(str(number), budget="100") for number in range(3)]
    keeping.kept_watch([window], officer, on=on)
    monkeypatch.setattr(keeping, "BY_HAND", 0)
    watched.pay(rows[0], 1, "90")
    keeping.first_to_ask([window])
    assert keeping.kept_watch([window], officer, on=on).behind
    WatchWindow.objects.update(asked_at=timezone.now() - timedelta(seconds=100))
    monkeypatch.setattr(keeping, "_by_hand", lambda *_: False)
    same(keeping.kept_watch([window], officer, on=on), watch(window, officer, on=on))


def test_new_rules_over_a_large_window_are_left_to_the_worker(watched, officer, on, monkeypatch):
    window = watched.window()
    watched.pay(watched.dossier("甲", budget="100"), 1, "30")
    assert keeping.kept_watch([window], officer, on=on).lights["red"] == 1
    monkeypatch.setattr(keeping, "WHOLE_BY_HAND", 0)
    acts = Acts(watched, officer, [window], random.Random(1))
    acts.other_rule()
    window.division.rules[0]["content"]["lights"] = {"red_below": "40", "green_from": "45"}
    window.division.save()
    table = keeping.kept_watch([window], officer, on=on)
    assert (table.behind.dossiers, table.lights["red"]) == (1, 1)
    assert keeping.keep_all() == 1
    assert keeping.kept_watch([window], officer, on=on).lights["green"] == 1


def test_missing_triggers_are_noticed_and_put_back(watched, officer, on):
    window = watched.window()
    dossier = watched.dossier("甲", budget="100")
    keeping.kept_watch([window], officer, on=on)
    assert drop(inputs.PREFIX) == 3 * len(inputs.INPUTS)
    watched.pay(dossier, 1, "90")
    same(keeping.kept_watch([window], officer, on=on), watch(window, officer, on=on))
    assert inputs.inputs_watched()
    assert inputs.watch_inputs() is False


def test_every_column_named_is_a_column():
    """A trigger on a misspelt column would fail only when somebody writes."""
    columns = {
        m._meta.db_table: {f.column for f in m._meta.concrete_fields} for m in apps.get_models()
    }
    for one in inputs.INPUTS:
        assert set(one.columns) <= columns[one.table], one.table


def test_every_column_read_marks(watched, officer):
    """What a line is worked out from and what marks it are written apart; here they meet."""
    window = watched.window(
        scope={"units": [watched.unit("甲").pk], "kinds": ["project"], "natures": [""]}
    )
    dossier = watched.dossier("甲", "甲", "10")
    watched.goals(dossier, ("里程", "≥10公里", "3公里", "数量指标"))
    watched.pay(dossier, 1, "3", fund="total"), watched.pay(dossier, 1, "3", fund="general")
    with CaptureQueriesContext(connection) as queries:
        assert lit(window).height == lit(window, [dossier.pk]).height
    columns = {
        m._meta.db_table: {f.column for f in m._meta.concrete_fields} for m in apps.get_models()
    }
    read = set()
    for query in queries.captured_queries:
        named = [
            *re.findall(r'(?:FROM|JOIN) "(\w+)" "?(U\d+)', query["sql"]),
            *((table, table) for table in columns),
        ]
        for short, column in re.findall(r'"?(\w+)"?\."(\w+)"', query["sql"]):
            read |= {
                (table, column)
                for table, alias in named
                if alias == short and column in columns[table]
            }
    marked = {(one.table, column) for one in inputs.INPUTS for column in one.columns}
    told_by_the_digest = {("budget_round", c) for c in ("id", "division_id")} | {
        ("orgs_division", "rules")
    }
    shown_live = {("targets_indicator", "level2")}
    # rows of an import written in parts: it marks their dossiers by name
    # (tests/intake/ledger/test_parts.py)
    let_in = {
        ("budget_spending", "batch_id"),
        ("budget_appropriation", "batch_id"),
        ("records_importbatch", "state"),
    }
    keys = {(table, "id") for table, _ in read}
    assert read - marked - keys - told_by_the_digest - shown_live - let_in == set()
    assert ("budget_spending", "amount") in read


def test_the_same_queries_for_one_and_many(watched, officer, on):
    window, counts = watched.window(10), []
    for many in (1, 12):
        for number in range(many):
            dossier = watched.dossier(f"项目{many}{number}", f"单位{number}", "10")
            watched.pay(dossier, 1, "3")
        keeping.kept_watch([window], officer, on=on)
        with CaptureQueriesContext(connection) as queries:
            table = keeping.kept_watch([window], officer, on=on)
            assert len(watch_rows(table)) == len(table)
            by_department(table)
        counts.append(len(queries))
    assert counts[0] == counts[1] < 25


def test_bringing_up_to_date_costs_the_same_queries_for_one_and_many(watched, officer, on):
    window, counts = watched.window(10), []
    rows = [watched.dossier(f"项目{number}", budget="10") for number in range(12)]
    keeping.kept_watch([window], officer, on=on)
    for many in (1, 12):
        for dossier in rows[:many]:
            watched.pay(dossier, 1, "3")
            watched.goals(
                dossier, ("里程", "≥10公里", "3公里", "数量指标"), through=10
            ) if many > 1 else None
        with CaptureQueriesContext(connection) as queries:
            same(keeping.kept_watch([window], officer, on=on), watch(window, officer, on=on))
        counts.append(len(queries))
    assert counts[0] == counts[1] < 70


def test_nothing_of_nothing(officer, on):
    assert len(keeping.kept_watch([], officer, on=on)) == 0
    assert isinstance(keeping.kept_watch([], officer, on=on), Watch)
    assert not WatchLine.objects.exists()
