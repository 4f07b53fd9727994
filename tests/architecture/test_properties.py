"""Every property says how many of its examples must reach what it proves (see tests/reach.py)."""

import ast
from pathlib import Path

import pytest
from architecture.source import nodes, text
from hypothesis import given
from hypothesis import strategies as st
from reach import reach, reaches

TESTS = Path(__file__).resolve().parents[1]


def names(node):
    """The names called or read anywhere below a node."""
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def properties():
    files = (path for path in sorted(TESTS.rglob("test_*.py")) if "given" in text(path))
    for path in files:
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                decorators = set().union(*map(names, node.decorator_list), set())
                if "given" in decorators:
                    yield f"{path.relative_to(TESTS)}:{node.name}", decorators, names(node)


def test_every_property_has_a_floor_and_counts_against_it():
    found = list(properties())
    assert len(found) >= 17
    assert not [name for name, decorators, _ in found if "reaches" not in decorators]
    assert not [name for name, _, used in found if "reach" not in used]


def test_a_property_that_reaches_too_little_fails():
    @reaches(big=0.5)
    @given(st.integers(0, 3))
    def too_small(number):
        reach(big=number > 100)

    with pytest.raises(AssertionError, match="big: 0 of"):
        too_small()


def test_a_property_that_counts_nothing_fails():
    @reaches(big=0.5)
    @given(st.integers(0, 3))
    def silent(number):
        assert number < 4

    with pytest.raises(AssertionError, match="nothing was counted"):
        silent()
