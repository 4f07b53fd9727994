"""Files stay readable at one sitting, functions on one screen."""

import ast
from pathlib import Path

from architecture.source import nodes, text

ROOT = Path(__file__).resolve().parents[2]
FILE_LINES, FUNCTION_LINES = 500, 60
TEMPLATE_COLUMNS = 160
MEDIAN, P95 = 9, 45


def python_files():
    for top in ("src", "tests", "scripts", "benchmarks"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def functions(path):
    for node in nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (
                node.end_lineno - node.lineno + 1,
                f"{path.relative_to(ROOT)}:{node.lineno} {node.name}",
            )


def test_no_file_is_longer_than_500_lines():
    long = {
        str(p.relative_to(ROOT)): n
        for p in python_files()
        if (n := len(p.read_bytes().splitlines())) > FILE_LINES
    }
    assert not long


def test_no_function_is_longer_than_60_lines():
    long = [
        f"{place}: {lines}"
        for p in python_files()
        for lines, place in functions(p)
        if lines > FUNCTION_LINES
    ]
    assert not long


def test_most_functions_are_short():
    lengths = sorted(lines for p in python_files() if "src" in p.parts for lines, _ in functions(p))
    assert lengths[len(lengths) // 2] <= MEDIAN
    assert lengths[len(lengths) * 95 // 100] <= P95


def test_no_template_line_is_longer_than_160_characters():
    templates = sorted((ROOT / "src").rglob("templates/**/*.html"))
    assert len(templates) > 90
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in templates
        for number, line in enumerate(text(path).splitlines(), 1)
        if len(line) > TEMPLATE_COLUMNS
    ]
    assert not long, "run make format"


def test_no_layout_is_left_to_the_writer():
    marks = ("fmt: " + "skip", "fmt: " + "off")
    assert not [
        str(path.relative_to(ROOT))
        for path in python_files()
        if any(mark in text(path) for mark in marks)
    ]
