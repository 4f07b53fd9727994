"""docs/reliability.md names tests that are there, and its figures carry the
commands that measured them.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
COMMAND = re.compile(r"^命令：`python -m benchmarks (\w+)`", re.MULTILINE)


def test_every_test_it_names_is_there():
    named = NAMED.findall(PAGE)
    assert len(named) > 20
    for file, name in named:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert not name or re.search(rf"^\s*(def|class) {name}\b", text, re.MULTILINE), (file, name)


def test_what_it_says_runs_on_both_databases_is_marked_so():
    for file in re.findall(r"`(tests/[\w/]+\.py)(?:::\w+)?`（两库）", PAGE):
        text = (ROOT / file).read_text(encoding="utf-8")
        assert "pytest.mark.db" in text, file
        assert "pytest.mark.engine" in text or "django_db(transaction=True)" in text, file


def test_it_opens_with_figures_and_each_names_its_command():
    figures, end, _ = PAGE.partition("<!-- 以上由 make bench 写入 -->")
    assert end
    sections = re.split(r"^## ", figures, flags=re.MULTILINE)[1:]
    assert len(sections) >= 3
    for section in sections:
        (command,) = COMMAND.findall(section)
        assert (ROOT / "benchmarks" / f"{command}.py").exists()
