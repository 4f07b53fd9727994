"""The columns earn the same points as the readable specification, row by row and in total."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reach import examples, reach, reaches

from wenxiao.rulebook import columns, grading
from wenxiao.rulebook.expressions.shape import Expression
from wenxiao.rulebook.rows import Judged, Row, RowRule
from wenxiao.rulebook.scoring import profile, score_one, total

numbers = st.one_of(
    st.decimals(0, 10_000, places=2),
    st.decimals(-50, 200, places=1),
    st.sampled_from([Decimal(0), Decimal(100)]),
)
units = st.sampled_from([None, "%", "万元", "元", "个"])


@st.composite
def expressions(draw, role):
    if draw(st.integers(0, 9)) == 0:
        kind = draw(st.sampled_from(["text", "compound", "unreadable", "date"]))
        return Expression(
            "x",
            kind,
            "<=" if kind == "date" else None,
            date="2021-06-30" if kind == "date" else None,
        )
    low, unit = draw(numbers), draw(units)
    sign = (
        draw(st.sampled_from([">=", "<=", ">", "<", "=", "between", "~", None]))
        if role == "target"
        else None
    )
    if sign == "between":
        return Expression("x", "number", sign, low, low + draw(st.decimals(0, 50, places=1)), unit)
    lower = None if sign in {"<=", "<"} else low
    upper = None if sign in {">=", ">"} else low
    return Expression("x", "number", sign, lower, upper, unit)


@st.composite
def near_rows(draw):
    """A weighted row whose actual lies near its target in the same unit:
    most of these are divided.
    """
    unit, sign = draw(units), draw(st.sampled_from([">=", "<=", ">", "<", "="]))
    goal = draw(st.decimals("0.01", 1_000, places=2))
    share = draw(st.integers(1, 1299) if sign in {">=", ">", "="} else st.integers(1001, 2500))
    done = (goal * share / 1000).quantize(Decimal("0.01"))
    weight = draw(st.decimals("0.01", 100, places=2))
    lower, upper = None if sign in {"<=", "<"} else goal, None if sign in {">=", ">"} else goal
    return Row(
        weight=weight,
        level2=draw(st.sampled_from(["数量指标", "成本指标", None])),
        name=draw(st.sampled_from(["投诉次数", "覆盖率", None])),
        target=Expression("x", "number", sign, lower, upper, unit),
        actual=Expression("x", "number", None, done, done, unit),
        year=2021,
        published=draw(st.sampled_from([None, weight])),
    )


@st.composite
def any_rows(draw):
    weight = draw(st.one_of(st.none(), st.decimals(0, 100, places=2)))
    return Row(
        weight=weight,
        level2=draw(st.sampled_from(["数量指标", "成本指标", None])),
        name=draw(st.sampled_from(["投诉次数", "覆盖率", None])),
        target=draw(st.one_of(st.none(), expressions("target"))),
        actual=draw(st.one_of(st.none(), expressions("actual"))),
        year=2021,
        published=draw(st.sampled_from([None, weight])),
    )


rows = st.one_of(near_rows(), near_rows(), near_rows(), any_rows())


@reaches(divided=0.3, divided_forward=0.1, divided_reverse=0.1, not_scored=0.05)
@settings(max_examples=examples(200), deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 3), rows), min_size=1, max_size=12),
    st.sampled_from(["P2020", "P2020-DEDUCT"]),
)
def test_columns_equal_the_specification(table, code):
    book = profile(code)
    frame = columns.score(columns.encode(table, book), book)
    outcomes = [score_one(row, book) for _, row in table]
    divided = [
        columns.SUMS[kind]
        for kind, (_, row), one in zip(frame["sum"], table, outcomes, strict=True)
        if one.points is not None and row.weight is not None and 0 < one.points < row.weight
    ]
    reach(
        of=len(table),
        divided=len(divided),
        divided_forward=divided.count("forward"),
        divided_reverse=sum(kind.startswith("reverse") for kind in divided),
        not_scored=sum(one.points is None for one in outcomes),
    )
    assert frame["status"].to_list() == [columns.STATUSES.index(one.status) for one in outcomes]
    cents = [None if one.points is None else int(one.points * 100) for one in outcomes]
    assert frame["points_h"].to_list() == cents
    for line in columns.grades(columns.totals(frame)).iter_rows(named=True):
        whole = total(
            [
                one
                for (subject, _), one in zip(table, outcomes, strict=True)
                if subject == line["subject"]
            ]
        )
        assert (Decimal(line["total_h"]) / 100, line["complete"], line["open"]) == (
            whole.points,
            whole.complete,
            whole.open,
        )
        expected = grading.grade(whole.points) if whole.complete and whole.points <= 100 else None
        assert line["grade"] == expected


def test_no_float_stands_in_a_frame():
    frame = columns.grades(columns.totals(columns.score(columns.encode([], profile()), profile())))
    assert pl.Float64 not in frame.dtypes


def test_what_does_not_fit_is_refused():
    huge = Expression("x", "number", ">=", Decimal(10) ** 20, None)
    with pytest.raises(columns.TooLargeError, match="可精确计算"):
        columns.encode(
            [
                (
                    1,
                    Row(
                        Decimal(10), target=huge, actual=Expression("x", "number", None, Decimal(1))
                    ),
                )
            ],
            profile(),
        )
    with pytest.raises(columns.TooLargeError):
        columns.encode([(1, Row(Decimal("0.001")))], profile())


@pytest.mark.parametrize(
    "row", [Row(Decimal(1), judged=Judged(Decimal(1))), Row(Decimal(1), rule=RowRule("direct"))]
)
def test_rows_a_person_decides_stay_out_of_columns(row):
    with pytest.raises(ValueError, match="逐行计分"):
        columns.encode([(1, row)], profile())
