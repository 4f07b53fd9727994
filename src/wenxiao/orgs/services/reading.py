"""What a person has read of a year's rules, so that it is shown until then and not again."""

from __future__ import annotations

from django.db import transaction

from wenxiao.orgs.models import User
from wenxiao.orgs.permissions import require
from wenxiao.records.trail import record


@transaction.atomic
def note_rules_read(*, by: User, year: int, why: str = "") -> bool:
    """A year's changes of the rules were read. Whether that is new; Refused without powers."""
    require(by, "see_unit")
    row = User.objects.select_for_update().get(pk=by.pk)
    if row.division is None or row.rules_read == year:
        return False
    row.rules_read = year
    row.save(update_fields=["rules_read"])
    by.rules_read = year
    record(
        division=row.division,
        by=by,
        act="看过本年规则变化",
        target=row,
        why=why,
        label=f"{row.name} {year}",
        data={"year": year},
    )
    return True
