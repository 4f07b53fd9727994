"""The demonstration is played by its people: its loader has no act that a
page or a documented command doesn't offer.
"""

import ast
from pathlib import Path

import pytest
from architecture.source import nodes

SOURCE = Path(__file__).parents[2] / "src" / "wenxiao"
LOADER = sorted((SOURCE / "site" / "demo").glob("*.py"))
DOORS = [
    *(
        path
        for room in ("desk", "portal", "api", "intake")
        for path in (SOURCE / room).rglob("*.py")
    ),
    *(SOURCE / "site").glob("verbs_*.py"),
    SOURCE / "site" / "opening.py",  # `wenxiao init`
    *SOURCE.glob("*/tasks.py"),  # what pages start and the worker does
]
"""Pages, the machines' door and the commands, with the intake that only they enter."""
ACTING = ("services", "handing", "intake")
"""Modules of acts, by a part of their name."""
WRITES = {"create", "bulk_create", "update", "save", "delete", "get_or_create", "update_or_create"}


def acts_of(paths):
    """Every function of a module of acts that the files import, with the file that does."""
    return {
        (alias.name, path.name)
        for path in paths
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and set(ACTING) & set((node.module or "").split("."))
        for alias in node.names
        if alias.name.islower()
    }


def used_in(paths):
    """Every name the files use beyond importing it, plain or as an attribute."""
    every = [node for path in paths for node in nodes(path)]
    return {node.id for node in every if isinstance(node, ast.Name)} | {
        node.attr for node in every if isinstance(node, ast.Attribute)
    }


def not_offered(paths):
    offered = used_in(DOORS)
    return sorted((name, file) for name, file in acts_of(paths) if name not in offered)


def keywords_of(paths):
    return [
        (path.name, node.lineno, word.arg, word.value)
        for path in paths
        for node in nodes(path)
        if isinstance(node, ast.Call)
        for word in node.keywords
    ]


def test_the_loader_has_no_act_of_its_own():
    assert len({name for name, _ in acts_of(LOADER)}) >= 25
    assert not_offered(LOADER) == []


def test_an_act_that_nobody_offers_is_named(tmp_path):
    made = tmp_path / "loading.py"
    made.write_text("from wenxiao.reviews.services import submit_review, push_through\n")
    assert not_offered([made]) == [("push_through", "loading.py")]


def test_every_act_of_the_demonstration_has_a_person():
    named = [(file, line, value) for file, line, word, value in keywords_of(LOADER) if word == "by"]
    assert len(named) >= 30
    nobody = [
        (file, line)
        for file, line, value in named
        if isinstance(value, ast.Constant) and value.value is None
    ]
    assert nobody == []


@pytest.mark.parametrize("path", LOADER, ids=lambda path: path.name)
def test_the_loader_writes_no_row_beside_the_services(path):
    written = [
        (node.lineno, node.func.attr)
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
    ]
    assert written == []
