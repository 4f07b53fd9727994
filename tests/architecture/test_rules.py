"""Every rule a user can meet has a case a finance officer can read, and stands in the generated rule page."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"""["']((?:MB|JK|ZP|FH|PJ|BG|ZJ|DR)-\d\d)["']""")


def codes_in_source():
    sources = (ROOT / "src").rglob("*.py")
    return {code for path in sources for code in CODE.findall(path.read_text(encoding="utf-8"))}


def shown_codes():
    """Codes named by a test or by a case file."""
    files = [
        p
        for p in (ROOT / "tests").rglob("*")
        if p.suffix in {".py", ".yaml", ".json"} and p != Path(__file__)
    ]
    return {
        c
        for p in files
        for c in re.findall(r"\b(?:MB|JK|ZP|FH|PJ|BG|ZJ|DR)-\d\d\b", p.read_text(encoding="utf-8"))
    }


def test_every_rule_code_is_shown_by_a_case():
    assert not codes_in_source() - shown_codes()


def test_every_rule_code_is_documented():
    page = ROOT / "docs" / "rules.md"
    assert page.exists(), "run scripts/rules_page.py"
    assert not {code for code in codes_in_source() if code not in page.read_text(encoding="utf-8")}
