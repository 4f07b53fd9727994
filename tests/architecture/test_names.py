"""Names say what a thing is; the repository speaks of the product and
carries nothing of anybody's machine.
"""

import re
import subprocess
from pathlib import Path

import pytest
from architecture.source import text

ROOT = Path(__file__).resolve().parents[2]
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
LOCKS = (
    "requirements/*.txt",
    "requirements/*.in",
    "package-lock.json",
    "package.json",
    "pyproject.toml",
    ".npmrc",
)
# Written in two halves so that this file does not find itself.
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|raise NotImplemented" + r"Error)\b")


def tracked(*patterns):
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_no_module_has_an_empty_name():
    empty = [
        str(p.relative_to(ROOT))
        for p in tracked("*.py")
        if {p.stem, *p.relative_to(ROOT).parts[:-1]} & EMPTY_NAMES
    ]
    assert not empty


def test_nothing_is_marked_unfinished():
    found = [
        f"{p.relative_to(ROOT)}:{n}"
        for p in tracked("*.py", "*.html", "*.js", "*.css", "*.yaml")
        for n, line in enumerate(text(p).splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not found


def test_no_test_is_switched_off():
    off = re.compile(r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)\b")
    found = [str(p.relative_to(ROOT)) for p in tracked("tests/*.py") if off.search(text(p))]
    assert not found


@pytest.mark.parametrize("pattern", LOCKS)
def test_pins_and_locks_carry_no_registry_address(pattern):
    address = re.compile(r'"resolved"|index-url|find-links|trusted-host|registry\s*=|git\+https?:')
    found = [
        f"{p.relative_to(ROOT)}:{n}"
        for p in tracked(pattern)
        for n, line in enumerate(text(p).splitlines(), 1)
        if address.search(line)
    ]
    assert not found


def test_every_requirement_is_pinned():
    loose = [
        f"{p.name}: {line}"
        for p in tracked("requirements/*.txt")
        for line in text(p).splitlines()
        if line.strip() and not line.startswith("#") and "==" not in line
    ]
    assert not loose


def test_no_large_file_is_committed():
    assert not [str(p.relative_to(ROOT)) for p in tracked("*") if p.stat().st_size > 1_000_000]
