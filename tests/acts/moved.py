"""What moved in the database between two moments, and what of it the trail tells: points, grades,
decisions, money, targets.
"""

from decimal import Decimal, InvalidOperation

from django.apps import apps
from django.db.models import Q

WATCHED = {
    "reviews.Mark": ("points",),
    "reviews.Review": ("state", "points", "grade", "budget", "executed", "expected"),
    "reviews.Criterion": ("weight",),
    "reviews.PaperSignature": ("accepted",),
    "followup.Use": ("state", "next_year_amount"),
    "followup.Finding": ("state",),
    "followup.Rectification": ("state",),
    "followup.Disclosure": ("state",),
    "budget.AuditedAmount": ("arranged", "used"),
    "budget.Appropriation": ("opening", "adjusted"),
    "budget.Spending": ("amount",),
    "evidence.Actual": ("value",),
    "evidence.Material": ("state",),
    "targets.Target": ("state",),
    "targets.Indicator": ("expression", "weight"),
}
PICKED = {"reviews.Mark": Q(criterion__isnull=False) | Q(status="judged")}
"""Points the rules compute from a value are no act of a person: the value's own entry tells it."""


def standing():
    """Every watched value: (model, row, column) → value; a row that isn't there has none."""
    return {
        (label, row["pk"], name): row[name]
        for label, names in WATCHED.items()
        for row in apps.get_model(label).objects.filter(PICKED.get(label, Q())).values("pk", *names)
        for name in names
    }


def plain(value):
    """A value as entries and rows are compared: numbers by worth, nothing as nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(value)
    try:
        return format(Decimal(str(value)).normalize(), "f")
    except InvalidOperation:
        return str(value)


def words(label, name, value):
    """How a value may stand in an entry: itself, or the word people read for a code."""
    choices = dict(apps.get_model(label)._meta.get_field(name).choices or [])
    return {plain(value), plain(choices.get(value, value))}


def sides(data, side):
    """Every single value on one side of the changes an entry tells, however deep they stand."""
    if isinstance(data, list):
        return {leaf for item in data for leaf in sides(item, side)}
    if not isinstance(data, dict):
        return set()
    own = leaves(data[side]) if {"before", "after"} <= data.keys() else set()
    return own | {leaf for item in data.values() for leaf in sides(item, side)}


def leaves(data):
    """Every single value of a part of an entry."""
    if isinstance(data, dict):
        return {leaf for item in data.values() for leaf in leaves(item)}
    if isinstance(data, list):
        return {leaf for item in data for leaf in leaves(item)}
    return {plain(data)}


def unsaid(changed, entries):
    """What moved and isn't in the entries: column, old and new."""
    old = {leaf for entry in entries for leaf in sides(entry.data, "before")}
    new = {leaf for entry in entries for leaf in sides(entry.data, "after")}
    return {
        f"{label}.{name}: {before!r} → {after!r}"
        for (label, _, name), (before, after) in changed.items()
        if not words(label, name, before) & (old | {""})
        or not words(label, name, after) & (new | {""})
    }


def begins(label, name, before, after):
    """Whether a new row only stands where every new row stands: no value moved."""
    default = apps.get_model(label)._meta.get_field(name).get_default()
    return before is None and after == default


def changed(before, after):
    """(model, row, column) → (old, new) of all that moved."""
    both = {key: (before.get(key), after.get(key)) for key in before.keys() | after.keys()}
    return {
        key: pair
        for key, pair in both.items()
        if plain(pair[0]) != plain(pair[1]) and not begins(key[0], key[2], *pair)
    }
