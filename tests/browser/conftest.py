"""A house of its own behind a real server, and a headless browser that
reports every breach of the content policy.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "out" / "screenshots"
AXE = ROOT / "build" / "testing" / "axe.min.js"
SIZES = {"desk": (1366, 768), "phone": (390, 844)}
PASSWORD = "Demo-pass-2021"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first one draws no window around each page: a third of the processor time."""
WAITING = 60_000
"""Milliseconds a page may take before a journey fails: only what hangs, for a busy machine is
slow.
"""
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WATCH = "addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI))"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


PLANTED: dict[str, Path] = {}
"""A copy of each house as it was planted: who wants the same one begins with it."""


def plant(folder, seeding, migrated, env):
    """Lay a planted house into a folder."""
    if seeding in PLANTED:
        shutil.copytree(PLANTED[seeding], folder / "only")
        return
    migrated(folder / "only")
    program = [sys.executable, str(Path(__file__).parent / seeding)]
    subprocess.run(program, env=env, cwd=ROOT, check=True, timeout=1200)
    PLANTED[seeding] = shutil.copytree(folder / "only", folder / "planted")


@contextmanager
def serving(folder, seeding, migrated, *, worker=False):
    """The address of a server over a house that ``seeding`` planted, beside
    it the task worker if wanted.
    """
    port = _free_port()
    env = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("WENXIAO_", "PYTEST_XDIST"))
    }
    env |= {
        "WENXIAO_TEST_HOME": str(folder),
        "WENXIAO_DEMO": "1",
        "PYTHONPATH": os.pathsep.join(str(ROOT / one) for one in ("src", "", "tests", "scripts")),
    }
    env["DJANGO_SETTINGS_MODULE"] = "tests.settings_for_tests"
    plant(folder, seeding, migrated, env)
    log = (folder / "server.log").open("w")
    programs = [["gunicorn", "wenxiao.site.wsgi", "-b", f"127.0.0.1:{port}", "--threads", "4"]]
    if worker:
        every = ["--queue-name", "*", "--interval", "0.2", "--no-startup-delay", "-v", "0"]
        programs.append(["django", "db_worker", *every])
    running = [
        subprocess.Popen(
            [sys.executable, "-m", *program], env=env, cwd=ROOT, stdout=log, stderr=log
        )
        for program in programs
    ]
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address + "/login")
        yield address
    finally:
        for program in running:
            program.terminate()
        for program in running:
            program.wait(timeout=120)
        log.close()


@pytest.fixture(scope="session")
def house(tmp_path_factory, migrated):
    """The address of a server over a planted house; it ends with the session."""
    with serving(tmp_path_factory.mktemp("house"), "seeding.py", migrated) as address:
        yield address


@pytest.fixture(scope="session")
def bare_house(tmp_path_factory, migrated):
    """A house of units, objects, rounds and people alone, with its task
    worker: everything else enters by pages.
    """
    folder = tmp_path_factory.mktemp("bare")
    with serving(folder, "seeding_bare.py", migrated, worker=True) as address:
        yield address


@pytest.fixture(scope="session")
def roles_house(tmp_path_factory, migrated):
    """A house with work waiting on every desk."""
    with serving(tmp_path_factory.mktemp("roles"), "seeding_roles.py", migrated) as address:
        yield address


def _wait(address: str) -> None:
    for _ in range(1500):
        try:
            urllib.request.urlopen(address, timeout=10).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail("测试用的网页服务 5 分钟内没有启动，见临时目录中的 server.log。")


@contextmanager
def _browser():
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=WAITING)
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        if path is None and not Path(playwright.chromium.executable_path).exists():
            pytest.fail(
                "没有找到 Chromium，浏览器测试无法进行：请安装 chromium，或运行 playwright install chromium。"
            )
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


OPEN, BROWSER = ExitStack(), []
"""The one headless browser of all journeys, while one of them is next."""


@pytest.fixture(scope="module")
def chromium():
    """The browser: begun for the first journey."""
    if not BROWSER:
        BROWSER.append(OPEN.enter_context(_browser()))
    return BROWSER[0]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem):
    """End it before other tests: while it runs an event loop runs in this process, and Django then
    asks nothing of its database.
    """
    result = yield
    if nextitem is None or Path(__file__).parent not in nextitem.path.parents:
        BROWSER.clear()
        OPEN.close()
    return result


@contextmanager
def visiting(chromium, address):
    """Log in through the form as somebody, at a size; afterwards nothing
    may have gone wrong on any page.
    """
    contexts, wrong = [], []

    def open_page(username: str, size: str = "desk", password: str = PASSWORD):
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, base_url=address
        )
        contexts.append(context)
        context.set_default_timeout(WAITING)
        context.add_init_script(WATCH)
        page = context.new_page()
        page.on(
            "console",
            lambda told: (
                wrong.append(told.text) if told.type == "error" and "CSP" in told.text else None
            ),
        )
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto("/login")
        page.fill("#f-username", username)
        page.fill("#f-password", password)
        page.keyboard.press("Enter")
        page.wait_for_url("**/")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong, wrong


@pytest.fixture
def enter(house, chromium):
    """Somebody at work in the planted house."""
    with visiting(chromium, house) as open_page:
        yield open_page


@pytest.fixture
def enter_bare(bare_house, chromium):
    """Somebody at work in the bare house."""
    with visiting(chromium, bare_house) as open_page:
        yield open_page


@pytest.fixture
def enter_role(roles_house, chromium):
    """Somebody at work in the house with work on every desk."""
    with visiting(chromium, roles_house) as open_page:
        yield open_page


@pytest.fixture
def look():
    """Keep a picture of the page and let axe judge it: no fault of impact
    serious or critical, no sideways scrolling.
    """
    if not AXE.exists():
        pytest.fail(
            "缺 build/testing/axe.min.js，无障碍检查无法进行：请先运行 python scripts/fetch_assets.py。"
        )
    SHOTS.mkdir(parents=True, exist_ok=True)
    source = AXE.read_text(encoding="utf-8")

    def judge(page, name: str) -> None:
        page.screenshot(path=SHOTS / f"{name}.png")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (
            f"{name} scrolls sideways"
        )
        page.evaluate(source)
        found = page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa']}).then(r => r.violations)"
        )
        told = [
            f"{one['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
            for one in found
            if one["impact"] in {"serious", "critical"}
            for node in one["nodes"][:3]
        ]
        assert not told, f"{name}: " + "\n".join(told)

    return judge
