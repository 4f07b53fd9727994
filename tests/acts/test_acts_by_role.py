"""Every act of every service, for every role: whoever may does it, anybody else is refused in a
sentence that says who can.
"""

import ast
import pickle
import re
from contextlib import nullcontext
from copy import deepcopy
from pathlib import Path

import pytest
from django.db import connection, transaction
from plants import once
from tests.acts.cases_of_assisting import ASSISTING, LINKS, ORDERED
from tests.acts.cases_of_filing import APPROVAL, FILING
from tests.acts.cases_of_office import FOLLOWUP, ORGS, REPORTS
from tests.acts.cases_of_tables import TABLES
from tests.acts.cases_of_work import BUDGET, EVIDENCE, REVIEWS, TARGETS
from tests.acts.house import House

from wenxiao.orgs.models import Role
from wenxiao.orgs.permissions import Refused
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]
SRC = Path(__file__).resolve().parents[2] / "src" / "wenxiao"
ROOMS = {
    "budget": BUDGET | TABLES,
    "targets": TARGETS | FILING,
    "evidence": EVIDENCE,
    "reviews": REVIEWS | APPROVAL | ASSISTING,
    "followup": FOLLOWUP | ORDERED,
    "orgs": ORGS | LINKS,
    "reports": REPORTS,
}
CASES = [(room, name) for room, acts in ROOMS.items() for name in acts]
WITHIN = {"score_review", "score_when_paid", "record_act", "pass_on", "hand_in"}
"""Parts of other acts that only pass ``by`` on: scoring by the rules, a
step of the road, the entry of a target's act.
"""
STORED_ONLY = {"read_file", "store_file"}
"""What pages and commands may call of ``records``, which stands below the
powers: files as received.
"""
CHINESE = re.compile(r"[一-鿿]")


def modules(room):
    """The files that hold a room's acts: its services, and in reports what is done with a paper."""
    found = [SRC / room / "services.py", *sorted((SRC / room / "services").glob("*.py"))]
    papers = ("hand_in.py", "instructions.py", "public_issue.py", "report_runs.py")
    found += [SRC / room / name for name in papers if room == "reports"]
    return [path for path in found if path.exists()]


def acts_of(room):
    """Public functions that a person does: keyword ``by``, by name."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in modules(room)]
    return {
        node.name
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and any(arg.arg == "by" for arg in node.args.kwonlyargs)
    } - WITHIN


@pytest.mark.parametrize("room", ROOMS)
def test_every_act_stands_in_the_table(room):
    assert {name.partition(":")[0] for name in ROOMS[room]} == acts_of(room)


def test_rooms_with_acts_are_all_tried():
    found = {path.parent.name for path in SRC.glob("*/services.py")}
    found |= {path.parent.name for path in SRC.glob("*/services")}
    assert found - {"records"} == set(ROOMS)


@once
def house():
    return House()


def tried_by(house, may):
    """Every role; on the second database one that may and one that may not, for who may is decided
    above it.
    """
    if connection.vendor == "sqlite":
        return list(house.people)
    sides = ([role for role in house.people if (role in may) is side] for side in (True, False))
    return [role for side in sides for role in side[:1]]


def copies(made):
    """Makes one copy after the other; of what can be packed in half the time."""
    try:
        packed = pickle.dumps(made)
    except (AttributeError, TypeError, pickle.PicklingError):
        return lambda: deepcopy(made)
    return lambda: pickle.loads(packed)


def tried(act, house, row, person):
    """The refusal the person met; empty for whoever may, told at most what
    is in the way of this act (``blocked``).
    """
    way = pytest.raises(NotAllowed, match=act.blocked) if act.blocked else nullcontext()
    try:
        with way, transaction.atomic():
            act.run(house, row, person)
    except Refused as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize(("room", "name"), CASES, ids=[":".join(case) for case in CASES])
def test_whoever_may_does_it_and_nobody_else(house, room, name):
    act = ROOMS[room][name]
    assert set(act.may.split()) <= set(Role.values)
    wrong = {}
    with transaction.atomic():
        copied = copies((house, act.ready(house)))
        for role in tried_by(house, act.may.split()):
            with transaction.atomic():
                mine, row = copied()
                refusal = tried(act, mine, row, mine.people[role])
                transaction.set_rollback(True)
            if bool(refusal) is (role in act.may.split()):
                wrong[role] = refusal or "没有被拒绝"
            assert not refusal or (CHINESE.search(refusal) and refusal.endswith("。")), refusal
    assert wrong == {}


@pytest.mark.parametrize("name", ["desk", "portal", "api", "pages", "site"])
def test_no_page_or_command_writes_past_the_services(name):
    """``records`` can't ask for powers, for it stands below them: its
    writing is for services of the rooms above.
    """
    found = set()
    for path in (SRC / name).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "wenxiao.records.services":
                found |= {alias.name for alias in node.names}
    assert found <= STORED_ONLY | {"record"}
