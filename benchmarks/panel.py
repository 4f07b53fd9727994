"""200 experts mark at once on PostgreSQL, with time to think: every acknowledged save is in the
database, nobody sees another's marks before all are in.

The whole website runs as in use (gunicorn, two processes). WENXIAO_BENCH_REPORTED makes it smaller.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.house import SHEET

EXPERTS = min(200, int(os.environ.get("WENXIAO_BENCH_REPORTED", "200")))
SEATS = 5
"""Experts of one review."""
SAVES = 4
THINK = (2.0, 8.0)
"""Seconds between two saves of a person."""
ROWS = sum(count for _, count, _ in SHEET)
PLANT = f"""
import django; django.setup()
import json
from benchmarks import house
from datetime import timedelta
from django.contrib.auth.hashers import make_password
from wenxiao.orgs.models import Division, Role, User
from wenxiao.reviews.models import Criterion, Mark, Review
from wenxiao.reviews.services.assigning import assign_reviewer
from wenxiao.store.clock import today
made, keys = house.division({EXPERTS} // {SEATS}, code="360192")
made.account_policy = {{"second_factor": []}}
made.save()
reviews = house.evaluations(made, keys, state="filling")
Mark.objects.filter(review__in=reviews).delete()
Review.objects.filter(pk__in=reviews).update(points=None, grade="", complete=False)
officer, password, told = house.officer(made, Role.PERFORMANCE, "kezhang"), make_password({{PASSWORD!r}}), []
for at, pk in enumerate(reviews):
    review = Review.objects.select_related("dossier__subject", "dossier__unit", "round").get(pk=pk)
    rows = list(Criterion.objects.filter(review=pk).order_by("order").values_list("pk", "weight"))
    for seat in range({SEATS}):
        number = at * {SEATS} + seat
        user = User.objects.create(username=f"zj{{number:03}}", name=f"专家{{number:03}}", division=made,
                                   password=password, must_change_password=False)
        assign_reviewer(review=review, user=user, duty="expert", until=today() + timedelta(30),
                        by=officer, why="量速度")
        told.append([user.username, user.name, pk, [[key, str(weight)] for key, weight in rows]])
print(json.dumps(told))
"""


def measure():
    """Every expert a thread with a browser of its own."""
    from benchmarks.section import Section

    sys.path.insert(0, str(Path(__file__).parent.parent / "scripts"))
    from postgres import own_server

    with own_server(lasting=True) as (server, _), tempfile.TemporaryDirectory() as home:
        told, stored, spent = _marked(Path(home), server.url)
    waits = sorted(wait for one in told for wait in one.waits)
    saves = sum(len(one.saved) for one in told)
    about = (
        f"{EXPERTS} 位专家同时给 {EXPERTS // SEATS} 个项目评分（每个 {SEATS} 位、{ROWS} 行，分 {SAVES} 次保存，"
        f"每次之间想 {THINK[0]:.0f}–{THINK[1]:.0f} 秒，最后交分）；PostgreSQL，网页由 gunicorn 两个进程提供，"
        "读者与网页在同一台机器上。"
    )
    section = Section("专家同时评分", about, ("量到的", "值"))
    section.rows = [
        ("已保存的行", str(saves)),
        ("答复已保存而库里没有的行", str(stored["lost"])),
        ("没有保存成的次数", str(sum(one.failed for one in told))),
        ("交分的专家", f"{sum(one.handed for one in told)} / {EXPERTS}"),
        ("交齐之前看到别人评分的次数", str(sum(one.leaks for one in told))),
        ("一次保存，中位秒", f"{waits[len(waits) // 2]:.2f}"),
        ("一次保存，p95 秒", f"{waits[len(waits) * 95 // 100]:.2f}"),
        (
            "网页进程的处理器毫秒，摊到每行评分（含登录、看页、交分）",
            f"{spent / max(saves, 1) * 1000:.0f}",
        ),
        ("留痕条数与评分行数相同", "是" if stored["trail"] == stored["marks"] else "否"),
    ]
    assert not stored["lost"], stored
    assert not any(one.leaks for one in told)
    return section


def _marked(home, url):
    """(the experts, what the database holds, seconds of the processor the website spent)."""
    from tests.site.running import PASSWORD, running

    from benchmarks.portal import _spent

    with running(home, url) as system:
        planted = json.loads(
            system.run(PLANT.replace("{PASSWORD!r}", repr(PASSWORD))).splitlines()[-1]
        )
        told = [Expert(system, *one) for one in planted]
        threads = [threading.Thread(target=one.work) for one in told]
        before = sum(_spent(pid) for pid in system.processes("gunicorn"))
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        spent = sum(_spent(pid) for pid in system.processes("gunicorn")) - before
        held = system.rows(
            "[list(map(str, row)) for row in __import__('wenxiao.reviews.models', fromlist=['x'])"
            ".Mark.objects.exclude(seat='').values_list('seat', 'criterion', 'points', 'note')]"
        )
        entries = system.rows("Entry.objects.filter(act='评分').count()")
    stored = {(seat, int(row)): (float(points), note) for seat, row, points, note in held}
    lost = [
        (one.name, key)
        for one in told
        for key, said in one.saved.items()
        if stored.get((one.name, key)) != said
    ]
    return told, {"lost": len(lost), "marks": len(stored), "trail": entries}, spent


class Expert:
    """One expert: logs in, saves the sheet in parts, hands in; looks after every save."""

    def __init__(self, system, username, name, review, rows):
        self.system, self.username, self.name, self.review = system, username, name, review
        self.rows = [(key, float(weight)) for key, weight in rows]
        self.chance = random.Random(username)
        self.saved, self.waits = {}, []
        self.failed = self.leaks = self.handed = 0

    def work(self):
        """From the login to the hand-in."""
        from tests.site.running import PASSWORD, Person

        person = Person(self.system.address)
        for _ in range(20):
            form = {"username": self.username, "password": PASSWORD}
            if person.ask("/login", form)[0] == 302:
                break
            time.sleep(self.chance.uniform(*THINK))
        typed = {}
        for part in range(SAVES):
            time.sleep(self.chance.uniform(*THINK))
            for key, weight in self.rows[part * len(self.rows) // SAVES :][
                : len(self.rows) // SAVES
            ]:
                typed[key] = (
                    weight - self.chance.choice((0.0, 0.5, 1.0)),
                    f"{self.name}第{part}次",
                )
            self._save(person, typed)
        begun = person.ask(f"/reviews/{self.review}/scores", {})
        self.handed = int(begun[0] == 302)

    def _save(self, person, typed):
        page = person.ask(f"/reviews/{self.review}")[1]
        self.leaks += len(set(re.findall(r"专家\d{3}第", page)) - {f"{self.name}第"})
        versions = dict(re.findall(r'name="v(\d+)"[^>]*value="(\d+)"', page))
        form = {}
        for key, (points, note) in typed.items():
            form |= {
                f"p{key}": f"{points:.2f}",
                f"n{key}": note,
                f"v{key}": versions.get(str(key), "0"),
            }
        began = time.perf_counter()
        status, _ = person.ask(f"/reviews/{self.review}/marks", form)
        self.waits.append(time.perf_counter() - began)
        if status == 302:
            self.saved |= typed
        else:
            self.failed += 1
