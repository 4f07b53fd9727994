"""成批评价报告: every report of a round, written one after the other by the worker, with progress, and
cancelled at any time.

One report is in memory at a time; each is a file of its own as soon as it is written, so that a
worker that was killed goes on where it stopped. At the end they are one zip.
"""

from __future__ import annotations

import shutil
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from wenxiao.followup.selectors.ledger import evaluations_to_report
from wenxiao.orgs import permissions
from wenxiao.records.services import record
from wenxiao.reports.evaluation_report import evaluation_docx
from wenxiao.reports.facts import facts_of_review
from wenxiao.reports.letters import NothingToTellError
from wenxiao.reports.models import ReportRun
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import User

State = ReportRun.State
OPEN = (State.WAITING, State.WRITING)
DAYS = 7
"""After so many days the papers of a run are taken off the disk."""


def runs_of(user: User) -> QuerySet[ReportRun]:
    """What a person had written in batches."""
    return ReportRun.objects.filter(by=user).select_related("round", "division")


def start_reports(*, round: Round, by: User | None, task: Any) -> ReportRun:
    """Have the reports of a round written by the worker.
    Refused, NotAllowed where there is none or one run is under way.
    """
    permissions.require(by, "evaluate", division=round.division)
    if by is None:
        raise NotAllowed("本机命令直接写到文件夹，不用排队。")
    wanted = list(evaluations_to_report(by, round).values_list("pk", flat=True))
    if not wanted:
        raise NotAllowed(f"“{round.name}”没有您可以写出报告的评价。")
    try:
        with transaction.atomic():
            run = ReportRun.objects.create(
                division=round.division, round=round, by=by, reviews=wanted, beat=timezone.now()
            )
            record(
                division=round.division,
                by=by,
                act="成批写出评价报告",
                target=run,
                label=f"{round.name} {len(wanted)} 份",
                data={"round": round.pk, "count": len(wanted)},
            )
            task.using(queue_name="heavy").enqueue(run.pk)
    except IntegrityError:
        raise NotAllowed(f"“{round.name}”的评价报告正在写，没有重复开始。") from None
    return run


@transaction.atomic
def cancel_reports(*, run: ReportRun, by: User | None) -> ReportRun:
    """Stop a run; what is written by then can still be taken. By whoever began it."""
    permissions.require(by, "evaluate", division=run.division)
    if by is not None and run.by_id != by.pk:
        raise permissions.Refused("成批写出由提出的人本人取消。")
    if ReportRun.objects.filter(pk=run.pk, state__in=OPEN).update(state=State.CANCELLED) != 1:
        raise NotAllowed("这一批已经写完或已取消。")
    run.refresh_from_db()
    record(
        division=run.division,
        by=by,
        act="取消成批评价报告",
        target=run,
        label=f"{run.round.name}，已写 {run.written} 份",
    )
    return run


def write_reports(pk: int) -> ReportRun | None:
    """The worker's turn: write what is still missing until all are written or somebody cancels."""
    run = ReportRun.objects.select_related("round__division", "by").filter(pk=pk).first()
    if run is None or run.state not in OPEN:
        return run
    place = _folder(run)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    run.left = []
    for at, review in enumerate(run.reviews, 1):
        if not _still_wanted(run, at - 1):
            break
        if not list(place.glob(f"{at:04d} *.docx")):
            _write_one(run, at, review)
    else:
        _pack(run)
        ReportRun.objects.filter(pk=run.pk, state=State.WRITING).update(
            state=State.DONE, written=len(run.reviews) - len(run.left), beat=timezone.now()
        )
    run.refresh_from_db()
    if run.state == State.CANCELLED:
        _pack(run)
    return run


def written_zip(run: ReportRun) -> Path | None:
    """The papers of an ended run; None where they are not there (any more)."""
    path = _folder(run).with_suffix(".zip")
    return path if run.state not in OPEN and path.is_file() else None


def write_all_reports(round: Round, folder: Path) -> Iterator[tuple[str, str]]:
    """Every report of a round into a folder, (name, why not) as each is done: the command's way."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = evaluations_to_report(None, round)
    for at, review in enumerate(list(rows.values_list("pk", flat=True)), 1):
        name, content, why = _report(round, at, review)
        if content is not None:
            (folder / name).write_bytes(content)
        yield name, why


def sweep_reports() -> int:
    """Take the papers of old runs off the disk; returns how many runs."""
    home, since = Path(settings.HOME) / "report-runs", time.time() - DAYS * 86_400
    old = [one for one in home.glob("*") if one.stat().st_mtime < since] if home.is_dir() else []
    for one in old:
        shutil.rmtree(one) if one.is_dir() else one.unlink(missing_ok=True)
    return len(old)


def _folder(run: ReportRun) -> Path:
    return Path(settings.HOME) / "report-runs" / str(run.pk)


def _still_wanted(run: ReportRun, done: int) -> bool:
    """Note the progress; False once somebody cancelled."""
    values = {"state": State.WRITING, "written": done - len(run.left), "left": run.left}
    rows = ReportRun.objects.filter(pk=run.pk, state__in=OPEN)
    return rows.update(**values, beat=timezone.now()) == 1


def _write_one(run: ReportRun, at: int, review: int) -> None:
    name, content, why = _report(run.round, at, review, by=run.by)
    if content is None:
        run.left.append({"review": review, "name": name, "why": why})
        return
    unfinished = _folder(run) / f".{at}"
    unfinished.write_bytes(content)
    unfinished.rename(_folder(run) / name)


def _report(
    round: Round, at: int, review: int, *, by: User | None = None
) -> tuple[str, bytes | None, str]:
    """(file name, the paper or None, why there is none)."""
    row = evaluations_to_report(by, round).filter(pk=review).first()
    if row is None:
        return str(review), None, "已不在您的范围内。"
    name = f"{row.dossier.subject.name}{row.dossier.fiscal_year}年度评价报告"
    try:
        content = evaluation_docx(facts_of_review(row), row)
    except NothingToTellError as error:
        return name, None, str(error)
    return f"{at:04d} {plain_name(name)}.docx", content, ""


def plain_name(name: str) -> str:
    """A name a file system takes, short enough for any."""
    return "".join("_" if sign in '/\\:*?"<>|\n\r\t' else sign for sign in name).strip()[:60]


def _pack(run: ReportRun) -> None:
    """The written papers as one zip, file by file; the folder goes."""
    place = _folder(run)
    unfinished = place.with_suffix(".part")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as packed:
        for path in sorted(place.glob("*.docx")):
            packed.write(path, path.name)
    unfinished.rename(place.with_suffix(".zip"))
    shutil.rmtree(place, ignore_errors=True)
