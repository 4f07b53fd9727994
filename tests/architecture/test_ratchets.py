"""What only gets better: numbers of architecture that may fall and never rise.
A fall asks for its new number here.
"""

import ast
from collections import Counter, defaultdict
from pathlib import Path

import yaml
from architecture.source import nodes, text
from architecture.test_glossary import models

SOURCE = Path(__file__).resolve().parents[2] / "src" / "wenxiao"
FILE = Path(__file__).with_name("ratchets.yaml")
DIALECT = frozenset(
    [
        "kept",
        "told",
        "standing",
        "arranged",
        "condensed",
        "unchanged",
        "shelf",
        "parcels",
        "beginning",
        "settling",
        "drawing",
        "handing",
        "mending",
        "ruling",
        "saving",
        "waiting",
        "asked",
    ]
)
"""Words of nobody's field: no module is called so."""
NUMBERS = yaml.safe_load(FILE.read_text(encoding="utf-8"))


def modules(room=""):
    """Every module of a room (all: of the house) as (path, its nodes); migrations are history."""
    for path in sorted((SOURCE / room).rglob("*.py")):
        if "migrations" not in path.parts:
            yield path.relative_to(SOURCE), nodes(path)


def holds(name, count):
    ceiling = NUMBERS[name]
    assert count <= ceiling, f"{name}: {count}, {ceiling} allowed"
    assert count >= ceiling * 9 // 10, f"{name} fell to {count}: write that into {FILE.name}"


def test_views_are_typed():
    """``Any`` in the desk's annotations: views speak of models by name
    (imported for the type checker alone).
    """
    named = [
        node
        for _, every in modules("desk")
        for node in every
        if isinstance(node, ast.Name) and node.id == "Any"
    ]
    holds("any_in_desk", len(named))


def test_no_module_speaks_a_dialect():
    named = [path for path, _ in modules() if DIALECT & {*path.parts, path.stem}]
    assert not named


def classes():
    """By class name the modules that have one; private ones and Django's own ``Command`` apart."""
    places = defaultdict(list)
    for path, every in modules():
        for node in every[0].body:
            if isinstance(node, ast.ClassDef) and node.name[0] != "_" and node.name != "Command":
                places[node.name].append(str(path))
    return places


def test_a_class_name_means_one_thing_in_the_whole_house():
    """Those that still mean several are listed and only become fewer."""
    twice = {name for name, places in classes().items() if len(places) > 1}
    listed = set(NUMBERS["classes_of_several_meanings"])
    assert not twice - listed, {name: classes()[name] for name in twice - listed}
    assert not listed - twice, f"mean one thing now, take them off {FILE.name}"


def test_an_entity_of_the_glossary_has_its_name_to_itself_in_what_pages_are_made_of():
    """Above the data apps nothing is called like an entity, and no data app calls two things so."""
    entities = {model.__name__ for model in models()}
    borrowed = {
        name: places
        for name, places in classes().items()
        if name in entities
        and len([place for place in places if not place.startswith(("files/", "rulebook/"))]) > 1
    }
    assert not borrowed


def test_locals_say_what_they_hold():
    """``found``, ``told``, ``said``, ``made`` say nothing of what they hold."""
    counts = Counter(
        node.id
        for _, every in modules()
        for node in every
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    for name in ("found", "told", "said", "made"):
        holds(f"locals_called_{name}", counts[name])


def test_docstrings_and_comments_are_wrapped():
    """The formatter keeps code within 100 columns; prose is counted here."""
    long = 0
    for path, every in modules():
        lines = text(SOURCE / path).splitlines()
        prose = {at for at, line in enumerate(lines, 1) if line.lstrip().startswith("# ")}
        for node in every:
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                prose |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        long += sum(len(lines[at - 1]) > 100 for at in prose)
    holds("lines_of_prose_over_100", long)
