"""What only gets better: numbers of architecture that may fall and never rise. A fall asks for its new number here."""

import ast
from pathlib import Path

import yaml

SOURCE = Path(__file__).resolve().parents[2] / "src" / "wenxiao"
FILE = Path(__file__).with_name("ratchets.yaml")
NUMBERS = yaml.safe_load(FILE.read_text(encoding="utf-8"))


def trees(room=""):
    """Every module of a room (all: of the house) as (path, syntax tree); migrations are history."""
    for path in sorted((SOURCE / room).rglob("*.py")):
        if "migrations" not in path.parts:
            yield path.relative_to(SOURCE), ast.parse(path.read_text(encoding="utf-8"))


def holds(name, count):
    ceiling = NUMBERS[name]
    assert count <= ceiling, f"{name}: {count}, {ceiling} allowed"
    assert count >= ceiling * 9 // 10, f"{name} fell to {count}: write that into {FILE.name}"


def test_views_are_typed():
    """``Any`` in the desk's annotations: views speak of models by name (imported for the type checker alone)."""
    named = [
        node
        for _, tree in trees("desk")
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == "Any"
    ]
    holds("any_in_desk", len(named))
