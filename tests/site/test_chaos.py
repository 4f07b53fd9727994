"""Each part killed, the database restarted: nothing acknowledged is lost,
nothing is half done, all comes back by itself.
"""

import resource
import shutil
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from postgres import own_server
from tests.site.running import plant, running, until

FILES = 8
MOUNT = shutil.which("mount")
BACK = "恢复正常"


@pytest.fixture(scope="module")
def planted(tmp_path_factory, migrated):
    """A home with a division, its static files in place; nothing runs on it."""
    home = tmp_path_factory.mktemp("planted")
    migrated(home)
    plant(home)
    return home


@pytest.fixture(scope="module")
def system(tmp_path_factory, planted):
    home = shutil.copytree(planted, tmp_path_factory.mktemp("home"), dirs_exist_ok=True)
    with running(home, planted=True) as one:
        yield one


class Saver:
    """Somebody who adds units one after the other and remembers which were acknowledged."""

    def __init__(self, system, start):
        self.system, self.person = system, system.person("system")
        self.start, self.tried, self.acknowledged, self.refused = start, 0, [], []

    def save(self):
        """One unit; the status of the answer."""
        code = str(self.start + self.tried)
        self.tried += 1
        form = {"code": code, "name": f"单位{code}", "kind": "unit", "why": "试验"}
        status, text = self.person.ask("/people/units/add", form)
        if status == 302:
            assert "/login" not in text, "logged out"
            self.acknowledged.append(code)
        else:
            self.refused.append((status, text))
        return status

    def nothing_lost_or_half(self):
        """Every acknowledged unit stands with its entry in the trail; no
        unit without one, no task under way.
        """
        stored = self.system.rows("[u.code for u in Unit.objects.all()]")
        noted = self.system.rows("[e.data['code'] for e in Entry.objects.filter(act='新增单位')]")
        assert set(self.acknowledged) <= set(stored)
        assert sorted(stored) == sorted(noted)
        assert self.system.rows(TRAIL) == []


TRAIL = (
    "[f.text for f in __import__('wenxiao.records.chain').records.chain.verify("
    "__import__('wenxiao.records.selectors').records.selectors.export_entries(),"
    "__import__('wenxiao.records.selectors').records.selectors.export_heads())]"
)


def part(system, name):
    told = {one["name"]: one for one in system.health()[1].get("parts", [])}
    return told.get(name, {"running": False, "restarts": 0})


def test_a_killed_worker_loses_no_task_and_the_website_goes_on(system):
    officer, saver = system.person("finance"), Saver(system, 1000)
    files = [("files", (f"表{n}.csv", f"姓名,金额\n甲,{n}\n")) for n in range(FILES)]
    status, _ = officer.ask("/imports", {"token": "t"}, files)
    assert status == 302
    workers = until(lambda: system.processes("site.worker heavy"), "大件任务在运行")
    system.kill(workers)
    assert saver.save() == 302, "the website does not wait for the worker"
    until(lambda: part(system, "大件任务")["restarts"] >= 1, "健康检查写明重启")
    until(lambda: part(system, "大件任务")["running"], BACK)
    ready = "Intake.objects.filter(state='ready').count()"
    until(lambda: system.rows(ready) == 1, "收件读完")
    names = system.rows(
        "sorted(one['name'] for one in Intake.objects.get().files if one['stored'])"
    )
    assert len(names) == FILES
    assert system.rows("ImportBatch.objects.count()") == FILES, "each file is read once"
    until(lambda: not system.rows("DBTaskResult.objects.running().count()"), "没有停在办理中的任务")
    assert "大件任务" in saver.person.ask("/")[1] + saver.person.ask("/people/users")[1]
    saver.nothing_lost_or_half()


@pytest.mark.parametrize("which", ["one of its processes", "all of it"])
def test_a_killed_website_comes_back_with_all_it_acknowledged(system, which):
    saver = Saver(system, 2000 if which == "all of it" else 3000)
    assert saver.save() == 302
    web = sorted(system.processes("gunicorn"))
    before = part(system, "网页")["restarts"]
    system.kill(web if which == "all of it" else web[-1:])
    for _ in range(5):
        saver.save()
    until(lambda: saver.save() == 302, BACK)
    if which == "all of it":
        until(lambda: part(system, "网页")["restarts"] == before + 1, "健康检查写明重启")
    assert part(system, "后台任务")["restarts"] == 0, "the others were not touched"
    saver.nothing_lost_or_half()


def test_asked_to_stop_it_ends_whole(system):
    """The last one that needs the system of this module."""
    family = system.processes("wenxiao")
    assert system.stop() == 0
    assert not [pid for pid in family if Path(f"/proc/{pid}").exists()]


@contextmanager
def own_disk(folder, megabytes):
    """A disk of its own at ``folder``, where this user may mount one; whether it is there."""
    size = f"size={megabytes}m"
    mounted = (
        MOUNT
        and not subprocess.run(
            [MOUNT, "-t", "tmpfs", "-o", size, "tmpfs", folder], check=False, capture_output=True
        ).returncode
    )
    try:
        yield bool(mounted)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def no_room(system, *, own):
    """No byte more can be written: the disk is filled, or the system's
    processes may not make a file grow.
    """
    if own:
        with (system.home / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(b"\0" * 4096)
        yield
        (system.home / "filler").unlink()
        return
    family = [pid for pid in system.processes("") if pid]
    limits = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in family}
    for pid, (_, most) in limits.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, most))
    yield
    for pid, limit in limits.items():
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)


def test_with_the_disk_really_full_saves_are_refused_whole_until_there_is_room(tmp_path, planted):
    home = tmp_path / "home"
    home.mkdir()
    with own_disk(home, 48) as own:
        shutil.copytree(planted, home, dirs_exist_ok=True)
        with running(home, planted=True) as system:
            saver = Saver(system, 5000)
            assert saver.save() == 302
            with no_room(system, own=own):
                until(lambda: saver.save() != 302, "保存被拒绝")
                status, text = saver.refused[-1]
                assert status == 503
                assert "没有写入" in text or "磁盘已满" in text
            until(lambda: saver.save() == 302, BACK)
            saver.nothing_lost_or_half()
            assert system.health()[0] == 200


def test_a_database_that_restarts_is_waited_for(tmp_path):
    """PostgreSQL stopped outright under a running system: plain pages
    meanwhile, all acknowledged rows afterwards.
    """
    begun = own_server(lasting=True)
    with begun as (server, _), running(tmp_path, server.url_of(server.empty)) as system:
        saver = Saver(system, 4000)
        assert saver.save() == 302
        before = set(system.processes("gunicorn") + system.processes("site.worker"))
        server.stop()
        status, text = saver.person.ask("/")
        assert status == 503
        assert "数据库暂时连不上" in text
        assert saver.save() == 503
        health = system.health()
        assert (health[0], health[1]["state"]) == (503, "away")
        server.start()
        until(lambda: saver.save() == 302, BACK)
        officer = system.person("finance")
        files = [("files", (f"表{n}.csv", f"姓名,金额\n甲,{n}\n")) for n in range(FILES)]
        assert officer.ask("/imports", {"token": "t"}, files)[0] == 302
        until(lambda: system.rows("Intake.objects.filter(state='ready').count()") == 1, "收件读完")
        after = set(system.processes("gunicorn") + system.processes("site.worker"))
        assert before <= after, "no process ended of it"
        saver.nothing_lost_or_half()
