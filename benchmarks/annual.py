"""The annual work report of a division with 5 000 subjects, all of them reported: figures, Word and
Excel, from the rows.

Beside it, in the same run: merely reading the same rows. WENXIAO_BENCH_REPORTED makes it smaller.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

REPORTED = int(os.environ.get("WENXIAO_BENCH_REPORTED", "5000"))
UNITS = max(REPORTED // 16, 5)
OVERALL = max(REPORTED // 125, 1)
MONITORED = max(REPORTED // 12, 2)
PROBLEMS = 12
YEAR = 2021
WAN = Decimal(10_000)


def measure():
    """In a process of its own: its database must not be anybody's."""
    from benchmarks.section import Section

    with tempfile.TemporaryDirectory() as home:
        env = {
            **os.environ,
            "WENXIAO_HOME": home,
            "WENXIAO_DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": "wenxiao.site.settings",
        }
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.annual"],
            cwd=Path(__file__).parent.parent,
            check=True,
            text=True,
            stdout=subprocess.PIPE,
            env=env,
        )
    told = json.loads(done.stdout.splitlines()[-1])
    seconds, base = told["seconds"], told["seconds"]["只把同样的行读入内存"]
    about = (
        f"{REPORTED:,} 个对象的区划（{UNITS} 个单位；财政评价 {REPORTED - MONITORED:,} 个，重点监控 {MONITORED} 个），"
        f"连同预算、审定金额、得分、问题、建议和反馈函共 {told['rows']:,} 行，SQLite。每一步各做一次。"
    )
    section = Section("年度工作报告", about, ("步骤", "秒", "倍数"))
    section.rows = [
        (step, f"{spent:.2f}", f"{spent / base:.1f}") for step, spent in seconds.items()
    ]
    whole = sum(spent for step, spent in seconds.items() if step != "只把同样的行读入内存")
    section.notes = [
        f"从行到全部文件 {whole:.1f} 秒，是只读这些行的 {whole / base:.1f} 倍；主进程内存最高 {told['peak']} MB。",
        f"报告 {told['docx']:,} KB，情况表 Excel {told['xlsx']:,} KB；报告绑定数字 {told['figures']:,} 个。",
    ]
    return section


def main():
    """Every step once, told as one line of JSON."""
    import resource

    import django

    django.setup()
    from django.core.management import call_command

    from wenxiao.reports import annual, printing, summary
    from wenxiao.reports.annual import ReportChoices
    from wenxiao.reports.facts import facts

    call_command("migrate", verbosity=0)
    division, seconds = plant(), {}

    def run(step, work):
        start = time.perf_counter()
        given = work()
        seconds[step] = time.perf_counter() - start
        return given

    rows = run("只把同样的行读入内存", merely)
    choices = ReportChoices()
    found = run("取数（年度事实）", lambda: facts(division, YEAR))
    report = run("算出数字并成文", lambda: annual.build(found, choices=choices))
    docx = run("报告 Word", lambda: printing.report_docx(report))
    sheets = run("情况表：逐行", lambda: summary.sheets(found, choices))
    xlsx = run("情况表 Excel", lambda: printing.workbook(sheets))
    run(
        "情况表 Word",
        lambda: printing.sheets_docx(summary.sheets(found, choices, internal=False), demo=False),
    )
    run("figures.json", lambda: printing.figures_json(report))
    assert (len(found.reported), len(found.monitored)) == (REPORTED, MONITORED), len(found.reported)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told = {"seconds": seconds, "rows": rows, "peak": peak, "figures": len(report.figures)}
    print(json.dumps({**told, "docx": len(docx) // 1024, "xlsx": len(xlsx) // 1024}))


def _tables():
    from wenxiao.budget.models import Appropriation, AuditedAmount, Dossier, Subject
    from wenxiao.followup.models import Finding
    from wenxiao.orgs.models import Unit
    from wenxiao.records.models import Notice
    from wenxiao.reviews.models import Review, Suggestion

    return (
        Unit,
        Subject,
        Dossier,
        Appropriation,
        AuditedAmount,
        Review,
        Suggestion,
        Finding,
        Notice,
    )


def merely():
    """What any report must at least do: all columns of all rows, as Python values."""
    return sum(len(list(model.objects.values_list())) for model in _tables())


def plant():
    """A division whose every subject is evaluated or watched, with all that hangs on it."""
    from django.db import transaction

    from wenxiao.followup.models import CatalogueItem, CommonProblem
    from wenxiao.orgs.services import create_division

    division = create_division(code="990000", name="某区", bureau="某区财政局", by=None)
    with transaction.atomic():
        items = [
            CatalogueItem.objects.create(
                division=division,
                code=f"WT{n:02}",
                text=f"第{n}类共性问题，资金管理不规范",
                order=n,
            )
            for n in range(PROBLEMS)
        ]
        for item in items:
            line = CommonProblem.objects.create(
                division=division, work_year=YEAR, order=item.order, text=item.text
            )
            line.items.add(item)
        _results(division, _dossiers(division), [item.pk for item in items])
    return division


def _dossiers(division):
    """(dossier, unit) of every subject: first the departments as a whole,
    then projects, last the watched ones.
    """
    from wenxiao.budget.models import Appropriation, AuditedAmount, Dossier, Subject
    from wenxiao.orgs.models import Unit
    from wenxiao.store.bulk import insert_rows

    insert_rows(
        Unit,
        ("division", "code", "name", "kind"),
        [(division.pk, f"{n:04}", f"某区第{n}单位", "department") for n in range(UNITS)],
    )
    units = list(Unit.objects.order_by("pk").values_list("pk", flat=True))
    insert_rows(
        Subject,
        ("division", "unit", "code", "name", "kind"),
        [
            (
                division.pk,
                units[n % UNITS],
                f"{n:021}",
                f"某区第{n}项专项经费",
                "department_overall" if n < OVERALL else "project",
            )
            for n in range(REPORTED)
        ],
    )
    subjects = list(Subject.objects.order_by("pk").values_list("pk", "unit"))
    first_watched = REPORTED - MONITORED
    insert_rows(
        Dossier,
        ("subject", "unit", "fiscal_year"),
        [
            (pk, unit, YEAR - 1 if n < first_watched else YEAR)
            for n, (pk, unit) in enumerate(subjects)
        ],
    )
    made = list(Dossier.objects.order_by("pk").values_list("pk", "unit"))
    chance = random.Random(7)
    budgets = [Decimal(chance.randint(10, 5000)) * WAN for _ in made]
    names = ("dossier", "opening", "adjusted")
    insert_rows(
        Appropriation, names, [(pk, b, b) for (pk, _), b in zip(made, budgets, strict=True)]
    )
    audited = [
        (pk, b, b * chance.randint(50, 100) / 100) for (pk, _), b in zip(made, budgets, strict=True)
    ]
    insert_rows(AuditedAmount, ("dossier", "arranged", "used"), audited[:first_watched])
    return made


def _results(division, dossiers, items):
    """Reviews with points and grade, suggestions, confirmed findings and received notices."""
    _reviews(division, dossiers)
    _suggestions_and_findings(items)
    _notices(division, dossiers)


def _reviews(division, dossiers):
    from wenxiao.budget.models import AuditedAmount, Round
    from wenxiao.reviews.models import Review
    from wenxiao.rulebook.grading import grade
    from wenxiao.store.bulk import insert_rows

    chance = random.Random(8)
    made = {"division": division, "work_year": YEAR, "key": True, "state": "open"}
    evaluation = Round.objects.create(
        kind="finance_evaluation", name="财政评价", fiscal_year=YEAR - 1, **made
    )
    watching = Round.objects.create(
        kind="monitoring", name="1-7月监控", fiscal_year=YEAR, from_month=1, through_month=7, **made
    )
    audited = dict(AuditedAmount.objects.values_list("dossier", "pk"))
    rows = []
    for pk, _ in dossiers:
        points = Decimal(chance.randint(6000, 9900)) / 100
        if pk in audited:
            rows.append(
                (
                    pk,
                    evaluation.pk,
                    evaluation.kind,
                    "issued",
                    audited[pk],
                    None,
                    None,
                    points,
                    grade(points),
                )
            )
        else:
            budget = Decimal(chance.randint(10, 500)) * WAN
            rows.append(
                (pk, watching.pk, watching.kind, "issued", None, budget, budget / 2, None, "")
            )
    names = (
        "dossier",
        "round",
        "kind",
        "state",
        "audited",
        "budget",
        "executed",
        "points",
        "grade",
    )
    insert_rows(Review, names, rows)


def _suggestions_and_findings(items):
    from wenxiao.budget.models import AuditedAmount
    from wenxiao.followup.models import Finding
    from wenxiao.reviews.models import Review, Suggestion
    from wenxiao.store.bulk import insert_rows

    chance = random.Random(9)
    audited = set(AuditedAmount.objects.values_list("dossier", flat=True))
    reviews = list(Review.objects.order_by("pk").values_list("pk", "dossier"))
    insert_rows(
        Suggestion,
        ("review", "number", "text"),
        [(pk, n, f"建议{n}：加强预算申报和资金管理。") for pk, _ in reviews for n in (1, 2, 3)],
    )
    insert_rows(
        Finding,
        ("dossier", "review", "item", "text", "state"),
        [
            (dossier, pk, items[at], f"第{at}类共性问题，资金管理不规范", "confirmed")
            for pk, dossier in reviews
            if dossier in audited
            for at in chance.sample(range(PROBLEMS), 3)
        ],
    )


def _notices(division, dossiers):
    from wenxiao.records.models import Notice
    from wenxiao.reviews.models import Review
    from wenxiao.store.bulk import insert_rows

    reviews = Review.objects.order_by("pk").values_list("pk", "dossier")
    units = dict(dossiers)
    day = date(YEAR, 11, 8)
    names = (
        "division",
        "kind",
        "unit",
        "target_type",
        "target_id",
        "issued_on",
        "received_on",
        "number",
    )
    insert_rows(
        Notice,
        names,
        [
            (division.pk, "feedback", units[dossier], "reviews.Review", pk, day, day, f"函{pk}")
            for pk, dossier in reviews
        ],
    )


if __name__ == "__main__":
    main()
