"""As a new user: clone into a scratch folder, `make run`, log in, fetch the main pages, check the
report, stop it.

Prints what it did; exits 1 at the first thing that is not as it should be. Everything is bounded in
time.
"""

from __future__ import annotations

import http.cookiejar
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 600
# : What only a first start says; a second one that says it again does the work again. How long it
# takes is in the bench.
FIRST_ALONE = ("added ", "前端资源已备好", "载入演示数据", "Installing collected packages")
STOP_SECONDS = 20
WRITTEN = ("annual.docx", "summary.xlsx", "summary.docx", "figures.json")
PAGES = ("/", "/subjects", "/report")


class Failed(Exception):
    """Something a new user would stumble over."""


def say(sentence: str) -> None:
    """One line of the record."""
    print(sentence, flush=True)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    """A browser without pictures: cookies, forms, pages."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

    def get(self, path: str, data: dict[str, str] | None = None) -> tuple[str, str]:
        """(final address, text) of a page; Failed for anything but 200."""
        body = urllib.parse.urlencode(data).encode() if data is not None else None
        headers = {"Referer": self.address + path}
        asked = urllib.request.Request(self.address + path, body, headers)  # noqa: S310 - this machine's own server
        try:
            with self.opener.open(asked, timeout=30) as answer:
                return answer.geturl(), answer.read().decode()
        except urllib.error.HTTPError as error:
            raise Failed(f"{path} 应答 {error.code}") from error

    def log_in(self, username: str, password: str) -> None:
        """Through the login form, as a person does."""
        _, page = self.get("/login")
        token = re.search(r'name="csrfmiddlewaretoken"\s+value="([^"]+)"', page)
        if token is None:
            raise Failed("登录页没有表单令牌")
        entered = {"csrfmiddlewaretoken": token[1], "username": username, "password": password}
        where, _ = self.get("/login", entered)
        if urllib.parse.urlsplit(where).path.startswith("/login"):
            raise Failed("演示账号登录不上")


def clone(folder: Path) -> None:
    """The committed state alone; what is not committed is said."""
    git = ["git", "-c", "safe.directory=*"]
    left = subprocess.run(
        [*git, "status", "--porcelain"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    if left:
        say(f"注意：有 {len(left.splitlines())} 处未提交的改动，不在这次验证之内")
    subprocess.run([*git, "clone", "--quiet", str(ROOT), str(folder)], check=True, timeout=120)


def start(folder: Path, port: int) -> tuple[subprocess.Popen[bytes], float]:
    """`make run` in an environment with nothing of ours in it; returns when
    the site answers, with the seconds taken.
    """
    keep = (
        "PATH",
        "HOME",
        "LANG",
        "SSL_CERT_FILE",
        "http_proxy",
        "https_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
    )
    env = {name: os.environ[name] for name in keep if name in os.environ}
    env |= {"PORT": str(port), "WENXIAO_HOME": str(folder / "var")}
    env |= {k: v for k, v in os.environ.items() if k.startswith(("PIP_", "npm_config_"))}
    began = time.monotonic()
    with (folder / "run.log").open("ab") as log:
        made = subprocess.Popen(
            ["make", "run"],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    while time.monotonic() - began < START_SECONDS:
        if made.poll() is not None:
            raise Failed(f"make run 自行结束，退出码 {made.returncode}")
        try:
            Site(port).get("/login")
        except (OSError, Failed):
            time.sleep(0.1)
            continue
        return made, time.monotonic() - began
    stop(made)
    raise Failed(f"{START_SECONDS} 秒内没有启动")


def stop(made: subprocess.Popen[bytes]) -> None:
    """Ctrl+C, as a person does; what does not end in time is a failure and is ended anyway."""
    if made.poll() is None:
        os.killpg(made.pid, signal.SIGINT)
    try:
        made.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired as error:
        os.killpg(made.pid, signal.SIGKILL)
        raise Failed(f"{STOP_SECONDS} 秒内没有停下") from error


def visit(folder: Path, port: int) -> None:
    """Log in with the demonstration's account and fetch the main pages."""
    script = "from wenxiao.site.demo.accounts import ACCOUNTS, PASSWORD; print(*[a.username for a in ACCOUNTS], PASSWORD)"
    listed = subprocess.run(
        [
            str(folder / ".venv" / "bin" / "python"),
            "-c",
            f"import django; django.setup(); {script}",
        ],
        cwd=folder,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "wenxiao.site.settings"},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout.split()
    username = next((name for name in listed[:-1] if name == "jixiao"), listed[0])
    site = Site(port)
    site.log_in(username, listed[-1])
    for path in PAGES:
        _, text = site.get(path)
        if "</html>" not in text or "演示" not in text:
            raise Failed(f"{path} 不是完整的演示页面")
        say(f"  {path}　{len(text)} 字")


def check_written(folder: Path) -> None:
    """The report and its tables are there and open as what they are."""
    for name in WRITTEN:
        path = folder / "out" / name
        if not path.is_file() or not path.stat().st_size:
            raise Failed(f"没有写出 out/{name}")
        if path.suffix in {".docx", ".xlsx"} and zipfile.ZipFile(path).testzip() is not None:
            raise Failed(f"out/{name} 打不开")
    say(f"  out/：{'、'.join(WRITTEN)}")


def prove(folder: Path) -> None:
    """The whole visit, twice: the first start builds everything, the second
    builds nothing again.
    """
    clone(folder)
    port = free_port()
    made, seconds = start(folder, port)
    say(f"首次启动 {seconds:.0f} 秒，端口 {port}")
    try:
        visit(folder, port)
        check_written(folder)
    finally:
        stop(made)
    say("已停下")
    log = folder / "run.log"
    first = log.stat().st_size
    made, seconds = start(folder, port)
    stop(made)
    say(f"再次启动 {seconds:.1f} 秒")
    second = log.read_bytes()[first:].decode("utf-8", errors="replace")
    again = [sentence for sentence in FIRST_ALONE if sentence in second]
    if again:
        raise Failed(f"再次启动又做了一遍首次启动的事：{'、'.join(again)}")


def main() -> int:
    """0 when a new user would have met nothing wrong."""
    scratch = Path(tempfile.mkdtemp(prefix="wenxiao-clone-"))
    folder = scratch / "wenxiao"
    try:
        prove(folder)
    except (Failed, subprocess.SubprocessError, OSError) as error:
        say(f"全新克隆没有通过：{error}")
        log = folder / "run.log"
        if log.exists():
            say(
                "".join(
                    log.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)[
                        -60:
                    ]
                )
            )
        return 1
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    say("全新克隆：make run 启动、登录、主要页面、年度报告、停止，全部正常")
    return 0


if __name__ == "__main__":
    sys.exit(main())
