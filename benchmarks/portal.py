"""The public's pages beside the bare page, at load: several readers ask without a pause, the
website serves as it does in use (gunicorn, two processes).

WENXIAO_BENCH_REPORTED makes it smaller.
"""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

PUBLISHED = int(os.environ.get("WENXIAO_BENCH_REPORTED", "5000"))
READERS = 16
SECONDS = 8.0 if PUBLISHED >= 5000 else 1.0
TURNS = 3
PAGES = {
    "登录（空白页）": "/login",
    "公开首页": "/open",
    "公开首页，按年度": "/open?year=2021",
    "公开首页，查找": "/open?q=%E7%AC%AC77",
    "一个结果": "/open/{result}",
    "各单位": "/open/units",
    "开放数据说明": "/open/data",
}
PLANT = f"""
from benchmarks import house
house.opened()
from benchmarks.static_site import plant
plant({PUBLISHED})
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"]
from wenxiao.site.serving import collect_static
collect_static()
from wenxiao.followup.models import Disclosure
print(Disclosure.objects.order_by("-pk").values_list("pk", flat=True)[{PUBLISHED} // 2])
"""


def measure():
    """Every page by all readers for a while, in turns; the best turn counts."""
    from benchmarks.section import Section

    about = (
        f"{PUBLISHED:,} 个已公开的结果；{READERS} 个读者同时不停地取同一页，每页 {TURNS} 轮、每轮 {SECONDS:.0f} 秒，"
        "取最好的一轮；网页由 gunicorn 两个进程提供，SQLite。处理器时间是网页进程自己的；倍数以空白页为 1。"
    )
    head = ("页面", "处理器毫秒／次", "倍数", "每秒次数", "中位毫秒", "p95 毫秒", "KB")
    section = Section("公开页面（负载下）", about, head)
    with tempfile.TemporaryDirectory() as home, served(Path(home)) as (server, result):
        told = {name: [] for name in PAGES}
        for _ in range(TURNS):
            for name, path in PAGES.items():
                told[name].append(_turn(server, path.format(result=result)))
    bare = min(one["cpu"] for one in told["登录（空白页）"])
    for name, turns in told.items():
        cpu, good = min(one["cpu"] for one in turns), max(turns, key=lambda one: one["rate"])
        section.rows.append(
            (
                name,
                f"{cpu * 1000:.1f}",
                f"{cpu / bare:.1f}",
                f"{good['rate']:.0f}",
                f"{good['median'] * 1000:.0f}",
                f"{good['p95'] * 1000:.0f}",
                f"{good['bytes'] / 1024:.0f}",
            )
        )
    section.notes = [
        f"没有一次出错；读者和网页在同一台机器上（{os.cpu_count()} 核），每秒次数因此偏小。"
    ]
    return section


class Server:
    """The website with its processes."""

    def __init__(self, port, process):
        self.port, self.process = port, process

    def spent(self):
        """Seconds of the processor of all web processes so far."""
        family = [self.process.pid, *_children(self.process.pid)]
        return sum(_spent(pid) for pid in family)


@contextmanager
def served(home, url=""):
    """The website over a division with published results, as in use but for the tasks; (server,
    a result's number).
    """
    from scripts.fresh_clone import free_port

    env = {
        **os.environ,
        "WENXIAO_HOME": str(home),
        "WENXIAO_DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "wenxiao.site.settings",
    }
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", PLANT],
        env=env,
        cwd=root,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    )
    from wenxiao.site.serving import _web

    port = free_port()
    process = subprocess.Popen(
        _web("127.0.0.1", port, 2), env=env, cwd=root, stdin=subprocess.DEVNULL
    )
    try:
        _until_answered(port)
        yield Server(port, process), done.stdout.split()[-1]
    finally:
        process.terminate()
        process.wait(timeout=60)


def _until_answered(port):
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            if _ask(http.client.HTTPConnection("127.0.0.1", port, timeout=60), "/login")[0] == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError


def _ask(connection, path):
    connection.request("GET", path, headers={"Host": "127.0.0.1", "Connection": "close"})
    answer = connection.getresponse()
    size = len(answer.read())
    connection.close()
    return answer.status, size


def _turn(server, path):
    """All readers for a while: processor a page, pages a second, how long each waited."""
    waits, sizes, wrong, over = [], [], [], threading.Event()

    def read():
        while not over.is_set():
            begun = time.perf_counter()
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
            status, size = _ask(connection, path)
            waits.append(time.perf_counter() - begun)
            sizes.append(size)
            if status != 200:
                wrong.append(status)

    before, begun = server.spent(), time.perf_counter()
    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for one in readers:
        one.start()
    time.sleep(SECONDS)
    over.set()
    for one in readers:
        one.join()
    lasted, spent = time.perf_counter() - begun, server.spent() - before
    assert not wrong, (path, wrong[:3])
    waits.sort()
    return {
        "cpu": spent / len(waits),
        "rate": len(waits) / lasted,
        "median": waits[len(waits) // 2],
        "p95": waits[len(waits) * 95 // 100],
        "bytes": max(sizes),
    }


def _children(pid):
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(one) for one in listed.read_text().split()] if listed.exists() else []


def _spent(pid):
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    # Its own and that of children that ended: a web process gives way to a new one after a while.
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
