"""Nothing is kept for tests alone: every function, class and constant of the product is named
somewhere in the product.

A name counts as used when it stands anywhere else in code, templates, scripts, benchmarks or
settings; names a framework looks up by convention are listed with who does.
"""

import ast
import re
from collections import Counter
from pathlib import Path

from architecture.source import nodes, text, tree

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "wenxiao"
WORD = re.compile(r"[^\W\d]\w*")
DOTTED = re.compile(r"[A-Za-z_]\w*([.:]\w+)*")
"""A text that may name something: a word, a dotted path."""
FRAMEWORK = {
    "Migration": "django.db.migrations",
    "Meta": "django.db.models",
    "urlpatterns": "django.urls",
    "app_name": "django.urls",
    **dict.fromkeys(("handler403", "handler404", "handler500"), "django.urls"),
    "get_user": "django.contrib.auth",
    **dict.fromkeys(
        ("get_prep_value", "from_db_value", "value_to_string", "cast_db_type", "as_postgresql"),
        "django.db.models.Field, Lookup",
    ),
    "emit": "logging.Handler",
    "bind_merged_cells": "openpyxl's reader",
    "verify_export": "the verifier that is laid beside every export, as text (desk/dossiers/archive.py)",
}
"""Names looked up by somebody else's code, and by whose."""
CONFIGURED = {SRC / "site" / "settings.py"}
"""Files whose every name is read by frameworks."""


def named_in(path):
    """Every word of a file: in Python without docstrings' and comments'
    words, elsewhere all of it.
    """
    if path.suffix != ".py":
        return Counter(WORD.findall(text(path)))
    found = Counter()
    for node in nodes(path):
        if isinstance(node, ast.Name):
            found[node.id] += not isinstance(node.ctx, ast.Store)
        elif isinstance(node, ast.Attribute):
            found[node.attr] += 1
        elif isinstance(node, ast.keyword | ast.arg):
            found[node.arg or ""] += 1
        elif isinstance(node, ast.alias):
            found[node.name.rpartition(".")[2]] += 0 if is_export(path) else 1
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if DOTTED.fullmatch(node.value) and not is_export(path):
                found.update(node.value.replace(":", ".").split("."))
        elif isinstance(node, ast.MatchClass):
            found.update(node.kwd_attrs)
    return found


def is_export(path):
    """A package's face only passes names on; that alone is no use."""
    return path.name == "__init__.py"


def defined_in(path):
    """Functions, methods, classes and constants a file defines, with their line."""
    module = tree(path)
    owners = [module, *(node for node in nodes(path) if isinstance(node, ast.ClassDef))]
    for owner in owners:
        for node in owner.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                if (
                    not node.decorator_list
                    or owner is not module
                    or all(not registers(one) for one in node.decorator_list)
                ):
                    yield node.name, node.lineno
            elif owner is module and isinstance(node, ast.Assign | ast.AnnAssign):
                for target in getattr(node, "targets", None) or [node.target]:
                    if isinstance(target, ast.Name):
                        yield target.id, node.lineno


REGISTERING = {"receiver", "register", "register_lookup", "rule", "task", "checks", "code", "check"}
"""Decorators that put a function into a table it is called from."""


def registers(decorator):
    call = decorator.func if isinstance(decorator, ast.Call) else decorator
    return getattr(call, "attr", getattr(call, "id", "")) in REGISTERING


def unused():
    everywhere = Counter()
    for folder in (SRC, ROOT / "scripts", ROOT / "benchmarks"):
        for path in folder.rglob("*"):
            if path.suffix in {".py", ".html", ".jinja", ".yaml", ".js", ".typ", ".txt"}:
                everywhere += named_in(path)
    for path in (ROOT / "pyproject.toml", ROOT / "Makefile"):
        everywhere += named_in(path)
    return sorted(
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in SRC.rglob("*.py")
        if "migrations" not in path.parts and path not in CONFIGURED
        for name, line in defined_in(path)
        if not everywhere[name]
        and not (name.startswith("__") or name in FRAMEWORK or path.name == "apps.py")
    )


def test_nothing_is_used_by_tests_alone():
    assert unused() == []
