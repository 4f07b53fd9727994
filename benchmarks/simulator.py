"""下年度预算测算 over 100 000 requests: what all proposals come to, beside merely reading the rows
it rests on.

WENXIAO_BENCH_SUBJECTS makes it smaller.
"""

from __future__ import annotations

import json
import os
import random
from decimal import Decimal

from benchmarks.house import YEAR, alone, best, opened, peak, statements

SUBJECTS = int(os.environ.get("WENXIAO_BENCH_SUBJECTS", "100000"))
FEW = 200
MONTHS = (3, 9)


def measure():
    """In a process of its own."""
    from benchmarks.section import Section

    told = alone("simulator")
    about = (
        f"{SUBJECTS:,} 个对象的下年度申报，连同本年预算和支出、上年评价结果、确认的问题、上年决定，算出全部建议和合计；"
        "处理器时间，几次中最少的一次，SQLite。要求不超过读入同样的行的 2 倍。"
    )
    section = Section("下年度预算测算", about, ("步骤", "处理器秒", "倍数", "查询"))
    floor = told["read"]
    section.rows = [
        ("只把同样的行读入内存", f"{floor:.2f}", "1.0", "7"),
        (
            "测算：建议和合计",
            f"{told['effect']:.2f}",
            f"{told['effect'] / floor:.1f}",
            told["many"],
        ),
        (
            "逐行清单（下载用）",
            f"{told['sheet']:.2f}",
            f"{told['sheet'] / floor:.1f}",
            told["rows"],
        ),
    ]
    section.rows = [tuple(str(cell) for cell in row) for row in section.rows]
    section.notes = [
        f"测算的查询数：{FEW} 个对象与 {SUBJECTS:,} 个对象为 {told['few']} 与 {told['many']}。",
        f"测算的合计与逐行清单的合计相同：建议审减 {told['cut']} 元，{told['unpriced']:,} 项建议没有金额。",
        f"内存最高：测算之后 {told['peak_effect']} MB，逐行清单之后 {told['peak']} MB。",
    ]
    return section


def read(made):
    """What any simulator must at least do: the columns it needs of all rows, as Python values."""
    from wenxiao.budget.models import Appropriation, Dossier, Request, Spending
    from wenxiao.followup.models import BudgetDecision, Finding
    from wenxiao.reviews.models import Review

    parts = (
        Request.objects.filter(subject__division=made, fiscal_year=YEAR + 1).values_list(
            "pk", "subject", "asked", "subject__recurring", "subject__unit", "synthetic"
        ),
        Dossier.objects.filter(subject__division=made).values_list("pk", "subject", "fiscal_year"),
        Appropriation.objects.values_list(
            "dossier", "fund", "opening", "added", "cut_back", "adjusted"
        ),
        Spending.objects.values_list("dossier", "fund", "source", "month", "cumulative", "amount"),
        Review.objects.filter(dossier__subject__division=made).values_list(
            "dossier__subject", "dossier__fiscal_year", "kind", "grade", "points", "proved"
        ),
        Finding.objects.filter(dossier__subject__division=made).values_list(
            "dossier__subject", "dossier__fiscal_year", "item", "text", "rectification__state"
        ),
        BudgetDecision.objects.filter(request__subject__division=made).values_list(
            "request__subject", "request__fiscal_year", "kind", "asked", "amount", "cut"
        ),
    )
    return sum(len(list(part)) for part in parts)


def plant(size, code="990000"):
    """Requests for the year after; a tenth evaluated with problems, a tenth with a decision of the
    year before.
    """
    from django.db import transaction

    from benchmarks.house import division, evaluations, pks
    from wenxiao.budget.models import Request, Spending, Subject
    from wenxiao.followup.models import BudgetDecision
    from wenxiao.store.bulk import insert_rows

    made, keys = division(size, code=code)
    chance = random.Random(11)
    evaluations(made, keys[:: 10 if size > 100 else 2])
    with transaction.atomic():
        for part in range(0, len(keys), 10_000):
            insert_rows(
                Spending,
                ("dossier", "fund", "source", "month", "amount", "line"),
                [
                    (
                        key,
                        "general",
                        "treasury",
                        month,
                        chance.randint(1, 2000) * 1000,
                        f"{key}-{month}",
                    )
                    for key in keys[part : part + 10_000]
                    for month in MONTHS
                ],
            )
        subjects = pks(Subject, division=made)
        names = ("subject", "fiscal_year", "stage", "asked")
        insert_rows(
            Request,
            names,
            [(pk, YEAR + 1, "first", chance.randint(10, 5000) * 10_000) for pk in subjects]
            + [(pk, YEAR, "first", 1_000_000) for pk in subjects[::10]],
        )
        earlier = pks(Request, fiscal_year=YEAR, subject__division=made)
        insert_rows(
            BudgetDecision,
            ("request", "proposed", "basis", "kind", "asked", "amount", "cut", "decided_on"),
            [
                (
                    pk,
                    "plain",
                    "没有规则要求另作处理",
                    "cut",
                    1_000_000,
                    900_000,
                    100_000,
                    "2020-12-01",
                )
                for pk in earlier
            ],
        )
    return made


def effect(made, user):
    """The simulator's totals, as the page of all departments asks for them."""
    from wenxiao.followup.selectors.budget_effect import simulate

    return simulate(user, made, YEAR + 1).effect


def main():
    """Plant, read, reckon; told as one line of JSON."""
    opened()
    from benchmarks.house import officer
    from wenxiao.followup.selectors.next_budget import effect_of, requests_seen_by, sheet
    from wenxiao.orgs.models import Role

    made = plant(SUBJECTS)
    user = officer(made, Role.PERFORMANCE)
    floor, _, _ = best(lambda: read(made))
    cpu, _, whole = best(lambda: effect(made, user))
    many, peak_effect = statements(lambda: effect(made, user)), peak()

    def lines():
        return sheet(requests_seen_by(user, made, YEAR + 1), division=made, year=YEAR + 1).lines

    spent, _, rows = best(lines, 2)
    listed = sum((one.proposed_cut or Decimal(0) for one in rows), Decimal(0))
    assert len(rows) == SUBJECTS
    assert effect_of(rows) == whole, (effect_of(rows), whole)
    assert listed == whole.proposed_cut, (listed, whole.proposed_cut)
    held, asked = peak(), statements(lines)
    small = plant(FEW, "990001")
    other = officer(small, Role.PERFORMANCE, "xiaoqu")
    few = statements(lambda: effect(small, other))
    print(
        json.dumps(
            {
                "read": floor,
                "effect": cpu,
                "sheet": spent,
                "many": many,
                "rows": asked,
                "cut": str(whole.proposed_cut),
                "unpriced": whole.unpriced,
                "peak_effect": peak_effect,
                "peak": held,
                "few": few,
            }
        )
    )


if __name__ == "__main__":
    main()
