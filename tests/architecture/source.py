"""The product's source, read and parsed once for all tests that look at it."""

import ast
from functools import cache


@cache
def text(path):
    """A file as it is written."""
    return path.read_text(encoding="utf-8")


@cache
def tree(path):
    """The syntax tree of a Python file: only to be looked at, for everybody gets the same one."""
    return ast.parse(text(path))


@cache
def nodes(path):
    """Every node of a Python file, outer ones first."""
    return tuple(ast.walk(tree(path)))
