"""The living page shows every piece pages are made of; one that is missing there fails."""

import re
from pathlib import Path

import pytest
from django.test import override_settings

pytestmark = [pytest.mark.db, pytest.mark.django_db]
PAGES = Path(__file__).resolve().parents[2] / "src" / "wenxiao" / "pages"
TEMPLATES = PAGES / "templates" / "pages"
LIVING = TEMPLATES / "components.html"
MACRO = re.compile(r"{%-?\s*macro\s+(\w+)\(")
LIBRARIES = {
    path.name: path
    for path in TEMPLATES.glob("*.html")
    if path != LIVING and MACRO.search(path.read_text())
}
PIECES = (
    "btn main",
    "btn danger",
    "light",
    "grade",
    "grade blank",
    "tag",
    "proof",
    "syn",
    "gauge",
    "fig",
    "chip",
    "tabs",
    "crumbs",
    "pager",
    "t cards",
    "group",
    "field",
    "dialog",
    "dialog-box",
    "toast",
    "empty",
    "skeleton",
    "notice",
    "tasks",
    "squares",
    "tallied",
    "lamps",
    "against",
    "stages",
    "board",
    "heat",
    "bars",
    "batch-bar",
    "drop-in",
    "proofs",
    "proof-item",
    "judge",
    "checks",
    "number",
    "facts",
    "formula",
    "trail",
    "count hot",
    "chart-bar",
)
"""Looks a page may use: each must be seen on the living page."""


def macros():
    return [
        (name, macro)
        for name, path in LIBRARIES.items()
        for macro in MACRO.findall(path.read_text("utf-8"))
    ]


@pytest.mark.parametrize(("library", "macro"), macros())
def test_every_macro_stands_on_the_living_page(library, macro):
    source = LIVING.read_text("utf-8")
    frame = (TEMPLATES / "frame.html").read_text("utf-8")
    found = re.search(rf'import "pages/{library}" as (\w+)', source + frame)
    assert found, f"components.html does not import {library}"
    assert re.search(rf"\b{found[1]}\.{macro}\(", source), (
        f"{library}: {macro} is not shown on /components"
    )


@pytest.mark.parametrize("piece", PIECES)
def test_every_piece_is_seen_there(client, piece):
    with override_settings(DEMO=True):
        text = client.get("/components").content.decode()
    words = [set(found.split()) for found in re.findall(r'class="([^"]*)"', text)]
    assert any(set(piece.split()) <= one for one in words)


def test_each_theme_shows_the_same_pieces(client):
    with override_settings(DEMO=True):
        text = client.get("/components").content.decode()
    parts = re.split(r'<section data-theme="', text)[1:]
    assert [part.split('"')[0] for part in parts] == ["light", "dark", "contrast"]
    assert len({part.count('class="') for part in parts[:2]}) == 1


def test_no_two_things_share_an_id(client):
    with override_settings(DEMO=True):
        text = client.get("/components").content.decode()
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert sorted(set(ids)) == sorted(ids)
