"""The command as a program of its own, in a home of its own."""

import os
import subprocess
import sys

import forged_backups
import pytest


@pytest.fixture
def run():
    """run("verb", …, home=folder) → the finished process with its texts."""

    def command(*words, home, **env):
        clean = {
            k: v for k, v in os.environ.items() if not k.startswith(("WENXIAO_", "DJANGO_", "COV_"))
        }
        return subprocess.run(
            [sys.executable, "-m", "wenxiao.site.command", *words],
            env={**clean, "WENXIAO_HOME": str(home), **env},
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return command


@pytest.fixture
def forge():
    """Ways in which a backup may be unsound: forge.absent(folder), forge.link(folder) …"""
    return forged_backups
