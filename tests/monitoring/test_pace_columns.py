"""The columns light as the readable specification does, row by row."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reach import examples, reach, reaches

from wenxiao.rulebook.pace import PaceError, PaceStep, pace
from wenxiao.rulebook.pace_columns import MOST, READ, pace_columns

SCHEMA = dict.fromkeys(READ, pl.Int64)
cents = st.one_of(
    st.none(),
    st.integers(-(10**6), 10**9),
    st.integers(0, MOST - 1),
    st.sampled_from([0, 1, 280_200_000, 7, 12, 60]),
)
months = st.integers(1, 12)
YEAR = 2021


@st.composite
def rows(draw):
    budget, executed, through = draw(cents), draw(cents), draw(months)
    if draw(st.integers(0, 3)):
        budget = draw(st.integers(1, MOST // 200))
        executed = budget * draw(st.integers(0, 130)) // 100
    arrived = draw(st.one_of(st.none(), st.none(), months))
    most = draw(st.sampled_from([0, 0, 0, 4]))
    steps = draw(st.lists(st.tuples(months, st.one_of(st.none(), months)), max_size=most))
    return budget, executed, through, arrived, steps


def step(due, done):
    return PaceStep("开工", date(YEAR, due, 1), None if done is None else date(YEAR, done, 1))


def money(cents):
    return None if cents is None else Decimal(cents).scaleb(-2)


def last(month):
    return date(YEAR, month, 28)


@reaches(divided=0.3, red=0.05, yellow=0.02, green=0.05)
@settings(max_examples=examples(200), deadline=None)
@given(st.lists(rows(), min_size=1, max_size=8))
def test_columns_light_as_the_specification(table):
    data = []
    for budget, executed, through, arrived, steps in table:
        due = [pair for pair in steps if pair[0] <= through]
        done = [pair for pair in due if pair[1] is not None and pair[1] <= through]
        data.append((budget, executed, through, arrived, len(due), len(done), int(bool(steps))))
    lit = pace_columns(pl.DataFrame(data, schema=SCHEMA, orient="row"))
    for (budget, executed, through, arrived, steps), row in zip(table, lit.to_dicts(), strict=True):
        said = pace(
            money(budget), money(executed), through, arrived, [step(*pair) for pair in steps]
        )
        assert row["light"] == said.light, said
        assert row["above"] == said.above_pace
        assert row["rate_h"] == (None if said.rate is None else int(said.rate * 100))
        assert row["elapsed_h"] == (None if said.elapsed is None else int(said.elapsed * 100))
        assert row["index_t"] == (None if said.index is None else int(said.index * 10))
        reach(
            divided=bool(said.index),
            red=said.light == "red",
            yellow=said.light == "yellow",
            green=said.light == "green",
        )


@pytest.mark.parametrize(
    "row",
    [
        (1, 1, 13, None, 0, 0, 0),
        (1, 1, 7, 0, 0, 0, 0),
        (1, 1, None, None, 0, 0, 0),
        (MOST, 1, 7, None, 0, 0, 0),
    ],
)
def test_what_cannot_be_computed_exactly_is_refused(row):
    with pytest.raises(PaceError):
        pace_columns(pl.DataFrame([row], schema=SCHEMA, orient="row"))


def test_the_four_published_projects():
    money = [
        (280_200_00, 182_210_00, 7),
        (460_000_00, 260_013_00, 7),
        (2_475_000_00, 1_163_700_00, 10),
        (150_000_00, 81_900_00, 10),
    ]
    frame = pl.DataFrame([(*row, None, 0, 0, 0) for row in money], schema=SCHEMA, orient="row")
    lit = pace_columns(frame)
    assert lit["index_t"].to_list() == [1115, 969, 564, 655]
    assert lit["light"].to_list() == ["green", "green", "red", "yellow"]
    assert lit["above"].to_list() == [True, False, False, False]
