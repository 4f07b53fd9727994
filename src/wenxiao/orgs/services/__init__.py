"""What administrators do with divisions, units, people and grants, and the division's own rules. One function per act."""

from wenxiao.orgs.services.administering import (
    add_agency,
    add_expert,
    add_unit,
    change_password,
    create_division,
    create_user,
    disable_user,
    edit_unit,
    enable_user,
    end_grant,
    grant,
    merge_units,
    move_unit,
    rename_unit,
    reset_password,
    split_unit,
)
from wenxiao.orgs.services.ruling import override_rule, own_rules, rule_entry, with_rule

__all__ = [
    "add_agency",
    "add_expert",
    "add_unit",
    "change_password",
    "create_division",
    "create_user",
    "disable_user",
    "edit_unit",
    "enable_user",
    "end_grant",
    "grant",
    "merge_units",
    "move_unit",
    "override_rule",
    "own_rules",
    "rename_unit",
    "reset_password",
    "rule_entry",
    "split_unit",
    "with_rule",
]
