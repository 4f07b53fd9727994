"""What `make run` does once the environment stands: tables, demonstration, report, accounts,
server.

Each step is skipped when it was done before and nothing it rests on has changed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from wenxiao.site.command import main as wenxiao
from wenxiao.site.database_state import is_empty, migrate, start_django
from wenxiao.site.place import DEMO_HOME

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "out"
WORK_YEAR = 2021
WRITTEN = ("annual.docx", "summary.xlsx", "summary.docx", "figures.json")


def say(sentence: str) -> None:
    """One line to the person waiting."""
    print(sentence, file=sys.stderr, flush=True)


def child(*words: str) -> None:
    """Run one verb by itself; its JSON is not for this screen. Ends here when it fails."""
    done = subprocess.run(
        [str(ROOT / ".venv" / "bin" / "wenxiao"), *words], check=False, stdout=subprocess.DEVNULL
    )
    if done.returncode != 0:
        say(f"没有成功：wenxiao {' '.join(words)}")
        raise SystemExit(done.returncode)


def state_of_rows() -> str:
    """A mark that moves with every act on the rows: the last link of the trail."""
    from wenxiao.records.models import Entry

    last = Entry.objects.order_by("-pk").values_list("pk", "hash").first()
    return f"{last}"


def write_report(home: Path) -> None:
    """Write the demonstration's annual report unless the written one still
    tells the rows' truth.
    """
    stamp, now = home / "report.stamp", state_of_rows()
    fresh = stamp.is_file() and stamp.read_text(encoding="utf-8") == now
    if fresh and all((OUT / name).is_file() for name in WRITTEN):
        return
    say(f"正在计算并写出 {WORK_YEAR} 年度报告")
    child(
        "report",
        "annual",
        "--division",
        demo_division(),
        "--year",
        str(WORK_YEAR),
        "--out",
        str(OUT),
    )
    stamp.write_text(now, encoding="utf-8")


def demo_division() -> str:
    """The code of the demonstration's division; empty when this database is a bureau's own."""
    from wenxiao.orgs.models import Division

    return Division.objects.filter(demo=True).values_list("code", flat=True).first() or ""


def show_accounts() -> None:
    """The demonstration's accounts, one per role. A bureau's own accounts are never printed."""
    from wenxiao.site.demo.accounts import ACCOUNTS, PASSWORD

    say(f"演示账号（仅用于演示数据，密码都是 {PASSWORD}）：")
    for account in ACCOUNTS:
        say(f"  {account.username:<10} {account.role.label}")


def main() -> int:
    """Bring everything up to date and serve until stopped."""
    os.chdir(ROOT)
    if not os.environ.get("WENXIAO_DATABASE_URL"):
        os.environ.setdefault("WENXIAO_HOME", DEMO_HOME)
    start_django()
    from django.conf import settings
    from django.db import connection

    migrate()
    if is_empty():
        say("正在载入演示数据，约需半分钟")
        os.environ["WENXIAO_DEMO"] = (
            "1"  # the loader's acts are dated on the day its story stands at
        )
        child("demo")
    if demo_division():
        os.environ.setdefault("WENXIAO_DEMO", "1")
        write_report(settings.HOME)
        say(f"年度报告与汇总表在 {OUT.relative_to(ROOT)}/：{'、'.join(WRITTEN)}")
        show_accounts()
    connection.close()
    return wenxiao(["serve"])


if __name__ == "__main__":
    sys.exit(main())
