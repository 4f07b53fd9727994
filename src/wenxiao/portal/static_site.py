"""静态站: a year's public pages as files for any web server: the same
templates and rows, links between files, no form.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from wenxiao.files.out.spreadsheets import csv_text, workbook_bytes
from wenxiao.followup.selectors.disclosed import published
from wenxiao.followup.selectors.public_front import public_front
from wenxiao.portal.open_data import records, schema
from wenxiao.portal.sheets import headings, open_sheet, result_sheets, row_of
from wenxiao.portal.views import grades_of, line_of, result_values, unit_lines
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wenxiao.orgs.models import Division

FILES = {
    "portal:home": "index.html",
    "portal:units": "units.html",
    "portal:data": "data.html",
    "portal:data_file": "data.xlsx",
    "portal:data_csv": "data.csv",
    "portal:data_json": "data.json",
    "portal:data_schema": "schema.json",
}
MANIFEST = "SHA256SUMS"


def pages(division: Division, year: int) -> Iterator[tuple[str, bytes]]:
    """Every file of the site, (name, bytes): only what is published today of the division and
    budget year.

    A subject that was restricted since is in none of them, and no number or gap tells of it.
    """
    rows = list(
        published()
        .filter(review__dossier__subject__division=division, review__dossier__fiscal_year=year)
        .order_by("review__dossier__unit__path", "pk")
    )
    numbers = {row.pk: at for at, row in enumerate(rows, 1)}
    used: set[str] = set()
    frame = {
        "place": division.name,
        "divisions": [division],
        "demo": division.demo,
        "fixed": True,
        "messages": [],
        "theme": "light",
        "size": "standard",
    }
    yield "index.html", _page("results", {**frame, **_home(rows, year)}, numbers, used)
    yield (
        "units.html",
        _page("units", {**frame, "tab": "units", "lines": unit_lines(rows)}, numbers, used),
    )
    frame_of_list = {**frame, "tab": "data", "headings": headings(), "total": len(rows)}
    yield "data.html", _page("data", frame_of_list, numbers, used)
    yield "data.xlsx", workbook_bytes([open_sheet(rows)])
    yield "data.csv", csv_text([headings(), *map(row_of, rows)]).encode("utf-8-sig")
    yield "data.json", _json(records(rows))
    yield "schema.json", _json(schema())
    for row in rows:
        number = numbers[row.pk]
        values = {**frame, "tab": "home", "today": today(), **result_values(row)}
        yield f"result-{number}.html", _page("result", values, numbers, used)
        yield f"result-{number}.xlsx", workbook_bytes(result_sheets(row))
    yield from _assets(used)


def write_site(division: Division, year: int, folder: Path) -> dict[str, int]:
    """The site under ``folder`` with a list of digests; (files, bytes) written."""
    folder.mkdir(parents=True, exist_ok=True)
    sums, size = [], 0
    for name, content in pages(division, year):
        place = folder / PurePosixPath(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}")
        size += len(content)
    (folder / MANIFEST).write_text("\n".join(sums) + "\n", encoding="utf-8")
    return {"files": len(sums), "bytes": size}


def _home(rows: list[Any], year: int) -> dict[str, Any]:
    return {
        "tab": "home",
        "front": public_front(rows),
        "shown": None,
        "lines": [line_of(row) for row in rows],
        "words": "",
        "unit": None,
        "asked_year": year,
        "by_year": [],
        "filters": [],
        "total": len(rows),
        "grades": grades_of(rows),
        "unit_name": "",
    }


def _page(name: str, values: dict[str, Any], numbers: dict[int, int], used: set[str]) -> bytes:
    def address(route: str, *args: Any, **_query: Any) -> str:
        if route in FILES:
            return FILES[route]
        suffix = "xlsx" if route == "portal:result_file" else "html"
        return (
            f"result-{numbers[args[0]]}.{suffix}" if args and args[0] in numbers else "index.html"
        )

    def asset(path: str) -> str:
        used.add(path)
        return f"assets/{quote(path)}"

    text = render_to_string(f"portal/{name}.html", {**values, "url": address, "static": asset})
    return text.encode()


def _assets(used: set[str]) -> Iterator[tuple[str, bytes]]:
    """The styles and pictures that the pages named."""
    for name in sorted(used):
        place = finders.find(name)
        if place:
            yield f"assets/{name}", Path(str(place)).read_bytes()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
