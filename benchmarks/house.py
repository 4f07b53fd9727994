"""A made-up division to measure in: units, subjects, dossiers, self-evaluations, evaluations; and
the process of its own each measure runs in.
"""

from __future__ import annotations

import gc
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

YEAR = 2021
ROWS = 12
SHEET = (("决策", 4, 5), ("过程", 4, 5), ("产出", 6, 5), ("效益", 6, 5))
"""First levels of a score sheet with how many rows of which weight: 20 rows, 100 points."""


def alone(module, *words, url=""):
    """What a module's ``main`` tells as its last line of JSON, run in a process and a home of its
    own.
    """
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{module}", *words],
            cwd=Path(__file__).parent.parent,
            check=True,
            text=True,
            stdout=subprocess.PIPE,
            env={
                **os.environ,
                "WENXIAO_HOME": home,
                "WENXIAO_DATABASE_URL": url,
                "DJANGO_SETTINGS_MODULE": "wenxiao.site.settings",
                "WENXIAO_STATICFILES": "django.contrib.staticfiles.storage.StaticFilesStorage",
            },
        )
    return json.loads(done.stdout.splitlines()[-1])


def opened():
    """Django ready over an empty database."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)


def best(work, times=3):
    """(seconds of the processor, seconds on the wall, what it gave): each the least of several."""
    spent, walls, given = [], [], None
    for _ in range(times):
        given = None
        gc.collect()
        wall, start = time.perf_counter(), time.process_time()
        given = work()
        spent.append(time.process_time() - start)
        walls.append(time.perf_counter() - wall)
    return min(spent), min(walls), given


def statements(work):
    """How many statements the work asks the database; counted one by one, for Django's own log
    keeps the last 9,000 alone.
    """
    from itertools import count

    from django.db import connection

    asked = count()

    def counted(execute, *call):
        next(asked)
        return execute(*call)

    with connection.execute_wrapper(counted):
        work()
    return next(asked)


def peak():
    """The most memory this process held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def division(size, *, many=None, year=YEAR, code="990000"):
    """A division with so many subjects, each with a dossier of ``year`` and a budget; (division,
    ids of the dossiers).
    """
    from django.db import transaction

    from wenxiao.budget.models import Appropriation, Dossier, Subject
    from wenxiao.orgs.models import Unit
    from wenxiao.orgs.services import create_division
    from wenxiao.store.bulk import insert_rows

    made = create_division(code=code, name="某区", bureau="某区财政局", by=None)
    many = many or max(size // 100, 10)
    chance = random.Random(7)
    with transaction.atomic():
        insert_rows(
            Unit,
            ("division", "code", "name", "kind"),
            [(made.pk, f"{n:04}", f"某区第{n}单位", "department") for n in range(many)],
        )
        units = list(Unit.objects.filter(division=made).order_by("pk"))
        for unit in units:
            unit.path = f"/{unit.pk}/"
        Unit.objects.bulk_update(units, ["path"], batch_size=200)
        insert_rows(
            Subject,
            ("division", "unit", "code", "name", "kind", "recurring"),
            [
                (made.pk, units[n % many].pk, f"{n:021}", f"某区第{n}项专项经费", "project", True)
                for n in range(size)
            ],
        )
        subjects = Subject.objects.filter(division=made).order_by("pk").values_list("pk", "unit")
        insert_rows(
            Dossier, ("subject", "unit", "fiscal_year"), [(pk, unit, year) for pk, unit in subjects]
        )
        keys = pks(Dossier, subject__division=made)
        insert_rows(
            Appropriation,
            ("dossier", "fund", "opening", "adjusted"),
            [
                (key, "general", yuan, yuan)
                for key in keys
                for yuan in (Decimal(chance.randint(10, 5000)) * 10_000,)
            ],
        )
    return made, keys


def pks(model, **which):
    """The ids of the chosen rows in order."""
    return list(model.objects.filter(**which).order_by("pk").values_list("pk", flat=True))


def self_evaluations(made, keys, *, year=YEAR, state="submitted"):
    """A round of self-evaluations over the dossiers: a target of 12 rows each, with actuals; the
    round.
    """
    from django.db import transaction

    from wenxiao.budget.models import Round
    from wenxiao.store.bulk import insert_rows
    from wenxiao.targets.models import Target

    round_ = Round.objects.create(
        division=made,
        kind="selfeval",
        name="单位自评",
        work_year=year + 1,
        fiscal_year=year,
        state="open",
        scope={"dossiers": keys},
    )
    with transaction.atomic():
        insert_rows(Target, ("dossier", "state"), [(key, "approved") for key in keys])
        targets = pks(Target, dossier__subject__division=made)
        _indicators(targets)
        _self_evaluated(round_, keys, targets, state)
    return round_


def _indicators(targets):
    """Twelve rows a target, each with what came of it."""
    import polars as pl

    from wenxiao.evidence.models import Actual
    from wenxiao.store.bulk import insert_frame
    from wenxiao.targets.models import Indicator

    at = pl.int_range(len(targets) * ROWS, dtype=pl.Int64, eager=True).alias("at")
    row, goal = pl.col("at") % ROWS, 10 + (pl.col("at") * 7919) % 90
    last = (pks(Indicator) or [0])[-1]
    insert_frame(
        Indicator,
        at.to_frame().select(
            target_id=pl.Series(targets).gather(at // ROWS),
            order=row + 1,
            level1=pl.when(row < 8).then(pl.lit("产出指标")).otherwise(pl.lit("效益指标")),
            level2=pl.when(row < 8).then(pl.lit("数量指标")).otherwise(pl.lit("经济效益指标")),
            name=pl.format("第{}项工作完成数", row + 1),
            expression=pl.format("≥{}次", goal),
            weight=pl.when(row < 6).then(800).otherwise(700).cast(pl.Int64),
        ),
    )
    insert_frame(
        Actual,
        at.to_frame().select(
            indicator_id=pl.Series(pks(Indicator, pk__gt=last)),
            stage=pl.lit("selfeval"),
            value=pl.format("{}次", 5 + (pl.col("at") * 104729) % 110),
        ),
    )


def _self_evaluated(round_, keys, targets, state):
    from wenxiao.reviews.models import Review
    from wenxiao.store.bulk import insert_rows

    chance = random.Random(8)
    names = ("dossier", "round", "kind", "state", "target", "budget", "executed", "points", "grade")
    insert_rows(
        Review,
        (*names, "complete"),
        [
            (
                key,
                round_.pk,
                "selfeval",
                state,
                target,
                Decimal(1_000_000),
                Decimal(chance.randint(200_000, 1_000_000)),
                Decimal(chance.randint(6000, 9900)) / 100,
                "良",
                True,
            )
            for key, target in zip(keys, targets, strict=True)
        ],
    )


def evaluations(made, keys, *, year=YEAR, state="issued"):
    """A key round of finance evaluations: audited money, a sheet of 20 rows with marks, problems,
    suggestions; ids of the reviews.
    """
    from django.db import transaction

    from wenxiao.budget.models import AuditedAmount, Round
    from wenxiao.reviews.models import Review
    from wenxiao.rulebook.grading import grade
    from wenxiao.store.bulk import insert_rows

    round_ = Round.objects.create(
        division=made,
        kind="finance_evaluation",
        name="财政评价",
        work_year=year + 1,
        fiscal_year=year,
        key=True,
        state="open",
        scope={"dossiers": keys},
    )
    chance = random.Random(9)
    with transaction.atomic():
        budgets = [Decimal(chance.randint(10, 5000)) * 10_000 for _ in keys]
        insert_rows(
            AuditedAmount,
            ("dossier", "arranged", "used"),
            [
                (key, yuan, yuan * chance.randint(50, 100) / 100)
                for key, yuan in zip(keys, budgets, strict=True)
            ],
        )
        mine = AuditedAmount.objects.filter(dossier__subject__division=made)
        audited = dict(mine.values_list("dossier", "pk"))
        points = [Decimal(chance.randint(60, 99)) for _ in keys]
        insert_rows(
            Review,
            ("dossier", "round", "kind", "state", "audited", "points", "grade", "complete"),
            [
                (key, round_.pk, round_.kind, state, audited[key], one, grade(one), True)
                for key, one in zip(keys, points, strict=True)
            ],
        )
        of_round = Review.objects.filter(round=round_).order_by("pk")
        reviews = list(of_round.values_list("pk", "dossier"))
        _sheets([pk for pk, _ in reviews])
        _problems(made, reviews)
    return [pk for pk, _ in reviews]


def _sheets(reviews):
    from wenxiao.reviews.models import Criterion, Mark
    from wenxiao.store.bulk import insert_rows

    chance = random.Random(10)
    rows = [(level, weight) for level, count, weight in SHEET for _ in range(count)]
    names = ("review", "order", "level1", "level2", "name", "weight", "explanation", "standard")
    insert_rows(
        Criterion,
        names,
        [
            (
                pk,
                at,
                level,
                f"{level}情况",
                f"第{at}项指标完成情况",
                Decimal(weight),
                "反映工作是否按计划完成。",
                "完成得满分，每少一个百分点扣百分之一的分值。",
            )
            for pk in reviews
            for at, (level, weight) in enumerate(rows, 1)
        ],
    )
    criteria = Criterion.objects.filter(review__gte=reviews[0])
    insert_rows(
        Mark,
        ("review", "criterion", "status", "points", "note"),
        [
            (review, pk, "judged", points, "" if points == weight else "资料不全，酌情扣分。")
            for pk, review, weight in criteria.order_by("pk").values_list("pk", "review", "weight")
            for points in (weight - chance.choice((0, 0, 0, 1)),)
        ],
    )


def _problems(made, reviews):
    from wenxiao.followup.models import CatalogueItem, Finding, Rectification
    from wenxiao.reviews.models import Suggestion
    from wenxiao.store.bulk import insert_rows

    item = CatalogueItem.objects.create(division=made, code="WT01", text="预算执行率低", order=1)
    insert_rows(
        Suggestion,
        ("review", "number", "text"),
        [(pk, n, f"建议{n}：加强预算申报和资金管理。") for pk, _ in reviews for n in (1, 2, 3)],
    )
    insert_rows(
        Finding,
        ("dossier", "review", "item", "text", "state"),
        [
            (dossier, pk, item.pk, f"第{n}个问题：预算执行率低，资金管理不规范", "confirmed")
            for pk, dossier in reviews
            for n in (1, 2)
        ],
    )
    findings = (
        Finding.objects.filter(dossier__subject__division=made)
        .order_by("pk")
        .values_list("pk", "dossier__unit")
    )
    insert_rows(
        Rectification,
        ("finding", "unit", "deadline", "state"),
        [(pk, unit, date(YEAR + 1, 12, 31), "ordered") for pk, unit in findings],
    )


def disclose(reviews):
    """The results published, all parts of them."""
    from django.db import transaction

    from wenxiao.followup.models import Disclosure
    from wenxiao.store.bulk import insert_rows

    parts = ["money", "goals", "findings", "suggestions"]
    with transaction.atomic():
        insert_rows(
            Disclosure,
            ("review", "state", "sentence", "what", "published_on"),
            [
                (
                    pk,
                    "published",
                    f"第{pk}项：用了资金、办成了事，查出的问题正在改。",
                    parts,
                    date(YEAR + 1, 12, 1),
                )
                for pk in reviews
            ],
        )


def officer(made, role, name="ceshi"):
    """An account with one role over the whole division."""
    from wenxiao.orgs.services import create_user, grant

    user = create_user(division=made, username=name, name=name, by=None, password="Shan-shui_2021!")
    grant(user=user, role=role, division=made, by=None)
    user.must_change_password = False
    user.save()
    return user
