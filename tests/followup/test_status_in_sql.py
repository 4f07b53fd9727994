"""The report's status sentence over random standings, each of its numbers
counted again in SQL by itself.
"""

import os
import random
import re
from datetime import date

import pytest
from django.db import connection
from tests.acts.house import House

from wenxiao.budget.models import Dossier, Exemption, Round
from wenxiao.budget.services import ensure_subject, open_dossier
from wenxiao.records.models import Notice
from wenxiao.reports import wording
from wenxiao.reports.facts import facts
from wenxiao.reports.structure import plain_text
from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.engine, pytest.mark.django_db]
SEEDS = range(max(12, int(os.environ.get("WENXIAO_EXAMPLES", "200")) // 10))
STATES = ("filling", "submitted", "checked", "confirmed", "issued", "issued")
YEAR = 2021
REPORTED = """
    SELECT count(*) FROM reviews_review r JOIN budget_round o ON o.id = r.round_id
    WHERE o.work_year = 2021 AND o.key AND o.kind IN ('finance_evaluation', 'monitoring')"""
LETTER = """EXISTS (SELECT 1 FROM records_notice n
    WHERE n.kind = 'feedback' AND n.target_type = 'reviews.Review' AND n.target_id = r.id"""


def counted(condition=""):
    """How many reported reviews meet a condition, by plain SQL."""
    with connection.cursor() as cursor:
        cursor.execute(REPORTED + condition)
        return cursor.fetchone()[0]


def without_any_sheet():
    """How many objects the key rounds ask for of which there is no review
    and that nobody excused, by plain SQL.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM budget_round o
            JOIN budget_dossier d ON d.fiscal_year = o.fiscal_year
            JOIN budget_subject s ON s.id = d.subject_id AND s.division_id = o.division_id
            WHERE o.work_year = 2021 AND o.key AND o.kind IN ('finance_evaluation', 'monitoring')
            AND CAST(o.scope AS text) <> '{}' AND s.kind = 'project'
            AND NOT EXISTS (
                SELECT 1 FROM reviews_review r WHERE r.round_id = o.id AND r.dossier_id = d.id)
            AND NOT EXISTS (
                SELECT 1 FROM budget_exemption e WHERE e.round_id = o.id AND e.dossier_id = d.id)"""
        )
        return cursor.fetchone()[0]


def tell(draw, house, review, *, signed):
    """Letters about a review as chance has it; reminders and letters about
    other things count for nothing.
    """
    about = {
        "division": house.division,
        "unit": house.unit,
        "target_type": "reviews.Review",
        "target_id": review.pk,
        "issued_on": date(YEAR, 11, 1),
    }
    if draw.random() < 0.3:
        Notice.objects.create(kind="reminder", received_on=date(YEAR, 11, 2), **about)
    for _ in range(draw.choice((1, 1, 2)) if signed else draw.choice((0, 0, 1, 2))):
        back = date(YEAR, 11, 9) if signed or draw.random() < 0.5 else None
        Notice.objects.create(kind="feedback", received_on=back, **about)


def stand(draw):
    """Rounds of the year, key and others, with reviews in any state;
    sometimes everything is finished.
    """
    house, finished = House(), draw.random() < 0.25
    for at, kind in enumerate(("finance_evaluation", "monitoring", "selfeval")):
        months = {"from_month": 1, "through_month": 7} if kind == "monitoring" else {}
        for key in (True, False):
            opened = Round.objects.create(
                division=house.division,
                kind=kind,
                name=f"{kind}{key}",
                work_year=YEAR if key or draw.random() < 0.5 else YEAR - 1,
                fiscal_year=YEAR - 1,
                state="open",
                key=key,
                scope=draw.choice(({}, {"kinds": ["project"]}, {"kinds": ["project"]})),
                **months,
            )
            for number in range(draw.randint(0, 4)):
                subject = ensure_subject(
                    division=house.division,
                    unit=house.unit,
                    code=f"S{at}{int(key)}{number}",
                    name=f"对象{at}{int(key)}{number}",
                    by=None,
                )
                review = Review.objects.create(
                    dossier=open_dossier(subject=subject, fiscal_year=YEAR - 1, by=None),
                    round=opened,
                    kind=kind,
                    state="issued" if finished else draw.choice(STATES),
                )
                tell(draw, house, review, signed=finished)
    if finished and draw.random() < 0.7:
        excuse_the_rest(house)
    return house


def excuse_the_rest(house):
    """本次免报 for whatever the year's key rounds ask for and have no sheet of."""
    for opened in Round.objects.filter(work_year=YEAR, key=True):
        judged = opened.reviews.values("dossier")
        for dossier in Dossier.objects.filter(fiscal_year=YEAR - 1).exclude(pk__in=judged):
            Exemption.objects.create(
                round=opened, dossier=dossier, reason="cancelled", by=house.people["performance"]
            )


def claims(text):
    """What the sentence claims: how many in all, issued, sent, signed, not
    signed, never sent; None where it says none.
    """

    def number(pattern):
        hit = re.search(pattern, text)
        return int(hit.group(1)) if hit else None

    return {
        "total": number(r"(\d+)份报告中"),
        "issued": number(r"已出具(\d+)份"),
        "sent": number(r"已发出(\d+)份"),
        "signed": number(r"(\d+)份问题反馈函已由"),
        "unsigned": number(r"其余(\d+)份尚未签收"),
        "lacking": number(r"另有(\d+)个应评对象尚无结果"),
        "unsent": number(r"另有(\d+)份尚未发出"),
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_property_every_number_of_the_status_sentence_is_the_rows_own(seed):
    house = stand(random.Random(seed))
    text = plain_text(wording.status(facts(house.division, YEAR)))
    total = counted()
    issued, sent = counted(" AND r.state = 'issued'"), counted(f" AND {LETTER})")
    signed = counted(f" AND {LETTER} AND n.received_on IS NOT NULL)")
    assert bool(text) == bool(total)
    due = {
        "total": total,
        "issued": issued,
        "sent": sent,
        "signed": signed,
        "unsigned": sent - signed,
        "unsent": total - sent,
        "lacking": without_any_sheet(),
    }
    claimed = {name: number for name, number in claims(text).items() if number is not None}
    assert claimed == {name: due[name] for name in claimed}, text
    if not total:
        return
    whole = not due["lacking"]
    assert ("尚无结果" in text) == bool(due["lacking"])
    assert ("各项财政绩效管理工作已出具报告" in text) == (issued == total and whole)
    assert ("份报告均已出具" in text) == (issued == total and not whole)
    assert ("各项报告尚未出具" in text) == (issued == 0)
    assert ("反馈函尚未发出" in text) == (sent == 0)
    assert ("尚未签收" in text) == (signed < sent)
    assert ("尚未发出" in text) == (sent < total)
    assert ("反馈到各相关部门" in text or "均已签收" in text) == (signed == total)
