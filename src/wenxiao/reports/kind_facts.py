"""类型事项 of an object in a report: its facts as a table, what nobody recorded and what does not agree
said plainly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.budget.kind_facts import kinds_of, printed_facts
from wenxiao.rulebook.object_kinds import KINDS

if TYPE_CHECKING:
    from wenxiao.budget.models import Dossier
    from wenxiao.files.out.documents import OfficialDocument

_TABLE = 10


def add_kind_facts(paper: OfficialDocument, dossier: Dossier, heading: str) -> bool:
    """The section, and whether there is one: none for an object without facts of its own."""
    lines, faults = printed_facts(dossier)
    if not lines:
        return False
    words = "、".join(KINDS[one] for one in kinds_of(dossier))
    paper.add_heading2(f"{heading}{words}事项")
    paper.add_table(
        ["分组", "事项", "内容"], [list(one) for one in lines], [14, 40, 46], size=_TABLE
    )
    paper.add_line("", size=_TABLE, exact=8)
    if faults:
        paper.add_paragraph("不相合的：" + "".join(faults))
    return True
