"""How the house is built, in figures: sizes, branches, circles, docstrings, types, lines, tests.

``python scripts/house_figures.py`` prints a table of this tree; with a folder (or several) one
column for each, so that an older tree is measured by the same definitions: ``git worktree add
/tmp/then REV``, then name /tmp/then. Product code is ``src/wenxiao`` without migrations.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parents[1]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
BRANCHES = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case)
LONG, LONG_IN_TEMPLATES, LARGE_FUNCTION = 100, 160, 50
COMMENT = re.compile(r"^\s*#")
VIEW = re.compile(r"^@(view|machine|require_\w+|visitor)\b", re.MULTILINE)


def measure(root: Path) -> dict[str, str]:
    """Every figure of a tree by its name, as it is printed."""
    files = sorted(
        path for path in (root / "src/wenxiao").rglob("*.py") if "migrations" not in path.parts
    )
    texts = {path: path.read_text(encoding="utf-8") for path in files}
    trees = {path: ast.parse(text) for path, text in texts.items()}
    lines = [line for text in texts.values() for line in text.splitlines()]
    return {
        "files / lines": f"{len(files)} / {len(lines)}",
        "file median / p95 / max": _spread([len(text.splitlines()) for text in texts.values()]),
        **_functions(trees),
        "largest circle of first-level packages (for types too)": _circle(root, trees),
        **_words(trees, lines),
        **_tests(root, len(lines)),
        f"Python lines > {LONG} characters": _share(sum(len(x) > LONG for x in lines), len(lines)),
        **_templates(root),
        "formatter switched off (`fmt:` skip)": str(
            sum("fmt: " + "skip" in line for line in lines)
        ),
        "`noqa`": str(sum("# noqa" in line for line in lines)),
        "`Any` in the desk's annotations": str(_any(root, trees)),
        "modules with views: number / median lines": _views(texts),
        "checks in `rulebook/checks` / modules elsewhere that spell a code": _rules(root, texts),
    }


def _spread(sizes: list[int]) -> str:
    ordered = sorted(sizes)
    return f"{median(ordered):g} / {ordered[int(len(ordered) * 0.95)]} / {ordered[-1]}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole * 100:.1f} %" if whole else "0 %"


def _functions(trees: dict[Path, ast.Module]) -> dict[str, str]:
    nodes = [n for tree in trees.values() for n in ast.walk(tree) if isinstance(n, FUNCTIONS)]
    sizes = [(node.end_lineno or node.lineno) - node.lineno + 1 for node in nodes]
    branches = sorted(1 + sum(_weight(one) for one in ast.walk(node)) for node in nodes)
    return {
        "function median / p95 / max": _spread(sizes),
        f"functions > {LARGE_FUNCTION} lines": _share(
            sum(size > LARGE_FUNCTION for size in sizes), len(sizes)
        ),
        "branches of a function p95": str(branches[int(len(branches) * 0.95)]),
        "functions": str(len(nodes)),
    }


def _weight(node: ast.AST) -> int:
    if isinstance(node, ast.BoolOp):
        return len(node.values) - 1
    if isinstance(node, ast.comprehension):
        return 1 + len(node.ifs)
    return int(isinstance(node, BRANCHES))


def _circle(root: Path, trees: dict[Path, ast.Module]) -> str:
    """How many packages of the largest circle, imports for types counted, of how many packages."""
    rooms = {path.name for path in (root / "src/wenxiao").iterdir() if path.is_dir()} - {
        "__pycache__"
    }
    below: dict[str, set[str]] = defaultdict(set)
    for path, tree in trees.items():
        room = path.relative_to(root / "src/wenxiao").parts[0]
        below[room] |= {
            name.split(".")[1]
            for name in _imported(tree)
            if name.startswith("wenxiao.") and name.split(".")[1] in rooms - {room}
        }
    reach = {room: _reached(room, below) for room in rooms}
    circles = [{other for other in reach[room] if room in reach[other]} for room in rooms]
    return f"{max(map(len, circles), default=0)} of {len(rooms)}"


def _reached(room: str, below: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(below[room])
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += below[one]
    return seen


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


def _words(trees: dict[Path, ast.Module], lines: list[str]) -> dict[str, str]:
    public = [
        node
        for tree in trees.values()
        for node in _public(tree)
        if not (node.name.startswith("_") or node.name == "Meta")
    ]
    nodes = [n for tree in trees.values() for n in ast.walk(tree) if isinstance(n, FUNCTIONS)]
    return {
        "public functions with docstring": _share(
            sum(ast.get_docstring(node) is not None for node in public), len(public)
        ),
        "functions with return type": _share(sum(n.returns is not None for n in nodes), len(nodes)),
        "comment lines": _share(sum(bool(COMMENT.match(line)) for line in lines), len(lines)),
    }


def _public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in tree.body:
        if isinstance(node, FUNCTIONS):
            yield node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from (one for one in node.body if isinstance(one, FUNCTIONS))


def _tests(root: Path, code: int) -> dict[str, str]:
    texts = [path.read_text(encoding="utf-8") for path in (root / "tests").rglob("*.py")]
    cases = [
        path
        for path in (root / "tests").rglob("*")
        if path.suffix in {".json", ".yaml"} and path.is_file()
    ]
    lines = sum(len(text.splitlines()) for text in texts)
    data = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in cases)
    counted = sum(len(re.findall(r"^\s*(?:async )?def test_", t, re.MULTILINE)) for t in texts)
    return {
        "tests : code (lines)": f"{lines / code:.2f} (+ {data} lines of JSON and YAML cases)",
        "test functions": str(counted),
    }


def _templates(root: Path) -> dict[str, str]:
    lines = [
        line
        for path in (root / "src").rglob("*.html")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    return {
        f"template line: mean / > {LONG_IN_TEMPLATES} characters": (
            f"{sum(map(len, lines)) / len(lines):.0f}"
            f" / {_share(sum(len(line) > LONG_IN_TEMPLATES for line in lines), len(lines))}"
        )
    }


def _any(root: Path, trees: dict[Path, ast.Module]) -> int:
    desk = root / "src/wenxiao/desk"
    return sum(
        isinstance(node, ast.Name) and node.id == "Any"
        for path, tree in trees.items()
        if desk in path.parents
        for node in ast.walk(tree)
    )


def _views(texts: dict[Path, str]) -> str:
    sizes = [len(text.splitlines()) for text in texts.values() if VIEW.search(text)]
    return f"{len(sizes)} / {median(sizes):g}" if sizes else "0"


def _rules(root: Path, texts: dict[Path, str]) -> str:
    """Checks of ``rulebook/checks``, and how many other modules hold a code as text (``ZP-03``)."""
    checks = root / "src/wenxiao/rulebook/checks"
    coded = re.compile(r"\"[A-Z]{2}-\d\d\"")
    registered = Counter(
        code
        for path, text in texts.items()
        if checks in path.parents
        for code in re.findall(r"^@(?:rule|check|of)\(\s*\"([A-Z]{2}-\d\d)\"", text, re.MULTILINE)
    )
    if not registered:
        registered = Counter(
            code
            for path, text in texts.items()
            if checks in path.parents
            for code in re.findall(
                r"^@\w+\(\s*(?:codes\.)?([A-Z][A-Z_]+|\"\w\w-\d\d\")", text, re.MULTILINE
            )
        )
    outside = [
        path
        for path, text in texts.items()
        if checks not in path.parents and path.name != "codes.py" and coded.search(text)
    ]
    return f"{len(registered)} / {len(outside)}"


def rooms(root: Path) -> Iterator[str]:
    """A line for each room: modules with content, lines, median of a file, p95 of a function."""
    for folder in sorted(path for path in (root / "src/wenxiao").iterdir() if path.is_dir()):
        texts = [
            text
            for path in folder.rglob("*.py")
            if "migrations" not in path.parts and (text := path.read_text(encoding="utf-8")).strip()
        ]
        if texts:
            sizes = [len(text.splitlines()) for text in texts]
            nodes = [
                node
                for text in texts
                for node in ast.walk(ast.parse(text))
                if isinstance(node, FUNCTIONS)
            ]
            longest = sorted((n.end_lineno or n.lineno) - n.lineno + 1 for n in nodes) or [0]
            p95 = longest[int(len(longest) * 0.95)]
            yield f"| {folder.name} | {len(sizes)} | {sum(sizes)} | {median(sizes):g} | {p95} |"


def main(folders: list[str]) -> None:
    """Print the table, one column a folder, and the rooms of the last."""
    roots = [Path(name) for name in folders] or [HERE]
    columns = [measure(root) for root in roots]
    print("| | " + " | ".join(root.resolve().name for root in roots) + " |")
    print("|---" * (len(roots) + 1) + "|")
    for name in columns[0]:
        print(f"| {name} | " + " | ".join(column[name] for column in columns) + " |")
    print("\n| room | modules | lines | file median | function p95 |\n|---|---|---|---|---|")
    for line in rooms(roots[-1]):
        print(line)


if __name__ == "__main__":
    main(sys.argv[1:])
