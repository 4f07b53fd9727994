"""The whole system running for a test: website, workers and supervisor over
a home of its own, spoken to by HTTP.
"""

import http.client
import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

SECONDS = 600
"""How long a test waits for the system to come back before it says that it does not: only what
hangs, for a busy machine is slow.
"""
PASSWORD = "Chaos-2021-yan"
PLANT = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from wenxiao.orgs.models import Role, User
from wenxiao.orgs.services import create_division, create_user, grant
division = create_division(code="360191", name="高新区", bureau="高新区财政局", by=None)
division.account_policy = {{"second_factor": []}}
division.save()
from wenxiao.site.serving import collect_static
collect_static()
for name, role in (("system", Role.SYSTEM), ("finance", Role.PERFORMANCE)):
    user = create_user(division=division, username=name, name=name, by=None, password={password!r},
                       must_change_password=False)
    grant(user=user, role=role, division=division, by=None, why="试验")
"""

ANSWER = """
import json, sys
import django; django.setup()
from django.db import connection
from django_tasks_db.models import DBTaskResult
from wenxiao.orgs.models import *
from wenxiao.records.models import *
for expression in sys.stdin:
    print(json.dumps(eval(expression)), flush=True)
    connection.close()
"""


def until(condition, what, seconds=SECONDS):
    """Wait for a condition; fail saying what did not come about."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"{seconds} 秒内没有：{what}"
        time.sleep(0.2)
    return found


class Person:
    """A browser of somebody logged in."""

    def __init__(self, address):
        self.address = address
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(jar), urllib.request.ProxyHandler({}), _Stays()
        )

    def ask(self, path, form=None, files=()):
        """(status, text, or where it leads) of a page or a form; 0 where nobody answered."""
        data, headers = None, {}
        if form is not None:
            data, headers = _body([*form.items(), ("csrfmiddlewaretoken", self._token())], files)
        request = urllib.request.Request(self.address + path, data=data, headers=headers)
        try:
            with self._opener.open(request, timeout=300) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers["Location"] or error.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, ""

    def _token(self):
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.ask("/help")[1])
        found = found or re.search(
            r'name="csrfmiddlewaretoken" value="([^"]+)"', self.ask("/login")[1]
        )
        return found[1] if found else ""


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def _body(fields, files):
    if not files:
        return urllib.parse.urlencode(fields).encode(), {}
    edge, parts = "edge-of-a-part", []
    for name, value in fields:
        head = f'Content-Disposition: form-data; name="{name}"'
        parts.append(f"--{edge}\r\n{head}\r\n\r\n{value}\r\n".encode())
    for name, (file, content) in files:
        head = f'Content-Disposition: form-data; name="{name}"; filename="{file}"'
        sent = content if isinstance(content, bytes) else content.encode()
        parts.append(f"--{edge}\r\n{head}\r\n\r\n".encode() + sent + b"\r\n")
    kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    return b"".join(parts) + f"--{edge}--\r\n".encode(), kind


class System:
    """`wenxiao serve` and what it consists of."""

    def __init__(self, home, url):
        self.home, self.url = home, url
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = home / "serve.log"
        self.process = self._answering = None

    @property
    def env(self):
        """Nothing of the tests' own settings."""
        clean = {
            k: v for k, v in os.environ.items() if not k.startswith(("WENXIAO_", "DJANGO_", "COV_"))
        }
        return {
            **clean,
            "WENXIAO_HOME": str(self.home),
            "WENXIAO_DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "wenxiao.site.settings",
        }

    def run(self, program, seconds=SECONDS):
        """What a Python program over this home's rows prints."""
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=self.env,
            check=True,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
        return done.stdout

    def rows(self, expression):
        """A Python expression over the models, as JSON; one interpreter
        answers all, for its start costs two seconds.
        """
        if self._answering is None:
            self._answering = subprocess.Popen(
                [sys.executable, "-c", ANSWER],
                env=self.env,
                text=True,
                bufsize=1,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        self._answering.stdin.write(expression + "\n")
        answer = self._answering.stdout.readline()
        assert answer, f"no answer to {expression}"
        return json.loads(answer)

    def forget(self):
        """Let the interpreter that answers go."""
        if self._answering is not None:
            self._answering.stdin.close()
            self._answering.wait(timeout=300)
            self._answering.stdout.close()
            self._answering = None

    def start(self):
        """Start it and wait for the first answer."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "wenxiao.site.command", "serve", "--port", str(self.port)],
                env=self.env,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        until(lambda: self.health()[0] == 200, "网页应答")

    def stop(self):
        """End it; its own exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=300)
        finally:
            with suppress(ProcessLookupError):
                self.process.kill()

    def health(self):
        """(status, what /health tells)."""
        status, text = Person(self.address).ask("/health")
        return status, json.loads(text) if text.startswith("{") else {}

    def person(self, name):
        """Somebody logged in."""
        one = Person(self.address)
        until(
            lambda: one.ask("/login", {"username": name, "password": PASSWORD})[0] == 302,
            f"{name} 登录",
        )
        return one

    def processes(self, words):
        """Numbers of this system's own processes whose command line holds these words."""
        family = {self.process.pid}
        listed = sorted(int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit())
        for _ in range(3):
            for pid in listed:
                if _parent(pid) in family:
                    family.add(pid)
        return [pid for pid in sorted(family - {self.process.pid}) if words in _command(pid)]

    def kill(self, pids):
        """kill -9, without a word of warning."""
        for pid in pids:
            os.kill(pid, signal.SIGKILL)


def _parent(pid):
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def _command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def plant(home, url=""):
    """A division, an administrator "system" and an officer "finance"."""
    System(home, url).run(PLANT.format(password=PASSWORD))


@contextmanager
def running(home, url="", *, planted=False):
    """A system with what `plant` makes, answering; ``planted``: the home has it already."""
    if not planted:
        plant(home, url)
    system = System(home, url)
    system.start()
    try:
        yield system
    finally:
        system.forget()
        if system.process.poll() is None:
            system.stop()
