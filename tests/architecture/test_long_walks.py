"""What make test leaves to make soak names the tests that hold the same in make test."""

import ast
from pathlib import Path

from architecture.source import nodes, text

ROOT = Path(__file__).resolve().parents[2]


def functions(path):
    return [one for one in nodes(path) if hasattr(one, "body")]


def core_of(function):
    """The ids named by ``@pytest.mark.long(core=[…])``; None where it has no such mark."""
    for mark in getattr(function, "decorator_list", ()):
        if isinstance(mark, ast.Call) and getattr(mark.func, "attr", "") == "long":
            return ast.literal_eval(mark.keywords[0].value)
    return None


def long_walks():
    return {
        f"{path.relative_to(ROOT)}::{one.name}": core
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if "pytest.mark.long(" in text(path)
        for one in functions(path)
        if (core := core_of(one)) is not None
    }


def test_every_long_walk_has_a_core_in_make_test():
    walks = long_walks()
    assert walks
    wrong = []
    for walk, core in walks.items():
        assert core, walk
        for named in core:
            file, _, test = named.partition("::")
            tests = {f"{file}::{getattr(one, 'name', '')}" for one in functions(ROOT / file)}
            if (test and named not in tests) or named in walks:
                wrong.append(f"{walk}: {named}")
    assert not wrong
