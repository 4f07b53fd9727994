"""备份: what the last backups and drills came to, for who keeps the system running and who audits it.
Nothing is done here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone

from wenxiao.pages.views import need_any, view
from wenxiao.records.backup_runs import backup_runs, latest_of_each_kind

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

POWERS = ("manage_users", "watch_trail")
OLD_BACKUP, OLD_DRILL = timedelta(days=2), timedelta(days=100)
"""After so long the page says that the last one is long ago: daily backups,
a drill each quarter (docs/operators).
"""


@view("login")
def backups(request: HttpRequest) -> HttpResponse:
    """The latest of each kind in one sentence, and the runs before."""
    need_any(request, *POWERS)
    latest, now = latest_of_each_kind(), timezone.now()
    saved = [one["at"] for kind, one in latest.items() if kind in {"full", "repeated"}]
    drilled = latest.get("drill")
    values = {
        "runs": backup_runs(),
        "saved": max(saved, default=None),
        "saved_long_ago": not saved or now - max(saved) > OLD_BACKUP,
        "drilled": drilled,
        "drilled_long_ago": drilled is None or now - drilled["at"] > OLD_DRILL,
    }
    return render(request, "desk/office/backups/index.html", values)
