"""What runs is installed for every purpose: a lock file that misses one of the product's packages
fails here, not on a fresh machine.
"""

from pathlib import Path

import pytest
from architecture.source import text

FOLDER = Path(__file__).resolve().parents[2] / "requirements"


def pins(path: Path) -> set[str]:
    """Name and version of every package a lock file pins."""
    lines = text(path).splitlines()
    return {line.partition(";")[0].strip().lower() for line in lines if "==" in line}


@pytest.mark.parametrize("purpose", ["test", "bench"])
def test_every_purpose_installs_what_runs(purpose):
    runs = pins(FOLDER / "run.txt")
    assert len(runs) > 20
    assert runs - pins(FOLDER / f"{purpose}.txt") == set()


@pytest.mark.parametrize("purpose", ["run", "test", "bench"])
def test_what_is_asked_for_by_version_is_pinned_so(purpose):
    asked = {pin.replace("[binary]", "") for pin in pins(FOLDER / f"{purpose}.in")}
    assert asked
    assert asked <= pins(FOLDER / f"{purpose}.txt")
