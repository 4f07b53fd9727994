"""Who may record what an object has because of its kind (类型事项)."""

from tests.acts.house import YEAR
from tests.acts.shape import Act

from wenxiao.budget import services as budget


def _bond(h):
    subject = budget.ensure_subject(
        division=h.division, unit=h.unit, code="Z9", name="债券项目", kind="special_bond", by=None
    )
    return budget.open_dossier(subject=subject, fiscal_year=YEAR, by=None)


KIND_FACTS = {
    "record_kind_facts": Act(
        "clerk performance budget treasury",
        _bond,
        lambda h, row, by: budget.record_kind_facts(
            dossier=row, values={"债券额度": "100"}, by=by, why="发行文件"
        ),
    )
}
