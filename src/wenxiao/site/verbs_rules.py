"""The verb that lists the rules with ground and standing: ``rules``.
It needs no database and doesn't start Django.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from wenxiao.site import verbs_try
from wenxiao.site.verbs_plain import WrongUseError, _answer, _finish, own_rules_in


def add_parsers(subparsers: Any) -> None:
    """Add the verb to an argparse subparsers object; it sets ``run`` to its
    function (args → exit code).
    """
    listing = subparsers.add_parser("rules", help="列出检查、规则和法律条款，连同根据和核对情况")
    listing.add_argument("--year", type=int, help="年度，决定用哪年的规则；不写用最新的")
    listing.add_argument("--own", help="JSON：本级规定，规则名 → 清单")
    _finish(listing, rules_verb)
    actions = listing.add_subparsers(dest="rules", metavar="[try]", parser_class=type(listing))
    verbs_try.add_parser(actions)


def rules_verb(args: argparse.Namespace) -> int:
    """Every check, code, rule value and clause of law: exit 0, or 2 for wrong use."""
    return _answer(lambda: (_all(args.year, own_rules_in(args.own)), False))


def _all(year: int | None, own: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    from wenxiao.rulebook.basis import BasisError

    try:
        return [
            *_checks(year, own),
            *_listed(year),
            *_codes(year, own),
            *_reconciling(year),
            *_rechecking(year),
            *_nodes(year, own),
            *_laws(),
        ]
    except (BasisError, KeyError, TypeError, AttributeError) as error:
        raise WrongUseError(f"本级规定读不了：{error}") from error


def _checks(year: int | None, own: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    from wenxiao.rulebook.basis import in_force
    from wenxiao.rulebook.checks import CATALOGUE, rules_in_force
    from wenxiao.rulebook.checks.doors import doors_of

    value = in_force(CATALOGUE, year, own)
    start = value.start
    for one in rules_in_force(own, year):
        yield {
            "code": one.code,
            "title": one.title,
            "level": one.level,
            "mild": one.mild,
            "ground": one.ground,
            "standing": one.standing,
            "document": one.document,
            "clause": one.clause,
            "laws": list(one.laws),
            **_read_in(one.standing, one.laws, value),
            "from": start.isoformat(),
            "can_lower": one.can_lower,
            "runs": [door.name for door in doors_of(one.code)],
        }


def _read_in(standing: str, laws: Iterable[str], value: Any = None) -> dict[str, Any]:
    """The clause that was read behind a rule of standing 原文, and what was
    seen of it; empty for any other standing.
    """
    from wenxiao.rulebook.grounds import READ
    from wenxiao.rulebook.laws import named

    source = next(iter(named(laws)), value)
    if standing != READ or source is None or not source.seen:
        return {}
    return {"cite": dict(source.cite), "seen": dict(source.seen)}


def _listed(year: int | None) -> Iterator[dict[str, Any]]:
    """Checks that are in the catalogue and run nowhere."""
    from wenxiao.rulebook.basis import in_force, standing_of
    from wenxiao.rulebook.checks import CATALOGUE, registry

    value = in_force(CATALOGUE, year)
    running = {one.code for one in registry(year)}
    for code, entry in value.content["checks"].items():
        if code not in running:
            yield _entry(code, entry, standing_of(entry), value.start.isoformat(), [])


def _codes(year: int | None, own: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    """What is said before any check looks; ``runs`` is read from the modules that say it."""
    from wenxiao.rulebook.basis import in_force, standing_of
    from wenxiao.rulebook.code_levels import codes_in_force

    value, named = in_force("codes", year), _raised()
    held = codes_in_force(own, year)
    for code, entry in value.content["codes"].items():
        doors = sorted(named.get(code, ()))
        row = {**entry, "level": held[code].level}
        yield _entry(code, row, standing_of(entry), value.start.isoformat(), doors)


def _reconciling(year: int | None) -> Iterator[dict[str, Any]]:
    from wenxiao.rulebook.basis import in_force

    value = in_force("reconcile", year)
    for entry in value.content["checks"]:
        row = {"ground": "惯例", **entry}
        start = value.start.isoformat()
        yield _entry(entry["code"], row, value.standing, start, ["reconcile"])


def _rechecking(year: int | None) -> Iterator[dict[str, Any]]:
    from wenxiao.rulebook.basis import in_force, standing_of

    value = in_force("recheck", year)
    for code, entry in value.content["reasons"].items():
        yield _entry(code, entry, standing_of(entry), value.start.isoformat(), ["risk"])


def _entry(
    code: str, entry: Mapping[str, Any], standing: str, start: str, runs: list[str]
) -> dict[str, Any]:
    from wenxiao.rulebook.laws import named

    law = named(entry.get("laws", ()))
    return {
        "code": code,
        "title": entry["title"],
        "level": entry["level"],
        "ground": entry["ground"],
        "standing": law[0].standing if law else standing,
        "document": law[0].cite["title"] if law else str(entry.get("document", "")),
        "clause": law[0].cite["clause"] if law else str(entry.get("clause", "")),
        "laws": list(entry.get("laws", ())),
        **_read_in(law[0].standing if law else standing, entry.get("laws", ())),
        "from": start,
        "can_lower": False,
        "runs": runs,
    }


_SAID_IN = (
    ("followup/selectors/public_files", "disclose"),
    ("followup/services/disclosing", "disclose"),
    ("files/forms/public", "disclose"),
    ("files/forms/ledger", "ledger"),
    ("intake/ledger", "ledger"),
    ("files/door/materials", "materials"),
    ("files/door/attachments", "materials"),
    ("files/out/opening", "init"),
    ("site/opening", "init"),
    ("files", "import"),
    ("intake", "import"),
)
"""Part of the package → the door it belongs to, the nearer first."""


def _raised() -> dict[str, set[str]]:
    """Code → the doors whose modules name it."""
    from wenxiao.rulebook import codes

    names = {name: code for name, code in vars(codes).items() if name.isupper()}
    root, doors = Path(codes.__file__).parent.parent, dict[str, set[str]]()
    for path in root.rglob("*.py"):
        place = path.relative_to(root).as_posix()
        door = next((door for part, door in _SAID_IN if place.startswith(part)), None)
        if door is None:
            continue
        for name in names.keys() & set(re.findall(r"[A-Z_]{4,}", path.read_text(encoding="utf-8"))):
            doors.setdefault(names[name], set()).add(door)
    return doors


def _nodes(year: int | None, own: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    from wenxiao.rulebook.basis import in_force, load, names

    for name in names():
        value = in_force(name, year, own)
        yield {
            "node": name,
            "title": load(name).title,
            "standing": value.standing,
            "document": value.document,
            "clause": value.clause,
            "seen": dict(value.seen) or None,
            "laws": list(value.laws),
            "from": value.start.isoformat(),
        }


def _laws() -> Iterator[dict[str, Any]]:
    from wenxiao.rulebook.laws import clauses

    for one in clauses().values():
        yield {
            "node": one.code,
            "title": one.fact,
            "ground": "法",
            "standing": one.standing,
            "document": one.cite["title"],
            "clause": one.cite["clause"],
            "cite": dict(one.cite),
            "seen": dict(one.seen),
            "from": one.start.isoformat(),
            "can_lower": False,
        }
