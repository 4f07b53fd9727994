"""Which names the product's modules use; each module is parsed once for all tests of a run."""

import ast
from functools import cache


@cache
def names_used(path):
    """Every name and attribute a module speaks of."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        getattr(node, "attr", getattr(node, "id", ""))
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name)
    )
