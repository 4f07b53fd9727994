"""The division's own rules reach every door: PJ-01 made 阻断, and grade bands of its own.

Both were proven faults: a code set to 阻断 on the rules page stayed 警告 at import, and 优 was read by
bands in code.
"""

from __future__ import annotations

from datetime import date

import pytest
from tests.intake.test_doors import SELFEVAL, SHEET, changed, door

from wenxiao.files.forms.reading import read_file
from wenxiao.orgs.services import RuleSource, add_document, create_user, grant, override_rule
from wenxiao.records.models import ImportBatch
from wenxiao.reviews.models import Review
from wenxiao.reviews.services import submit_review
from wenxiao.rulebook.basis import in_force
from wenxiao.store.moves import NotAllowed

__all__ = ["door"]
pytestmark = [pytest.mark.db, pytest.mark.django_db]

UNIT = {"0": {"unit": "示例单位乙", "subject": "create"}}
"""What the sheet leaves open."""
FROM = date(2024, 1, 1)


def own(bureau, rule, content):
    """The division's own value of a rule, by a clause of its own measure that two persons read."""
    paper = add_document(division=bureau.division, kind="measures", title="示例区办法", by=None)
    clause = RuleSource(paper, "第三条", "原文", words="合计应为一百分", compared_by="甲")
    second = create_user(
        division=bureau.division, username="confirmer", name="乙", by=None, password="Long-enough-1"
    )
    grant(user=second, role="performance", division=bureau.division, by=None)
    override_rule(
        division=bureau.division,
        rule=rule,
        start=FROM,
        source=clause,
        content=content,
        proposed_by=bureau.finance,
        by=second,
        why="本级办法",
    )


def blocks(bureau, code="PJ-01"):
    own(bureau, "checks", {"checks": {code: {"level": "阻断"}}})


def said(code):
    """The problems of a code that the batch shows and the review keeps."""
    shown = [one for batch in ImportBatch.objects.all() for one in batch.problems]
    kept = [one for review in Review.objects.all() for one in review.problems]
    return [
        [(one["level"], one["cell"]) for one in found if one["code"] == code]
        for found in (shown, kept)
    ]


HEAVY = {"F6": 14}
"""A weight of 14 where 4 was: all weights together are 110."""


def test_a_sum_of_weights_only_warns_where_the_division_says_nothing(
    door, evaluation_round, tmp_path
):
    assert "PJ-01" in door.bring(changed(SHEET, tmp_path, **HEAVY), UNIT)
    shown, kept = said("PJ-01")
    assert [level for level, _ in shown] == [level for level, _ in kept] == ["警告"]


def test_a_sum_of_weights_made_blocking_blocks_at_every_door(
    door, bureau, evaluation_round, tmp_path
):
    blocks(bureau)
    assert "PJ-01" in door.bring(changed(SHEET, tmp_path, **HEAVY), UNIT)
    shown, kept = said("PJ-01")
    assert [level for level, _ in shown] == [level for level, _ in kept] == ["阻断"]
    review = Review.objects.get()  # received whatever is wrong in it …
    with pytest.raises(NotAllowed, match=r"权重合计|分值合计"):  # … and not handed in
        submit_review(review=review, by=bureau.finance, version=review.version)


def test_a_right_sum_is_not_named_by_the_stricter_rule(door, bureau, evaluation_round, tmp_path):
    blocks(bureau)
    assert "PJ-01" not in door.bring(changed(SHEET, tmp_path), UNIT)
    assert Review.objects.count() == 1


STRICT = [
    {"grade": "优", "at_least": "95", "below": "100", "closed": True},
    {"grade": "良", "at_least": "80", "below": "95"},
    {"grade": "中", "at_least": "60", "below": "80"},
    {"grade": "差", "at_least": "0", "below": "60"},
]
"""92.01 is 优 nationally and 良 by these."""


@pytest.mark.parametrize(
    ("grade", "national", "own_bands"), [("优", False, True), ("良", True, False)]
)
@pytest.mark.parametrize("strict", [False, True])
def test_the_divisions_own_grade_bands_judge_the_grade_at_every_door(
    door, bureau, evaluation_round, tmp_path, strict, grade, national, own_bands
):
    if strict:
        own(bureau, "grades", {"bands": STRICT})
    codes = door.bring(changed(SHEET, tmp_path, F32=grade), UNIT)
    assert ("PJ-04" in codes) is (own_bands if strict else national)
    review = Review.objects.get()
    assert review.published_grade == grade
    assert review.grade == ("良" if strict else "优")
    assert {"PJ-04"} & {one["code"] for one in review.problems} == (
        {"PJ-04"} if "PJ-04" in codes else set()
    )


def test_the_bands_of_the_test_are_others_than_the_national_ones():
    lines = [band["at_least"] for band in in_force("grades", 2024).content["bands"]]
    assert lines[0] != STRICT[0]["at_least"]


@pytest.mark.parametrize("less", [{"level": "提示"}, {"enabled": False}])
def test_an_entry_nobody_checked_lowers_no_arithmetic_at_any_door(
    door, bureau, selfeval_round, tmp_path, less
):
    """A value put past the rules page, as a hand-made file would bring it: points above the
    weight still block.
    """
    entry = {
        "rule": "checks",
        "from": FROM.replace(year=2021).isoformat(),
        "document": "示例区办法",
    }
    entry |= {"clause": "第三条", "standing": "未核", "content": {"checks": {"ZP-11": less}}}
    type(bureau.division).objects.update(rules=[entry])
    row = read_file(SELFEVAL)["forms"][0]["indicators"][0]
    above = {row["score"]["cell"]: float(row["weight"]["value"]) + 5}
    assert "ZP-11" in door.bring(changed(SELFEVAL, tmp_path, **above))
    shown, kept = said("ZP-11")
    assert {level for level, _ in (*shown, *kept)} == {"阻断"}
    review = Review.objects.get()
    with pytest.raises(NotAllowed, match="报送"):
        submit_review(review=review, by=bureau.clerk, version=review.version)
