"""The demonstration's draft of the annual report: the published plan as the author's words, its
papers and named projects.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from wenxiao.records.selectors import documents
from wenxiao.reports.facts import facts
from wenxiao.reports.hand_in import hand_in_report
from wenxiao.reports.services import save_draft

if TYPE_CHECKING:
    from wenxiao.orgs.models import Division, User

SOURCE = Path(__file__).parent / "data" / "report.yaml"


def published() -> dict[str, Any]:
    """What the published report says in words: papers cited, projects named, the plan."""
    words: dict[str, Any] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    return words


def _bare(title: str) -> str:
    """A title without blanks, of which papers have one or two between two issuers."""
    return "".join(title.split())


def write_draft(division: Division, work_year: int, author: User) -> None:
    """Save the year's draft by the performance section and hand it in, so
    that a leader may sign it.
    """
    words = published()
    papers = {_bare(row.title): row.pk for row in documents(division=division)}
    projects = facts(division, work_year).projects
    named = [
        row.dossier
        for name in words["named"]
        for row in projects
        if row.name.removesuffix("项目") == name.removesuffix("项目")
    ]
    draft = save_draft(
        division=division,
        work_year=work_year,
        by=author,
        prose={"plan": words["plan"]},
        choices={
            "documents": [papers[_bare(title)] for title in words["documents"]],
            "named": named,
        },
    )
    hand_in_report(draft=draft, by=author)
