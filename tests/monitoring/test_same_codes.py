"""The same codes on the same rows, walked: what the unit is told, what the bureau draws, and what
the watch shows.

Rows are put together from what units write, by a seed, so that most codes are met; each walk says
how many it met.
"""

import random
from decimal import Decimal

import pytest
from tests.monitoring.from_scratch import watch

from wenxiao.budget.models import Appropriation
from wenxiao.evidence.models import Actual
from wenxiao.followup.services.candidates import draw_candidates
from wenxiao.followup.watch.sentences import watch_rows
from wenxiao.reviews.checks import checks_of
from wenxiao.reviews.models import Mark
from wenxiao.rulebook.checks import doors, registry

pytestmark = [pytest.mark.db, pytest.mark.django_db]
DOSSIERS = 60
GOALS = (
    ("养护里程", "≥10公里", "数量指标", ("10公里", "12公里", "6公里", "十几")),
    ("培训人次", "≥0人次", "数量指标", ("3人次", "0人次", "")),
    ("任务数量", "5个", "数量指标", ("5个", "9个", "约14项", "0个")),
    ("验收合格率", "≥98%", "质量指标", ("98%", "150%", "90%", "较好")),
    ("完成时间", "2021年12月底前", "时效指标", ("2021年11月", "2022年2月", "未完成")),
    ("项目总成本", "≤100万元", "经济成本指标", ("90万元", "120万元", "")),
    (
        "服务能力",
        "明显提升",
        "社会效益指标",
        ("达成预期指标", "部分达成预期指标并具有一定效果", ""),
    ),
    ("群众满意度", "≥90%", "服务对象满意度指标", ("95%", "60%", "")),
)
"""Name, value, level 2, and what may have come of it: reached first, then what units also write."""
NOTES = ("", "尚未验收", "无偏差", "受疫情影响", "满意度调查未开展")


def shared(kind):
    """The codes that the hand-in and the candidates both run on a kind of table."""
    known = [one.code for one in registry()]

    def opened(door, table):
        listed = door.codes.get(table, ())
        return {code for code in known if code in listed or code[:2] in listed}

    return opened(doors.HAND_IN, kind) & opened(doors.CANDIDATES, kind)


def walked(watched, kind, window):
    """Reviews of a round over drawn goals, values, points, notes and money;
    every third says that all was reached.
    """
    chance = random.Random(f"same codes {kind}")
    made = []
    for number in range(DOSSIERS):
        budget = chance.choice((0, 80, 80, 100))
        dossier = watched.dossier(f"示例项目{number}", budget=str(budget))
        if chance.random() < 0.5:
            Appropriation.objects.filter(dossier=dossier).update(
                opening=Decimal(1_000_000), cut_back=Decimal(1_000_000 - budget * 10_000)
            )
        share = chance.choice((None, 0, 2, 40, 100, 100, 100, 130))
        if share is not None:
            watched.pay(dossier, window.through_month, str(budget * share // 100))
        chosen = chance.sample(GOALS, chance.randint(1, len(GOALS)))
        rows = watched.goals(dossier, *((name, goal, None, at) for name, goal, at, _ in chosen))
        points = chance.choice((None, Decimal(0), Decimal(4), Decimal(10)))
        review = watched.review(
            dossier, window, state="filling", complete=True, execution_points=points
        )
        for row, (*_, said) in zip(rows, chosen, strict=True):
            _fill(chance, review, row, said[0] if number % 3 == 0 else chance.choice(said))
        made.append(review)
    return made


def _fill(chance, review, row, value):
    row.weight = chance.choice((Decimal(10), Decimal(45), None))
    row.save()
    Actual.objects.create(
        indicator=row,
        stage=review.kind,
        through_month=review.round.through_month,
        value=value,
        note=chance.choice(NOTES),
    )
    if review.kind == "selfeval":
        given = chance.choice((row.weight, row.weight, Decimal(0), Decimal(50)))
        Mark.objects.create(review=review, indicator=row, points=given, note=chance.choice(NOTES))


def told_to_the_unit(review, codes):
    return {check.code for check in checks_of(review)} & codes


def drawn(round_, officer, codes):
    """The codes drawn, by dossier."""
    found = {}
    for one in draw_candidates(round=round_, by=officer):
        if one.rule in codes:
            found.setdefault(one.dossier_id, set()).add(one.rule)
    return found


@pytest.mark.parametrize(("kind", "floor"), [("selfeval", 8), ("monitoring", 6)])
def test_the_unit_and_the_bureau_see_the_same_codes(watched, officer, kind, floor):
    window = watched.window(12, kind=kind)
    reviews, codes = walked(watched, kind, window), shared(kind)
    unit = {one.dossier_id: told_to_the_unit(one, codes) for one in reviews}
    bureau = drawn(window, officer, codes)
    assert {key: some for key, some in unit.items() if some} == bureau
    met = set().union(*unit.values())
    assert len(met) >= floor, f"met only {sorted(met)} of {sorted(codes)}"


def test_the_watch_warns_of_what_the_unit_is_told(watched, on):
    window = watched.window(12)
    reviews = walked(watched, "monitoring", window)
    warned = {
        row.dossier: any("收回预算" in text for text in row.warnings)
        for row in watch_rows(watch(window, None, on=on))
    }
    told = {one.dossier_id: bool(told_to_the_unit(one, {doors.CUT_BACK})) for one in reviews}
    assert warned == told
    assert 3 <= sum(told.values()) < DOSSIERS


def test_the_pace_is_drawn_where_the_watch_is_not_green(watched, officer, on):
    window = watched.window(12)
    walked(watched, "monitoring", window)
    slow = {
        row.dossier
        for row in watch_rows(watch(window, None, on=on))
        if row.pace.light in {"red", "yellow"}
    }
    assert set(drawn(window, officer, {doors.PACE})) == slow
    assert len(slow) >= 10
