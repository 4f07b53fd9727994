"""What a column of a form costs: the product files that name it, for a column of each kind of form,
over the whole product.

The road is what a new column cannot do without: its words, its field, its reader, what intake makes
of it, the service that writes it and the model that holds it (a migration is generated, like
docs/forms.md). Where a form pack or a table layout lists the columns of a form, the page it is
filled on and the printed form follow that list, so both together are one file more. What else a
column may be given later, a check, another door, is counted beside and held by a ceiling that only
falls.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from architecture.source import nodes, text

SRC = Path(__file__).resolve().parents[2] / "src" / "wenxiao"
MOST = 7


@dataclass(frozen=True)
class Column:
    """A column by the names it bears, the files of its road, and how many others may name it."""

    names: frozenset[str]
    road: frozenset[str]
    others: int


def column(names, road, others):
    return Column(frozenset(names.split()), frozenset(road.split()), others)


COLUMNS = {
    "self-evaluation: 偏差原因分析及改进措施": column(
        "deviation note_text",
        """files/forms/headings.py files/forms/dossier_forms.py files/forms/selfeval.py
        intake/apply_marks.py intake/changes.py reviews/models.py""",
        20,
    ),
    "monitoring: 完成目标可能性": column(
        "possibility possibility_text",
        """files/forms/headings.py files/forms/dossier_forms.py files/forms/monitor.py
        intake/columns.py evidence/models.py rulebook/packs/CN-2020-JK.yaml""",
        16,
    ),
    "score sheet: 扣分原因": column(
        "reason note_text",
        """files/forms/evaluation_columns.py files/forms/score_sheet.py files/forms/evaluation_rows.py
        intake/columns.py reviews/models.py rulebook/tables/score_sheet.yaml""",
        74,
    ),
    "target: 上年完成值": column(
        "last_actual",
        """files/forms/targets/columns.py files/forms/targets/form.py files/forms/targets/rows.py
        intake/targets.py targets/services/rows.py targets/models.py rulebook/tables/target.yaml""",
        8,
    ),
}
CARRIED = ("files/forms", "intake")
"""Rooms where nothing but the road and the named exceptions may name a column."""
PAGE_AND_PRINT = (
    "desk/filling",
    "desk/templates/desk/filling",
    "desk/evaluations/forms.py",
    "files/out",
    "pages",
    "reviews/services",
    "evidence/services",
)
"""Where a column of a pack is asked for, stored and printed without being named."""
ASIDE = {
    "files/forms/tables.py": "the table that checks look at",
    "files/forms/unknown_columns.py": "guesses what an unknown heading means",
    "files/forms/targets/layouts.py": "lists a bureau maps itself",
    "files/forms/targets/table.py": "the table that checks look at",
    "files/forms/paper_text.py": "of published papers",
    "files/forms/report_text.py": "of published papers",
    "files/forms/evaluation_merged.py": "points merged over rows",
    "files/forms/monitor.py": "the remark of a monitoring form bears the same name",
    "files/forms/selfeval.py": "tells a monitoring form by its headings",
    "intake/apply_form.py": "the remark of a monitoring form bears the same name",
}


@cache
def code_names(path):
    """Every attribute, name, keyword, field and plain text of a module."""
    names = set()
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            names.add(node.value)
        for field in ("id", "attr", "arg", "name"):
            if isinstance(name := getattr(node, field, None), str):
                names.add(name)
    return names


def naming(names):
    """The product files that name one of these: code, pages, rules, scripts; migrations are
    generated.
    """
    found = {
        path.relative_to(SRC).as_posix()
        for path in SRC.rglob("*.py")
        if "migrations" not in path.parts and names & code_names(path)
    }
    words = re.compile(rf"\b(?:{'|'.join(names)})\b")
    for kind in ("html", "yaml", "js"):
        found |= {
            path.relative_to(SRC).as_posix()
            for path in SRC.rglob(f"*.{kind}")
            if words.search(text(path))
        }
    return found


def shared_with(one):
    """The roads of other forms whose column bears the same name."""
    others = (other for other in COLUMNS.values() if other is not one and other.names & one.names)
    return set().union(*(other.road for other in others))


@pytest.mark.parametrize("one", COLUMNS.values(), ids=COLUMNS)
def test_a_column_is_read_and_stored_by_few_files(one):
    found = naming(one.names | {"note"} if "reviews/models.py" in one.road else one.names)
    assert one.road <= found, sorted(one.road - found)
    assert len(one.road) <= MOST


@pytest.mark.parametrize("one", COLUMNS.values(), ids=COLUMNS)
def test_no_other_file_of_intake_or_the_readers_names_it(one):
    found = {name for name in naming(one.names) if name.startswith(CARRIED)}
    shared = shared_with(one) | one.road
    assert found - shared <= set(ASIDE), sorted(found - shared - set(ASIDE))


@pytest.mark.parametrize("one", COLUMNS.values(), ids=COLUMNS)
def test_what_else_names_it_grows_no_further(one):
    others = naming(one.names) - one.road - shared_with(one)
    assert len(others) <= one.others, sorted(others)


def test_page_and_print_take_the_columns_of_a_monitoring_form_from_its_pack():
    one = COLUMNS["monitoring: 完成目标可能性"]
    named = {name for name in naming(one.names) if name.startswith(PAGE_AND_PRINT)}
    assert named <= {"pages/rule_words.py"}, sorted(
        named
    )  # the name of a rule's value, not of the column


def test_page_and_print_take_the_columns_of_a_target_form_from_its_layout():
    one = COLUMNS["target: 上年完成值"]
    rooms = ("desk/targets", "desk/templates/desk/targets", "files/out", "files/cells", "pages")
    named = {name for name in naming(one.names) if name.startswith(rooms)}
    own_place = {"desk/targets/target.py", "desk/templates/desk/targets/target.html"}
    assert named <= own_place, sorted(named)  # what has a place of its own on the page of a target


def test_page_and_print_of_a_score_sheet_follow_its_layout():
    readers = ("desk/evaluations/score_grid.py", "desk/evaluations/forms.py")
    readers += ("files/out/official_forms.py", "reviews/services/filling.py")
    for name in readers:
        calls = [
            node
            for node in nodes(SRC / name)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "table_layout"
        ]
        assert [[one.value for one in call.args] for call in calls] == [["score_sheet"]], name
