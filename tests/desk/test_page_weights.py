"""What a page weighs in styles and scripts."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from wenxiao.site.static_files import LEAN

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "wenxiao"
MOST = 120 * 1024
"""Style and script of a page, as the browser holds them; no page draws charts with a library."""
MOST_WITH_GRID = 450 * 1024
"""The same where hundreds of rows are edited, with the kept library of the grid (ADR 0027)."""
GRIDS = ("/library/table", "/subjects/table")
MANY = 12
"""Choices of a box from which it brings its own list (wenxiao.js)."""
PLAIN = {"fill-t", "many-t", "fill-grid", "marking", "matrix", "heat", "bullets"}
"""Tables whose head stays as it is (wenxiao.js)."""
PAGES = (
    "/",
    "/subjects?year=2021",
    "/watch?year=2021",
    "/monitoring?year=2021",
    "/selfeval?year=2021",
    "/evaluations?year=2021",
    "/targets?year=2021",
    "/findings?year=2021",
    "/rectifications?year=2021",
    "/rectifications/board?year=2021",
    "/report/2021",
    "/rounds?year=2021",
    "/imports",
    "/rules",
    "/help",
    "/calendar",
    "/open",
    "/dossiers/{dossier}",
    "/reviews/{evaluation}",
    "/reviews/{evaluation}/papers",
    "/rounds/new",
    "/library",
    "/evaluations/plans?year=2021",
    "/search?q=路",
    "/filling/{own}",
    "/targets/{target}",
    "/rounds/{round}/received",
    "/dossiers/{dossier}/materials",
    "/open/units",
)


def weight(name):
    """A served file's bytes."""
    file = Path(finders.find(name))
    text = file.read_text(encoding="utf-8")
    return len((LEAN[file.suffix](text) if "/" not in name else text).encode())


def weighed(text):
    """The bytes of each style and script a page brings, by itself and at the first touch of what it
    shows: parts, choices, heads and rows of lists, tools of the grid.
    """
    text = re.sub(r"<noscript>.*?</noscript>", "", text, flags=re.DOTALL)
    names = re.findall(r'<(?:link rel="stylesheet" href|script\s+src)="/static/([^"]+)"', text)
    parts = re.search(r'data-htmx="/static/([^"]+)"', text)
    if parts and re.search(r"\shx-(?:get|post)=", text):
        names.append(parts[1])
    choices = re.findall(r'data-palette(?:-sheet)?="\s*/static/([^"]+)"', text)
    if any(box.count("<option") > MANY for box in text.split("<select")[1:]):
        names += choices
    lists = re.search(r'data-tables="\s*/static/([^"]+)"', text)
    tables = re.findall(
        r'class="scroll[^>]*>\s*<table class="([^"]*)"(.*?)</table>', text, re.DOTALL
    )
    dressed = any(
        "cards" in (words := head.split()) or not PLAIN & {*words}
        for head, rows in tables
        if 'class="cell' not in rows
    )
    folds = re.search(r'data-rows="\s*/static/([^"]+)"', text)
    if folds and any("cards" in head.split() for head, _rows in tables):
        names.append(folds[1])
    if lists and ("data-look=" in text or dressed):
        names.append(lists[1])
    names += re.findall(r'data-tools="/static/([^"]+)"', text)
    return {name: weight(name) for name in names}


@pytest.mark.db
@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_a_page_brings_at_most_120_kilobytes_of_style_and_script(inside, small, page):
    address = page.format(
        dossier=small.dossiers[0].pk,
        evaluation=small.evaluation.pk,
        own=small.self_review.pk,
        target=small.self_review.target_id,
        round=small.selfeval.pk,
    )
    response = inside(small.officer).get(address)
    assert response.status_code == 200
    weights = weighed(response.content.decode())
    assert "wenxiao.css" in weights
    parts = any("htmx" in name for name in weights)
    assert sum(weights.values()) <= MOST, weights
    assert parts or sum(weights.values()) <= 100 * 1024, weights


@pytest.mark.db
@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["selfeval", "monitoring"])
def test_the_filling_grid_weighs_no_more_and_only_where_one_writes(inside, small, kind):
    review = small.self_review
    rounds = {"selfeval": small.selfeval, "monitoring": small.monitoring}
    review.kind, review.round, review.state = kind, rounds[kind], "filling"
    review.save()
    address = f"/filling/{review.pk}"
    text = inside(small.clerk).get(address).content.decode()
    assert "data-readback" in text
    written, read = weighed(text), weighed(inside(small.officer).get(address).content.decode())
    whole = sum(written.values())
    assert whole - written["rows.js"] <= MOST, "a wide screen folds no rows"
    assert whole - written["grid_tools.js"] <= MOST, "a phone brings no tools"
    assert sum(read.values()) <= MOST, read
    assert "grid.js" in written
    assert "grid.js" not in read


@pytest.mark.db
@pytest.mark.django_db
@pytest.mark.parametrize("page", GRIDS)
def test_a_page_of_hundreds_of_rows_brings_the_grid_within_the_allowance_for_libraries(
    inside, small, page
):
    weights = weighed(inside(small.officer).get(page).content.decode())
    library = [name for name in weights if name.startswith("vendor/")]
    assert library == ["vendor/tabulator.css", "vendor/tabulator.js"], "scripts/fetch_assets.py"
    own = {name: size for name, size in weights.items() if name not in library}
    assert sum(own.values()) <= MOST, own
    assert sum(weights.values()) <= MOST_WITH_GRID, weights
    assert not {*GRIDS} & {*PAGES}


def test_no_other_page_brings_a_library():
    named = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.html")
        if "vendor/" in path.read_text(encoding="utf-8")
    ]
    assert sorted(named) == [
        "pages/templates/pages/many_rows_scripts.html",
        "pages/templates/pages/many_rows_styles.html",
    ]
