"""A style is laid on what it means: a class of tables is never laid out as boxes for everything that
bears its name, else lists of another station fall apart on screen and paper.
"""

import re
from pathlib import Path

ASSETS = Path(__file__).parents[2] / "src" / "wenxiao" / "pages" / "assets"
PAGES = Path(__file__).parents[2] / "src" / "wenxiao"


def test_no_class_of_a_table_is_laid_out_as_boxes():
    tables = set()
    for page in PAGES.rglob("templates/**/*.html"):
        for words in re.findall(r'<table class="([^"]*)"', page.read_text(encoding="utf-8")):
            tables |= set(re.findall(r"[a-z][\w-]+", re.sub(r"{{|}}|{%.*?%}", " ", words)))
    loose = re.compile(r"^\.([\w-]+) \{[^}]*display: (?:flex|grid)", re.MULTILINE)
    boxes = {
        (sheet.name, name)
        for sheet in ASSETS.glob("*.css")
        for name in loose.findall(sheet.read_text(encoding="utf-8"))
    }
    assert "ticks" in tables
    assert not {one for one in boxes if one[1] in tables}
