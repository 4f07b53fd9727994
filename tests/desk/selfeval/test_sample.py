"""A draw of re-checks stays a sample: reasons have their most, and what nobody looked at counts
against nobody.
"""

from decimal import Decimal

import pytest

from wenxiao.evidence.models import Material
from wenxiao.reviews.models import RecheckSample, Review
from wenxiao.reviews.rechecks import self_evaluations
from wenxiao.reviews.services import draw_recheck
from wenxiao.rulebook.recheck import SelfEvaluation, sample

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def all_risky(count):
    return [SelfEvaluation(str(n), score=Decimal(99), rate=Decimal(10)) for n in range(count)]


def test_reasons_draw_at_most_their_share_and_chance_the_rest():
    drawn = sample(all_risky(100), seed=7, share=Decimal(20), most=Decimal(30))
    assert (drawn.count("risk"), drawn.count("random")) == (30, 20)
    assert all(line.reasons for line in drawn.lines)  # who was not drawn keeps the reasons
    again = sample(all_risky(100)[::-1], seed=7, share=Decimal(20), most=Decimal(30))
    chosen = {line.id for line in drawn.lines if line.drawn}
    assert {line.id for line in again.lines if line.drawn} == chosen
    free = sample(all_risky(100), seed=7, share=Decimal(20))
    assert free.count("risk") == 80


def test_proof_nobody_looked_at_is_no_reason(small):
    form = small.self_review
    Material.objects.all().update(state="unverified")
    assert self_evaluations([form])[0].proved is None
    Material.objects.filter(dossier=form.dossier).update(state="refused")
    Review.objects.filter(pk=form.pk).update(proved=Decimal(0))
    form.refresh_from_db()
    assert self_evaluations([form])[0].proved == 0


def test_the_drawing_keeps_what_it_was_drawn_by(small):
    draw_recheck(round=small.selfeval, seed=3, by=small.officer, why="复核方案")
    assert RecheckSample.objects.get().most == Decimal(30)
