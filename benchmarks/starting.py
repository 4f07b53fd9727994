"""How long a start takes until the login page answers: on an empty home
with the demonstration, and once more.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from scripts.fresh_clone import free_port

from benchmarks.section import Section

ROOT = Path(__file__).parent.parent
LONGEST = 600
"""Seconds after which a start is given up."""


def measure():
    """Seconds from `scripts/start.py` to an answered login page, on a new
    home and on the same home again.
    """
    section = Section(
        "启动",
        "环境已装好，从启动到登录页应答；首次在空目录上载入演示数据并写出年度报告，再次在同一目录上。",
        ("启动", "用时"),
    )
    with tempfile.TemporaryDirectory() as folder:
        for word in ("首次", "再次"):
            section.rows.append((word, f"{started(Path(folder)):.1f} 秒"))
    return section


def started(home):
    """Seconds of one start with its home in that folder; the server is stopped afterwards."""
    port = free_port()
    env = {**os.environ, "WENXIAO_HOME": str(home), "PORT": str(port), "PYTHONPATH": "src"}
    began = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "scripts/start.py"],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while time.perf_counter() - began < LONGEST:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=5).close()
            except OSError:
                time.sleep(0.05)
            else:
                return time.perf_counter() - began
    finally:
        os.killpg(server.pid, signal.SIGINT)
        server.wait(timeout=30)
    raise SystemExit(f"{LONGEST} 秒内没有启动")
