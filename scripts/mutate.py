"""Mutation testing: change one thing of the code at a time and see whether a test notices.

Usage: python scripts/mutate.py [ROOM …] [--each N] [--seed S]   all mutants of rulebook, store,
records and intake, or N a
                                                                room drawn by S; what noticed each
                                                                goes to build/mutants.json
       python scripts/mutate.py --sample [--passed]             the sample of tests/mutants.yaml; its
                                                                tests just passed unchanged

The mutants are Cosmic Ray's. Everything happens in a copy under the temporary directory. A survivor
is a missing test, or it stands with its reason among ``equivalent`` in tests/mutants.yaml.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tests" / "mutants.yaml"
RESULTS = ROOT / "build" / "mutants.json"
PARTS = ("src", "tests", "scripts", "docs", "pyproject.toml", "build/vendor")
ROOMS = {
    "rulebook": ("tests/rulebook", "tests/monitoring/test_pace_columns.py"),
    "store": ("tests/store", "tests/records"),
    "records": ("tests/records",),
    "intake": ("tests/intake/test_import.py", "tests/intake/test_doors.py", "tests/intake"),
}
SAME = ("Operator_Eq_Is", "Operator_NotEq_IsNot", "Operator_Is_Eq", "Operator_IsNot_NotEq")
"""``is`` for ``==``: the interpreter keeps short texts and numbers once, so nothing changes."""
OPERATORS: tuple[Operator, ...] = tuple(
    get_operator(name)()
    for name in operator_names()
    if not get_operator(name).arguments() and not name.endswith(SAME)
)
LOOPS = 3
"""A mutant loops, and counts as noticed, when its tests use so many times
the CPU time that all of them did unchanged.
"""
SAMPLED = 300
"""CPU seconds after which a mutant of the sample loops: its tests use five."""
HANGS = 900
"""Seconds after which a mutant counts as noticed: it waits for what never comes."""
MIGRATIONS = "makemigrations --check --dry-run"
PREPARE = "tests/store/test_exact.py::test_points_speak_of_points"
"""A test that leaves the empty database behind, made once: every run begins with a copy of it."""


@dataclass(frozen=True)
class Mutant:
    """One change: ``before`` stands once in ``path`` and becomes ``after``;
    ``tests`` should notice.
    """

    path: str
    before: str
    after: str
    tests: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells one mutant from another whatever line it stands on."""
        return self.path, self.before, self.after


def main() -> int:
    """0 when every mutant was noticed or is known to be equivalent."""
    words = argparse.ArgumentParser()
    words.add_argument("rooms", nargs="*", choices=[[], *ROOMS])
    words.add_argument("--each", type=int, default=0)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--sample", action="store_true")
    words.add_argument("--passed", action="store_true")
    chosen = words.parse_args()
    listed = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    if chosen.sample:
        mutants = [Mutant(**{**one, "tests": tuple(one["tests"])}) for one in listed["sample"]]
    else:
        known = {(one["path"], one["before"], one["after"]) for one in listed["equivalent"]}
        mutants = [
            one
            for room in chosen.rooms or ROOMS
            for one in _drawn(room, chosen.each, chosen.seed)
            if one.key not in known
        ]
    killers = killed_by(mutants, passed=chosen.passed)
    survivors = [one for one in mutants if killers[one.key] is None]
    for one in survivors:
        print(f"没有测试发现：{one.path}\n  - {one.before}\n  + {one.after}", flush=True)
    print(f"{len(mutants)} 处改动，{len(survivors)} 处没有测试发现。", flush=True)
    if not chosen.sample:
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        rows = [
            {"path": one.path, "before": one.before, "after": one.after, "test": killers[one.key]}
            for one in mutants
        ]
        RESULTS.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    return 1 if survivors else 0


def _drawn(room: str, each: int, seed: int) -> list[Mutant]:
    """All mutants of a room, or so many of them in an order the seed gives."""
    places = list(_places(room))
    if each:
        random.Random(f"{seed} {room}").shuffle(places)  # noqa: S311 - a sample of code, no secret
    drawn: dict[tuple[str, str, str], Mutant] = {}
    for path, operator, occurrence in places:
        if mutant := _mutant(path, operator, occurrence, ROOMS[room]):
            drawn.setdefault(mutant.key, mutant)
        if each and len(drawn) == each:
            break
    return list(drawn.values())


def _places(room: str) -> Iterator[tuple[Path, Operator, int]]:
    """Each place of a room's code an operator can change: file, operator,
    the how manyth of the file.
    """
    for path in sorted((ROOT / "src" / "wenxiao" / room).rglob("*.py")):
        if "migrations" in path.parts:
            continue
        nodes = list(ast_nodes(get_ast(path.read_text(encoding="utf-8"))))
        for operator in OPERATORS:
            count = sum(len(list(operator.mutation_positions(node))) for node in nodes)
            yield from ((path, operator, occurrence) for occurrence in range(count))


def _mutant(
    path: Path, operator: Operator, occurrence: int, tests: tuple[str, ...]
) -> Mutant | None:
    """The change made, as text; None when it changes nothing that runs (an
    annotation) or is no code.
    """
    source = path.read_text(encoding="utf-8")
    changed = mutate_code(source, operator, occurrence)
    if changed is None or _what_runs(changed) in {None, _what_runs(source)}:
        return None
    return Mutant(str(path.relative_to(ROOT)), *_difference(source, changed), tests)


def _what_runs(source: str) -> str | None:
    """The code without its annotations, which are never evaluated; None when it is no code."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            node.annotation = ast.Constant(0)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
    return ast.dump(tree)


def _difference(source: str, changed: str) -> tuple[str, str]:
    """The lines that differ, with as many lines around as make the old ones unique."""
    old, new = source.splitlines(keepends=True), changed.splitlines(keepends=True)
    first = next(at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1])
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    start, end = first, len(old) - last
    while source.count("".join(old[start:end])) != 1 and (start or end < len(old)):
        start, end = max(0, start - 1), min(len(old), end + 1)
    return "".join(old[start:end]), "".join(new[start : end + len(new) - len(old)])


def killed_by(
    mutants: list[Mutant], *, passed: bool = False
) -> dict[tuple[str, str, str], str | None]:
    """Which test noticed each mutant, None for a survivor; two copies of the tree work side by side.
    Unless they just ``passed``, their tests must first pass unchanged.
    """
    with tempfile.TemporaryDirectory(prefix="wenxiao-mutants-") as folder:
        copies = [_copy(Path(folder) / str(number)) for number in range(2)]
        _prepare(copies)
        seconds = SAMPLED if passed else _unchanged(copies[0], mutants)

        def killer(mutant: Mutant) -> str | None:
            copy = copies.pop()
            try:
                return noticed(mutant, copy, seconds)
            finally:
                copies.append(copy)

        with ThreadPoolExecutor(len(copies)) as pool:
            return dict(zip((one.key for one in mutants), pool.map(killer, mutants), strict=True))


def _unchanged(copy: Path, mutants: list[Mutant]) -> int:
    """How many CPU seconds a mutant's tests may use, by what all of them use without a change."""
    broken = _failing(copy, tuple(dict.fromkeys(t for one in mutants for t in one.tests)))
    if broken is not None:
        raise SystemExit(f"没有改动时测试就不通过，先改好再来：{broken}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return int(LOOPS * (used.ru_utime + used.ru_stime))


def _copy(folder: Path) -> Path:
    for part in PARTS:
        source, target = ROOT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            # Compiled code of the product goes along, valid by time and size of what is unchanged;
            # that of the tests names the files it was made from.
            ignored = shutil.ignore_patterns("__pycache__") if part != "src" else None
            shutil.copytree(source, target, ignore=ignored)
        elif source.exists():
            shutil.copy(source, target)
    return folder


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of the user's own system; the tests' home is the copy's."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("WENXIAO_")}
    paths = os.pathsep.join(str(folder / part) for part in ("src", "tests", "scripts"))
    return env | {
        "PYTHONPATH": paths,
        "PYTHONWARNINGS": "",
        "WENXIAO_TEST_HOME": str(folder / "home"),
    }


def _prepare(copies: list[Path]) -> None:
    """The empty database, in a folder beside each copy's home."""
    command = [
        sys.executable,
        "-B",
        "-m",
        "pytest",
        "--reuse-db",
        "-p",
        "no:cacheprovider",
        PREPARE,
    ]
    subprocess.run(
        command, cwd=copies[0], env=_environment(copies[0]), check=True, stdout=subprocess.DEVNULL
    )
    (copies[0] / "home").rename(copies[0] / "empty")
    for copy in copies[1:]:
        shutil.copytree(copies[0] / "empty", copy / "empty")


def noticed(mutant: Mutant, folder: Path, seconds: int) -> str | None:
    """The test that fails once the change is made in this copy; ValueError
    when its place is gone.
    """
    path = folder / mutant.path
    whole = path.read_text(encoding="utf-8")
    if whole.count(mutant.before) != 1:
        raise ValueError(f"{mutant.path} 里这几行已改，请更新 tests/mutants.yaml：{mutant.before}")
    path.write_text(whole.replace(mutant.before, mutant.after), encoding="utf-8")
    try:
        if path.name == "models.py" and not _migrated(folder):
            return MIGRATIONS
        return _failing(folder, mutant.tests, seconds)
    finally:
        path.write_text(whole, encoding="utf-8")


def _migrated(folder: Path) -> bool:
    """Whether the columns the models name are those the migrations make: a
    gate of scripts/check.py.
    """
    command = [sys.executable, "-B", "-m", "django", *MIGRATIONS.split()]
    env = _environment(folder) | {"DJANGO_SETTINGS_MODULE": "settings_for_tests"}
    ended = subprocess.run(command, cwd=folder, env=env, check=False, capture_output=True)
    return ended.returncode == 0


def _failing(folder: Path, tests: tuple[str, ...], seconds: int | None = None) -> str | None:
    """The first of these tests that fails in this copy; what uses up its
    CPU ``seconds`` or is not collected fails too.
    """
    shutil.rmtree(folder / "home", ignore_errors=True)
    shutil.copytree(folder / "empty", folder / "home")
    options = ["-x", "--reuse-db", "-p", "no:cacheprovider"]
    limit = [
        "sh",
        "-c",
        'ulimit -t "$0"; exec "$@"',
        "unlimited" if seconds is None else str(seconds),
    ]
    command = [*limit, sys.executable, "-B", "-m", "pytest", *options, *tests]
    try:
        ended = subprocess.run(
            command,
            cwd=folder,
            env=_environment(folder),
            check=False,
            timeout=HANGS,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return "没有跑完"
    if ended.returncode == 0:
        return None
    if ended.returncode < 0:
        return "没有跑完"
    named = re.search(r"^(?:FAILED|ERROR) (\S+)", ended.stdout, re.MULTILINE)
    return named[1] if named else "测试没有开始"


if __name__ == "__main__":
    sys.exit(main())
