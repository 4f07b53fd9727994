"""Which state of a finding, a rectification and a use leads to which."""

from __future__ import annotations

FINDING: dict[str, frozenset[str]] = {
    "candidate": frozenset({"confirmed", "dismissed"}),
    "confirmed": frozenset({"dismissed", "candidate"}),
    "dismissed": frozenset({"confirmed", "candidate"}),
}

RECTIFICATION: dict[str, frozenset[str]] = {
    "ordered": frozenset({"planned", "replied"}),
    "planned": frozenset({"replied"}),
    "replied": frozenset({"closed", "refused"}),
    "refused": frozenset({"replied"}),
    "closed": frozenset(),
}

UNDER_WAY = ("ordered", "planned", "replied", "refused")
"""States of a rectification that is not closed."""

USE: dict[str, frozenset[str]] = {
    "proposed": frozenset({"accepted", "declined"}),
    "accepted": frozenset(),
    "declined": frozenset(),
}

DISCLOSURE: dict[str, frozenset[str]] = {
    "proposed": frozenset({"approved", "declined"}),
    "approved": frozenset({"published", "declined"}),
    "published": frozenset({"withdrawn"}),
    "declined": frozenset({"proposed"}),
    "withdrawn": frozenset({"proposed"}),
}

COMMENT: dict[str, frozenset[str]] = {
    "waiting": frozenset({"shown", "kept"}),
    "shown": frozenset({"kept"}),
    "kept": frozenset({"shown"}),
}

UNIT_ASSESSMENT: dict[str, frozenset[str]] = {
    "draft": frozenset({"confirmed"}),
    "confirmed": frozenset({"draft"}),
}
