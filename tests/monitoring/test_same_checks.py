"""One row, one meaning: the unit's check, the bureau's candidates and the
watch say the same of the same stored rows.
"""

from decimal import Decimal

import pytest
from tests.monitoring.from_scratch import watch

from wenxiao.budget.models import Appropriation
from wenxiao.evidence.models import Actual
from wenxiao.followup.services.candidates import draw_candidates
from wenxiao.followup.tasks import draw
from wenxiao.followup.watch.sentences import watch_rows
from wenxiao.reviews.checks import checks_of, tables_in, tables_of
from wenxiao.reviews.models import Mark

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def seen_by_the_unit(review):
    return {check.code for check in checks_of(review) if check.code}


@pytest.fixture
def imported(watched):
    """A self-evaluation as an import leaves it: full points, the form's
    remark on the mark alone, no money of its own.
    """
    window = watched.window(12, kind="selfeval")
    dossier = watched.dossier(budget="100")
    watched.pay(dossier, 12, "40")
    rows = watched.goals(
        dossier, ("养护里程", "≥10公里", None, "数量指标"), ("验收合格率", "≥98%", None, "质量指标")
    )
    review = watched.review(
        dossier, window, state="filling", complete=True, execution_points=Decimal(4)
    )
    for row, actual in zip(rows, ("10公里", "98%"), strict=True):
        row.weight = Decimal(45)
        row.save()
        Actual.objects.create(indicator=row, stage="selfeval", value=actual)
        Mark.objects.create(review=review, indicator=row, points=Decimal(45), note="尚未验收")
    return review


def test_an_imported_full_row_not_yet_accepted(imported, officer):
    unit = seen_by_the_unit(imported)
    assert {"ZP-05", "ZP-06", "ZP-17"} <= unit
    assert {one.rule for one in draw_candidates(round=imported.round, by=officer)} == unit


def test_the_task_a_command_queues_draws_the_same(imported, officer):
    unit = seen_by_the_unit(imported)
    draw.func(imported.round_id, officer.pk)
    assert set(imported.findings.values_list("rule", flat=True)) == unit


def test_money_taken_back_in_a_window(watched, officer, on):
    window = watched.window(12)
    dossier = watched.dossier(budget="80")
    Appropriation.objects.filter(dossier=dossier).update(
        opening=Decimal(1_000_000), cut_back=Decimal(200_000)
    )
    watched.pay(dossier, 12, "80")
    watched.goals(dossier, ("参与次数", "≥0次", "3次", "数量指标"), through=12)
    review = watched.review(dossier, window)
    unit = seen_by_the_unit(review)
    assert unit == {"JK-03", "JK-08"}
    (row,) = watch_rows(watch(window, None, on=on))
    assert any("收回预算 20 万元后执行率 100%" in text for text in row.warnings)
    assert {one.rule for one in draw_candidates(round=window, by=officer)} - {"JK-01"} == unit


def test_a_dossier_nobody_began_has_the_table_it_will_have(watched):
    window = watched.window()
    dossier = watched.dossier(budget="100")
    watched.pay(dossier, 3, "10")
    watched.goals(dossier, ("里程", "≥10公里", "3公里", "数量指标"))
    before = tables_in(window, [dossier.pk])[dossier.pk]
    review = watched.review(dossier, window)
    assert before == tables_of([review])[review.pk]
    assert before.rows[0]["actual"] == "3公里"
    assert before.head["executed"] == Decimal(100_000)
