"""All tests: everything short on SQLite, then on a real PostgreSQL what sends each statement and
what the database itself decides (docs/adr/0026), then sampled mutants. Nothing is skipped; long
walks and every test marked db on PostgreSQL are --soak's.

Usage: python scripts/test.py [--soak]
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import coverage_floors
import second_database
from postgres import VARIABLE, postgres

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "tests"
SILENT_SECONDS = 1800
"""A run is stopped when no test ended for so long: it hangs.
How long all of it takes is not bounded.
"""
NOTHING_COLLECTED = 5
GATES = ("--ignore=tests/architecture",)
"""What scripts/check.py ran a minute before."""
RECORDED = ("-p", "scripts.statements")
WORKERS = ("-n", "3")
"""One more than the two cores: a third of what the tests last they wait for children, browsers and
servers.
"""
SHORT = "not long"
"""Long walks are make soak's; each names the tests here that hold the same."""


def pytest(name: str, arguments: list[str], env: dict[str, str]) -> tuple[int, int, bool]:
    """Run pytest once; returns (passed, failed, whole).
    Skipped and expected failures make a run not whole.
    """
    report = REPORTS / f"{name}.xml"
    report.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "pytest",
        f"--junitxml={report}",
        "-p",
        "no:cacheprovider",
        *arguments,
    ]
    began = time.monotonic()
    code = watched(command, env)
    if code is None:
        print(f"{name}：{SILENT_SECONDS} 秒没有一项测试跑完，已停止", flush=True)
        return 0, 1, False
    if not report.exists():
        return 0, 1, False
    passed, failed, skipped = count(report)
    print(
        f"{name}：{passed} passed, {failed} failed，{time.monotonic() - began:.0f} 秒", flush=True
    )
    for line in skipped:
        print(f"{name}：未执行 {line}", flush=True)
    return passed, failed, code in {0, NOTHING_COLLECTED} and not skipped


def watched(command: list[str], env: dict[str, str]) -> int | None:
    """The command's exit code, its output passed on as it comes; None when
    it was stopped for saying nothing.
    """
    running = subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    heard = [time.monotonic()]
    assert running.stdout is not None
    pipe = running.stdout.fileno()

    def pass_on() -> None:
        while part := os.read(pipe, 65_536):
            heard[0] = time.monotonic()
            sys.stdout.buffer.write(part)
            sys.stdout.buffer.flush()

    reader = threading.Thread(target=pass_on, daemon=True)
    reader.start()
    try:
        while reader.is_alive():
            reader.join(timeout=1)
            if time.monotonic() - heard[0] > SILENT_SECONDS:
                return None
        return running.wait()
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()


def count(report: Path) -> tuple[int, int, list[str]]:
    """(passed, failed, one line for each test that did not run) from pytest's own report."""
    passed, failed, skipped = 0, 0, []
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - our own pytest wrote it
        left_out = case.find("skipped")
        if left_out is not None:
            skipped.append(f"{case.get('classname')}.{case.get('name')}：{left_out.get('message')}")
        elif case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        else:
            passed += 1
    return passed, failed, skipped


def environment(url: str = "") -> dict[str, str]:
    """The tests' environment: the database under test and nothing of the user's own system."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("WENXIAO_")}
    # A hundred programs are started: each would compile every module again.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**env, VARIABLE: url, "PYTHONWARNINGS": env.get("PYTHONWARNINGS", "")}


def soak() -> int:
    """The properties, up to 20 000 examples each, and long walks alone, what soaks over rows on
    both databases; then every test marked db on PostgreSQL.
    """
    more = {"WENXIAO_EXAMPLES": "20000"}
    runs = [pytest("soak", [*WORKERS, "-m", "hypothesis or soak or long"], environment() | more)]
    with postgres() as (url, _):
        chosen = [*WORKERS, "-m", "soak and db"]
        runs.append(pytest("soak-PostgreSQL", chosen, environment(url) | more))
        every = [*WORKERS, "-m", "db", *RECORDED]
        runs.append(pytest("PostgreSQL-whole", every, environment(url)))
    lost = second_database.missed()
    for line in lost:
        print(f"make test 在 PostgreSQL 上没有发出：{line}", flush=True)
    return 1 if lost or not all(whole and not failed for _, failed, whole in runs) else 0


def on_second_database() -> tuple[int, int, bool]:
    """The tests that run on PostgreSQL as well, chosen from what all of them sent on SQLite."""
    if not second_database.STATEMENTS.exists():
        print("SQLite 上没有跑完，无从选择 PostgreSQL 上的测试", flush=True)
        return 0, 1, False
    chosen, marked = second_database.write()
    with postgres() as (url, source):
        print(f"PostgreSQL 来自 {source}，{marked} 项中选 {chosen} 项", flush=True)
        arguments = [*WORKERS, "-p", "scripts.second_database", *second_database.files()]
        return pytest("PostgreSQL", arguments, environment(url))


def mutants() -> bool:
    """Whether the tests notice every change of the code that tests/mutants.yaml samples."""
    command = [sys.executable, str(ROOT / "scripts" / "mutate.py"), "--sample", "--passed"]
    return subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode == 0


def main() -> int:
    """0 when both runs pass whole, the sampled mutants are noticed and no
    room fell below its coverage floor.
    """
    REPORTS.mkdir(parents=True, exist_ok=True)
    if "--soak" in sys.argv:
        return soak()
    measured = ["-p", "scripts.reached_lines", *RECORDED]
    first = pytest("SQLite", [*WORKERS, "-m", SHORT, *GATES, *measured], environment())
    second = on_second_database()
    floors = coverage_floors.compare()
    passed, failed = first[0] + second[0], first[1] + second[1]
    whole = mutants() and first[2] and second[2] and floors
    if not whole and not failed:
        print(
            "没有全部通过：见上面未执行、未跑完、没有测试发现的改动或覆盖率不足的说明。", flush=True
        )
    print(f"{passed} passed, {failed} failed", flush=True)
    return 0 if whole and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
