"""Folders for a moment stand in the home, go with whoever made them, and
are swept when that one was killed.
"""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from wenxiao.store.scratch import Scratch

MAKES_ONE = """
import sys, time
from pathlib import Path
from django.conf import settings
settings.configure(HOME=Path(sys.argv[1]))
from wenxiao.store.scratch import Scratch
folder = Scratch("rows")
(Path(folder.name) / "rows0.csv").write_text("1")
print(folder.name, flush=True)
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.HOME = tmp_path
    return tmp_path


def test_a_folder_stands_in_the_home_and_goes(home):
    with Scratch("api") as folder:
        assert folder.parent == home / "scratch"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "a.xlsx").write_bytes(b"1")
    assert not folder.exists()


def test_a_folder_nobody_remembers_goes():
    name = Scratch("rows").name
    assert not Path(name).exists()


def test_a_killed_process_leaves_its_folder_to_the_sweep(home):
    command = [sys.executable, "-c", MAKES_ONE, str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        left = Path(process.stdout.readline().strip())
        try:
            assert Scratch.sweep() == 0, "it is in use"
            assert left.is_dir()
        finally:
            os.kill(process.pid, signal.SIGKILL)
    assert left.is_dir()
    assert Scratch.sweep() == 1
    assert not left.exists()
