"""A page costs what it shows: queries and Python calls per page, counted,
with a ceiling that only falls.
"""

import cProfile
import pstats
from pathlib import Path

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = [pytest.mark.db, pytest.mark.django_db]
FILE = Path(__file__).with_name("page_costs.yaml")
PAGES = yaml.safe_load(FILE.read_text(encoding="utf-8"))
PROBE = "<built-in method slipcover.probe.signal>"
"""What measuring reached lines puts into the code; not the page's own cost."""
PLAIN, DESK = 12, 25
"""Queries a page may ask without a reason: any page, and the desk."""


def cost_of(client, path):
    """(queries, Python calls) of a page that was read before."""
    for _ in range(2):
        assert client.get(path).status_code == 200, path
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    asked = len(queries.captured_queries)  # before the next request empties the log
    profile = cProfile.Profile()
    profile.runcall(client.get, path)
    stats = pstats.Stats(profile)
    probed = sum(each[1] for (_, _, name), each in stats.stats.items() if name == PROBE)
    return asked, stats.total_calls - probed


@pytest.mark.parametrize("path", PAGES)
def test_a_page_costs_no_more_than_it_did(inside, small, path):
    ceiling = PAGES[path]
    queries, calls = cost_of(
        inside(small.officer), path.format(dossier=small.dossiers[0].pk, round=small.selfeval.pk)
    )
    assert queries <= ceiling["queries"], f"{path}: {queries} queries, {ceiling['queries']} allowed"
    if connection.vendor == "sqlite":  # the other driver is Python itself and calls more
        most, least = ceiling["calls"] * 110 // 100, ceiling["calls"] * 75 // 100
        assert calls <= most, f"{path}: {calls} Python calls, {most} allowed"
        assert calls >= least, f"{path}: cheaper than {FILE.name} says, write {calls} there"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_asks_much_says_why(path):
    ceiling = PAGES[path]
    plain = DESK if path.startswith("/?") else PLAIN
    assert ceiling["queries"] <= plain or len(ceiling["why"]) > 20
