"""Every rule a user can meet has a case a finance officer can read, and
stands in the generated rule page.
"""

import ast
import re
from pathlib import Path

from architecture.source import nodes, text

from wenxiao.rulebook import basis, codes
from wenxiao.rulebook.grounds import LEVELS, weaker

ROOT = Path(__file__).resolve().parents[2]
RULEBOOK = ROOT / "src/wenxiao/rulebook"
CODE = re.compile(r"""["']((?:MB|JK|ZP|FH|PJ|BG|ZJ|DR)-\d\d)["']""")


def codes_in_source():
    sources = (ROOT / "src").rglob("*.py")
    return {code for path in sources for code in CODE.findall(text(path))}


def shown_codes():
    """Codes named by a test or by a case file."""
    files = [
        p
        for p in (ROOT / "tests").rglob("*")
        if p.suffix in {".py", ".yaml", ".json"} and p != Path(__file__)
    ]
    return {c for p in files for c in re.findall(r"\b(?:MB|JK|ZP|FH|PJ|BG|ZJ|DR)-\d\d\b", text(p))}


def test_every_rule_code_is_shown_by_a_case():
    assert not codes_in_source() - shown_codes()


def test_every_rule_code_is_documented():
    page = ROOT / "docs" / "rules.md"
    assert page.exists(), "run scripts/rules_page.py"
    assert not {code for code in codes_in_source() if code not in page.read_text(encoding="utf-8")}


def test_codes_stand_in_the_rulebook_and_tests_alone():
    """Rooms name a code by its constant; what it says, how strict it is and
    on what it stands is the rulebook's.
    """
    written = re.compile(r"\b(?:MB|JK|ZP|FH|PJ|BG|ZJ|DR)-\d\d\b")
    found = [
        f"{path.relative_to(ROOT)}: {code}"
        for path in (ROOT / "src").rglob("*")
        if path.suffix in {".py", ".html", ".js", ".yaml", ".sql"} and RULEBOOK not in path.parents
        for code in written.findall(text(path))
    ]
    assert found == []


def _said(path):
    """(constant, level) of every Problem a module makes with a code by its name."""
    for node in nodes(path):
        if isinstance(node, ast.Call) and len(node.args) > 1:
            code, level = node.args[:2]
            if isinstance(code, ast.Name) and isinstance(level, ast.Constant):
                yield code.id, level.value


def test_what_a_room_says_is_no_graver_than_its_catalogue():
    listed = basis.in_force("codes").content["codes"]
    names = {name: code for name, code in vars(codes).items() if name.isupper()}
    told = [
        (names[name], level)
        for path in (ROOT / "src").rglob("*.py")
        for name, level in _said(path)
        if name in names and level in LEVELS
    ]
    assert len(told) > 50
    graver = [
        (code, level)
        for code, level in told
        if code in listed and weaker(listed[code]["level"], level)
    ]
    assert graver == []


def test_every_code_has_one_name_and_stands_in_one_catalogue():
    named = {code for name, code in vars(codes).items() if name.isupper()}
    listed = set(basis.in_force("codes").content["codes"])
    checks = set(basis.in_force("checks").content["checks"])
    assert listed <= named
    assert named - listed <= checks
    assert not listed & checks
