"""Long work of reports that pages start and don't wait for."""

from __future__ import annotations

from django_tasks import task

from wenxiao.reports.report_runs import write_reports


@task()
def write(run: int) -> int:
    """Write the evaluation reports of a run; returns how many are written."""
    done = write_reports(run)
    return done.written if done is not None else 0
