"""What administrators do with divisions, units, people and grants, and the division's own rules.
One function per act.
"""

from wenxiao.orgs.services.accounts import (
    change_password,
    create_user,
    disable_user,
    enable_user,
    one_time_password,
    reset_password,
)
from wenxiao.orgs.services.administering import (
    add_agency,
    add_expert,
    add_unit,
    call_unit,
    create_division,
    edit_unit,
    merge_units,
    move_unit,
    rename_unit,
    split_unit,
)
from wenxiao.orgs.services.confirming import NAMEABLE, name_confirmers, set_small_office
from wenxiao.orgs.services.granting import end_grant, grant
from wenxiao.orgs.services.library import add_document, edit_document, set_articles
from wenxiao.orgs.services.rule_values import (
    RuleSource,
    confirm_standing,
    drop_standing,
    override_rule,
    raise_standing,
    readied_source,
    require_publisher,
    rule_entry,
    with_rule,
)

__all__ = [
    "NAMEABLE",
    "RuleSource",
    "add_agency",
    "add_document",
    "add_expert",
    "add_unit",
    "call_unit",
    "change_password",
    "confirm_standing",
    "create_division",
    "create_user",
    "disable_user",
    "drop_standing",
    "edit_document",
    "edit_unit",
    "enable_user",
    "end_grant",
    "grant",
    "merge_units",
    "move_unit",
    "name_confirmers",
    "one_time_password",
    "override_rule",
    "raise_standing",
    "readied_source",
    "rename_unit",
    "require_publisher",
    "reset_password",
    "rule_entry",
    "set_articles",
    "set_small_office",
    "split_unit",
    "with_rule",
]
