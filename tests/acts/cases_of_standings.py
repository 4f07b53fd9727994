"""Who may say that a rule's clause was read, and confirm or drop what another said."""

from tests.acts.shape import Act

from wenxiao.orgs import services as orgs
from wenxiao.store.clock import today


def _read_by_one(h):
    """A clause somebody at the machine said was read, waiting for a second person."""
    source = orgs.RuleSource(h.paper(), "第十八条", words="条文", compared_by="甲")
    orgs.raise_standing(
        division=h.division, rule="grades", node="", on=today(), source=source, by=None, why="核对"
    )


STANDINGS = {
    "raise_standing": Act(
        "performance",
        lambda h: h.paper(),
        lambda h, row, by: orgs.raise_standing(
            division=h.division,
            rule="grades",
            node="",
            on=today(),
            source=orgs.RuleSource(row, "第十八条", words="条文", compared_by="甲"),
            by=by,
            why="两人逐字核对",
        ),
    ),
    "confirm_standing": Act(
        "performance",
        _read_by_one,
        lambda h, row, by: orgs.confirm_standing(
            division=h.division, rule="grades", node="", by=by, why="逐字核对"
        ),
    ),
    "drop_standing": Act(
        "performance",
        _read_by_one,
        lambda h, row, by: orgs.drop_standing(
            division=h.division, rule="grades", node="", by=by, why="条款不是这一条"
        ),
    ),
}
