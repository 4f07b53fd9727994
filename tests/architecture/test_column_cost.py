"""What a column of a form costs: the product files that name it on its way
from the cell to what is stored.
"""

import ast
from pathlib import Path

SRC = Path(__file__).resolve().parents[2] / "src" / "wenxiao"
ROAD = ("files/forms", "intake")
"""Where a form is read and taken in; printing it back and rules about it
are choices of their own.
"""
COLUMN = "deviation"
"""偏差原因分析及改进措施 of the self-evaluation form."""
MOST = 7


def names(path):
    """Every attribute, name, keyword, field and plain text of a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        for field in ("id", "attr", "arg"):
            if isinstance(name := getattr(node, field, None), str):
                yield name


def test_a_column_of_the_self_evaluation_form_is_named_in_few_files():
    found = {
        path.relative_to(SRC).as_posix()
        for room in ROAD
        for path in (SRC / room).rglob("*.py")
        if COLUMN in set(names(path))
    }
    assert {
        "files/forms/headings.py",
        "files/forms/dossier_forms.py",
        "files/forms/selfeval.py",
    } <= found
    assert len(found) <= MOST, sorted(found)
