"""Every door: all its checks, with everything a division may say of them."""

import pytest
from tests.rulebook.test_checks import CASES, table

from wenxiao.rulebook.checks import doors, registry, rules_in_force
from wenxiao.rulebook.grounds import LEVELS, can_lower, weaker

SAID = [*({"level": level} for level in LEVELS), {"enabled": False}]
READ = {
    "standing": "原文",
    "cite": {"body": "示例区", "title": "办法", "number": "", "date": "2021", "clause": "第三条"},
    "seen": {"what": "第三条", "compared": "2021-01-01", "sha256": "0" * 64},
}


def own(code, said, read):
    paper = {"from": "2021-01-01", "document": "示例区办法", "clause": "第三条"}
    entry = {**paper, "standing": "未核", "content": {"checks": {code: said}}}
    return {"checks": [{**entry, **(READ if read else {})}]}


def opened(door):
    """(kind of table, code) of everything a door runs."""
    known = [one.code for one in registry()]
    return [
        (kind, code)
        for kind, listed in door.codes.items()
        for code in known
        if code in listed or code[:2] in listed
    ]


def levels(door, kind, seen, code, rules):
    found = door.run(seen, kind, rules_in_force(rules, 2021))
    return {problem.level for _, problem in found if problem.code == code}


@pytest.mark.parametrize("door", doors.DOORS, ids=lambda door: door.name)
def test_a_door_follows_the_division_as_far_as_the_ground_lets_it(door):
    """All codes × all overrides, read or not: fixed grounds stay at least
    as strict, custom is lowered, switched off.
    """
    walked = 0
    grounds = {one.code: one.ground for one in registry()}
    for kind, code in opened(door):
        seen = table(CASES[code]["fires"])
        before = levels(door, kind, seen, code, None)
        assert before, (kind, code)
        for said in SAID:
            for read in (False, True):
                now = levels(door, kind, seen, code, own(code, said, read))
                fixed = not can_lower(grounds[code])
                walked += 1
                if "enabled" in said:
                    assert now == (before if fixed else set()), (kind, code)
                elif fixed:
                    assert not weaker(max(now, key=LEVELS.index), max(before, key=LEVELS.index))
                    assert said["level"] != "阻断" or "阻断" in now, (kind, code)
                elif read or said["level"] != "阻断":
                    assert min(now, key=LEVELS.index) == said["level"], (kind, code)
                else:
                    assert "阻断" not in now, (kind, code)
    assert walked >= 8


def test_every_check_runs_at_some_door():
    assert doors.idle() == ()


def test_no_door_names_a_code_that_is_no_check():
    known = {one.code for one in registry()}
    named = {code for door in doors.DOORS for listed in door.codes.values() for code in listed}
    assert {code for code in named if "-" in code} <= known
    assert {code for code in named if "-" not in code} <= {code[:2] for code in known}


def test_the_newest_rules_judge_a_table_without_a_year():
    case = table(CASES["ZP-11"]["fires"])
    assert [one.code for one in doors.checked(doors.FORM, case, "selfeval") if one.code == "ZP-11"]
