"""Who may hand out a unit's first accounts on paper."""

from tests.acts.shape import Act

from wenxiao.orgs.services import handing_out

SHEETS = {
    "prepare_account_sheet": Act(
        "system",
        lambda h: h.newcomer().unit,
        lambda h, row, by: handing_out.prepare_account_sheet(unit=row, by=by, why="名册"),
    ),
    "release_account_sheet": Act(
        "security",
        lambda h: h.account_sheet(),
        lambda h, row, by: handing_out.release_account_sheet(sheet=row, by=by, why="电话核对"),
    ),
    "print_account_sheet": Act(
        "system",
        lambda h: h.account_sheet(released=True),
        lambda h, row, by: handing_out.print_account_sheet(sheet=row, by=by),
    ),
    "withdraw_account_sheet": Act(
        "system security",
        lambda h: h.account_sheet(),
        lambda h, row, by: handing_out.withdraw_account_sheet(sheet=row, by=by, why="丢失"),
    ),
}
