"""Which rows of two tables are the same promise."""

from decimal import Decimal

import pytest

from wenxiao.targets.selectors import same_wording

TEN = Decimal(10)


@pytest.mark.parametrize(
    ("rows", "known", "strict", "pairs"),
    [
        (
            [("数量指标", "培训 人数", TEN)],
            [("数量指标", "培训人数", Decimal("10.00"))],
            True,
            {0: 0},
        ),
        ([("数量指标", "培训人数", TEN)], [("数量指标", "培训人数", Decimal(9))], True, {}),
        ([("数量指标", "培训人数", TEN)], [("数量指标", "培训人数", Decimal(9))], False, {0: 0}),
        ([("质量指标", "培训人数", TEN)], [("数量指标", "培训人数", TEN)], False, {0: 0}),
        (
            [("x", "培训人数", TEN)],
            [("数量指标", "培训人数", TEN), ("质量指标", "培训人数", TEN)],
            False,
            {},
        ),
        (
            [("数量指标", "人数", TEN), ("数量指标", "人数", TEN)],
            [("数量指标", "人数", TEN), ("数量指标", "人数", TEN)],
            False,
            {0: 0, 1: 1},
        ),
        (
            [("数量指标", "人数", Decimal(5)), ("数量指标", "人数", TEN)],
            [("数量指标", "人数", TEN)],
            False,
            {1: 0},
        ),
    ],
    ids=["blanks", "strict weight", "weight", "level 2", "ambiguous", "each once", "best first"],
)
def test_rows_join_by_name_level_and_weight(rows, known, strict, pairs):
    assert same_wording(rows, known, strict=strict) == pairs
