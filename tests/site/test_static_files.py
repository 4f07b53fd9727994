"""Lean styles and scripts still say the same."""

import re
from pathlib import Path

import pytest

from wenxiao.site.static_files import lean_script, lean_style

ASSETS = Path(__file__).resolve().parents[2] / "src" / "wenxiao" / "pages" / "assets"


@pytest.mark.parametrize("file", sorted(ASSETS.glob("*.css")), ids=lambda file: file.name)
def test_a_lean_sheet_has_the_same_rules(file):
    text = file.read_text(encoding="utf-8")
    lean = lean_style(text)
    assert lean_style(lean) == lean
    assert lean.count("{") == re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL).count("{")
    assert "/*" not in lean
    bare = re.sub(r"/\*.*?\*/|\s|;(?=\s*\})", "", text, flags=re.DOTALL)
    assert re.sub(r"\s", "", lean) == bare


def test_what_stands_in_quotation_marks_is_not_touched():
    assert lean_style('a::before { content: " ;  "; }') == 'a::before{content:" ;  "}'
    assert lean_style("a { width: calc(1rem + 2px); }") == "a{width:calc(1rem + 2px)}"
    assert lean_script("/* one */\n  a();\n\n  b();\n") == "a();\nb();\n"
    several = "const a = `one\n  two`;\n"
    assert lean_script(several) == several
