"""What many tests stand on, planted once: each of them works in a savepoint over it, with copies of
its objects of its own.

Plants stand one over the other until a test wants others, or the bare database. Tests that begin
with ``transaction=True``, and those that ask for a plant while they run, plant for themselves.
"""

from __future__ import annotations

import inspect
import os
import sys
import tempfile
from contextlib import ExitStack, contextmanager, nullcontext
from copy import deepcopy
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings

COPIES = pytest.StashKey()


def once(make):
    """A fixture that gives a copy of what ``make`` makes, planted for all tests that ask for it.
    What ``make`` asks for are such fixtures too; files it stores lie in a folder of the plants'.
    """

    def planted(request, db, **below):
        copies = request.node.stash.get(COPIES, {})
        return copies[make] if make in copies else make(**below)

    own = inspect.signature(planted).parameters
    asked = [own["request"], own["db"], *inspect.signature(make).parameters.values()]
    planted.__signature__ = inspect.Signature(asked)
    planted.make = make
    return pytest.fixture(planted)


def wanted(item):
    """What plants the things this test stands on, each after those it stands on itself, and by
    which name it asks for them; empty where the test plants for itself.
    """
    begun = item.get_closest_marker("django_db")
    own = begun is not None and begun.kwargs.get("transaction")
    if own or {"transactional_db", "live_server"} & set(item.fixturenames):
        return {}
    fixtures = item._fixtureinfo.name2fixturedefs
    found = {}

    def add(name):
        """Whether this fixture is a plant that stands on plants alone."""
        make = getattr(fixtures[name][-1].func, "make", None) if name in fixtures else None
        if make is None or make in found:
            return make
        below = {asked: add(asked) for asked in inspect.signature(make).parameters}
        if None in below.values():
            return None
        found[make] = below
        return make

    for name in item.fixturenames:
        add(name)
    return found


class Standing:
    """The plants that stand now: what was made up to each, and what takes it away again."""

    def __init__(self):
        self.made, self.away, self.module, self.blocker = [{}], [], None, None

    def plant(self, item, blocker):
        """Have those stand that this test wants, and no other; it gets copies of what was made."""
        asked = wanted(item)
        self.module, self.blocker = item.path, blocker
        kept = self.shared(asked)
        self.take_away(kept)
        for make in list(asked)[kept:]:
            with blocker.unblock(), ExitStack() as around:
                if not self.away:
                    folder = tempfile.mkdtemp(prefix="plant-", dir=os.environ["WENXIAO_TEST_HOME"])
                    around.enter_context(override_settings(MEDIA_ROOT=Path(folder)))
                around.enter_context(undone_later())
                made = deepcopy(self.made[-1])  # may be changed in what is planted over it
                with noted(make):
                    made[make] = make(**{name: made[below] for name, below in asked[make].items()})
                self.made.append(made)
                self.away.append(around.pop_all())
        item.stash[COPIES] = deepcopy(self.made[-1])
        item.plants = [name_of(make) for make in asked]

    def shared(self, asked):
        """How many of the plants that stand, from the first, are wanted as they stand."""
        count = 0
        for one, other in zip(self.made[-1], asked, strict=False):
            if one is not other:
                break
            count += 1
        return count

    def take_away(self, kept=0):
        """Leave the database as it was, but for the first so many."""
        while len(self.away) > kept:
            self.made.pop()
            with self.blocker.unblock():
                self.away.pop().close()


STANDING = Standing()


def name_of(make):
    """By which scripts/statements.py knows a plant."""
    return f"{make.__module__}.{make.__qualname__}"


def noted(make):
    """What planting sends, noted for all that stand on it where statements are recorded."""
    recording = sys.modules.get("scripts.statements")
    return recording.planting(name_of(make)) if recording else nullcontext()


@contextmanager
def undone_later():
    """A transaction as that of a test: no lock anybody waits for, and nothing of it stays."""
    whole = transaction.atomic()
    whole._from_testcase = True
    with whole:
        yield
        transaction.set_rollback(True)
