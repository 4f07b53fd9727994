"""The desk's stations: each is named like the addresses it answers, nothing stands beside them."""

from pathlib import Path

from django.urls import get_resolver

from wenxiao.desk.urls import STATIONS

ROOT = Path(__file__).resolve().parents[2]
DESK = ROOT / "src" / "wenxiao" / "desk"


def answers(resolver, before=""):
    """Each address of the desk with the station whose module answers it."""
    for pattern in resolver.url_patterns:
        address = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from answers(pattern, address)
        elif pattern.callback.__module__.startswith("wenxiao.desk."):
            yield address, pattern.callback.__module__.split(".")[2]


def test_nothing_stands_beside_the_stations():
    beside = {path.name for path in DESK.glob("*.py")} - {"__init__.py", "apps.py", "urls.py"}
    assert not beside
    folders = {path.parent.name for path in DESK.glob("*/__init__.py")}
    assert folders == set(STATIONS)
    assert {path.parent.name for path in DESK.glob("*/urls.py")} == folders


def test_one_station_answers_a_word():
    words = {}
    for address, station in answers(get_resolver()):
        words.setdefault(address.split("/")[0], set()).add(station)
    assert len(words) > 20
    assert not {word: stations for word, stations in words.items() if len(stations) > 1}
    assert not {
        word: stations
        for word, stations in words.items()
        if word in STATIONS and stations != {word}
    }


def test_pages_lie_in_a_folder_of_their_station():
    folders = {path.name for path in (DESK / "templates" / "desk").iterdir()}
    assert folders <= set(STATIONS)


def test_tests_lie_in_a_folder_of_their_station():
    folders = {
        path.name
        for path in (ROOT / "tests" / "desk").iterdir()
        if path.is_dir() and path.name != "__pycache__"
    }
    assert folders <= set(STATIONS)
