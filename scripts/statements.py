"""Pytest plugin (`-p scripts.statements`): which statements each test sends to the database.

What the product sends is counted, not what a test asks by itself to see how things stand.
A statement is counted by its text without values: lists of values count as one value, numbers as
any number. What a fixture of more than one test sends counts for every test that asks for it; the
migrations count for none, each process runs them. Each process writes its part, the first joins
them.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SENT = ROOT / "build" / "tests" / "statements.json"
PRODUCT = f"{ROOT / 'src'}{os.sep}"
LOOKING_ON = tuple(f"{ROOT / folder}{os.sep}" for folder in ("tests", "src/wenxiao/site/demo"))
"""Tests, and what loads the demonstration: both ask for rows that acts of the product made."""
DATABASE = frozenset({"django_db_setup", "django_db_modify_db_settings"})
"""The fixtures that migrate."""
SAVEPOINT = re.compile(r'(SAVEPOINT) "?\w+"?')
VALUES = re.compile(r"%s(?:, ?%s)+")
ROWS = re.compile(r"\((%s)\)(?:, ?\(%s\))+")
NUMBER = re.compile(r"(?<![\w$])\d+(?:\.\d+)?(?!\w)")
EITHER = re.compile(r"(\([^()]*\)|\S+ LIKE %s ESCAPE '\\')(?: OR \1)+")
COLUMNS = re.compile(r'("\w+" = (?:%s|NULL)), (?:"\w+" = (?:%s|NULL)(?:, )?)+(?= WHERE)')
"""Which columns of a row are written again: each of them was sent when the row was made."""
NUMBERS = re.compile(r"\(0(?:, ?0)+\)")


@functools.lru_cache(maxsize=50_000)
def shape(text: str) -> str:
    """A statement without its values."""
    text = SAVEPOINT.sub(r"\1", text)
    text = EITHER.sub(r"\1", ROWS.sub(r"(\1)", VALUES.sub("%s", text)))
    text = COLUMNS.sub('"columns" = %s', text)
    return NUMBERS.sub("(0)", NUMBER.sub("0", text))


def by_product(frame: Any) -> bool:
    """Whether the nearest caller that is ours is of the product, not one that looks on."""
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(LOOKING_ON):
            return False
        if file.startswith(PRODUCT):
            return True
        frame = frame.f_back
    return False


def used() -> float:
    """CPU seconds this process and its ended children used so far."""
    return sum(os.times()[:4])


class Sent:
    """What was sent, by test and by fixture of more than one test."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.tests: dict[str, set[str]] = {}
        self.fixtures: dict[str, set[str]] = {}
        self.seconds: dict[str, float] = {}
        self.marked: list[str] = []
        self.always: list[str] = []
        self.into: list[set[str] | None] = [None]

    def note(self, text: Any) -> None:
        """One statement, counted for whoever runs now."""
        if (sink := self.into[-1]) is None or not by_product(sys._getframe(2)):
            return
        told = shape(text if isinstance(text, str) else str(text))
        key = hashlib.sha256(told.encode()).hexdigest()[:12]
        self.texts.setdefault(key, told)
        sink.add(key)


SENT_HERE = Sent()


def pytest_configure() -> None:
    """Every way to a cursor passes here: the ORM's, the product's own SQL, COPY."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        SENT.parent.mkdir(parents=True, exist_ok=True)
        for left in [SENT, *SENT.parent.glob("statements-*.json")]:
            left.unlink(missing_ok=True)


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Which tests are marked for PostgreSQL, and which of them run there whatever they send."""
    for item in items:
        if item.get_closest_marker("db") is None or item.get_closest_marker("long") is not None:
            continue
        SENT_HERE.marked.append(item.nodeid)
        begun = item.get_closest_marker("django_db")
        own = begun is not None and begun.kwargs.get("transaction")
        if own or item.get_closest_marker("engine") is not None:
            SENT_HERE.always.append(item.nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish() -> None:
    """Django is set up by now."""
    from django.db.backends.utils import CursorWrapper

    one, many, other = CursorWrapper.execute, CursorWrapper.executemany, CursorWrapper.__getattr__

    def execute(self: Any, sql: Any, params: Any = None) -> Any:
        SENT_HERE.note(sql)
        return one(self, sql, params)

    def executemany(self: Any, sql: Any, param_list: Any) -> Any:
        SENT_HERE.note(sql)
        return many(self, sql, param_list)

    def attribute(self: Any, name: str) -> Any:
        got = other(self, name)
        if name != "copy":
            return got

        def copy(sql: Any, *more: Any, **named: Any) -> Any:
            SENT_HERE.note(sql)
            return got(sql, *more, **named)

        return copy

    CursorWrapper.execute = execute  # type: ignore[method-assign]
    CursorWrapper.executemany = executemany  # type: ignore[method-assign]
    CursorWrapper.__getattr__ = attribute  # type: ignore[method-assign]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: Any) -> Iterator[None]:
    """From the first fixture of a test to the last one's end."""
    sent: set[str] = set()
    SENT_HERE.into.append(sent)
    began = used()
    try:
        return (yield)
    finally:
        SENT_HERE.into.pop()
        for name in (*item.fixturenames, *getattr(item, "plants", ())):
            sent |= SENT_HERE.fixtures.get(name, set())
        SENT_HERE.tests[item.nodeid] = sent
        SENT_HERE.seconds[item.nodeid] = round(used() - began, 3)


@contextmanager
def planting(name: str) -> Iterator[None]:
    """What is sent meanwhile counts for every test that stands on this plant (tests/plants.py):
    whoever of them runs first plants it.
    """
    SENT_HERE.into.append(SENT_HERE.fixtures.setdefault(name, set()))
    try:
        yield
    finally:
        SENT_HERE.into.pop()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any) -> Iterator[Any]:
    """A fixture of more than one test has a set of its own."""
    if fixturedef.scope == "function":
        return (yield)
    named = fixturedef.argname
    SENT_HERE.into.append(
        None if named in DATABASE else SENT_HERE.fixtures.setdefault(named, set())
    )
    try:
        return (yield)
    finally:
        SENT_HERE.into.pop()


def pytest_sessionfinish() -> None:
    """A worker writes its part; the first process joins the parts, or writes its own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    own: dict[str, Any] = {
        "texts": SENT_HERE.texts,
        "tests": {test: sorted(sent) for test, sent in SENT_HERE.tests.items()},
        "seconds": SENT_HERE.seconds,
        "marked": SENT_HERE.marked,
        "always": SENT_HERE.always,
    }
    if worker is not None:
        SENT.with_name(f"statements-{worker}.json").write_text(json.dumps(own), encoding="utf-8")
        return
    for part in sorted(SENT.parent.glob("statements-*.json")):
        read = json.loads(part.read_text(encoding="utf-8"))
        own["texts"].update(read["texts"])
        own["tests"].update(read["tests"])
        own["seconds"].update(read["seconds"])
        own["marked"], own["always"] = read["marked"], read["always"]
    SENT.write_text(json.dumps(own, ensure_ascii=False), encoding="utf-8")
