"""One English word per term: every entity stands in docs/glossary.md with
the Chinese name people see.
"""

import re
from pathlib import Path

from django.apps import apps

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"


def rows():
    """(Chinese term, English word, where) of each line of the glossary's tables."""
    lines = [
        line for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line.startswith("| ")
    ]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if len(row) == 3 and row[0] not in {"中文", "---"}]


def models():
    return [
        m
        for m in apps.get_models()
        if m.__module__.startswith("wenxiao.") and not m._meta.auto_created
    ]


def test_every_entity_is_in_the_glossary_under_its_name():
    listed = {(english, chinese) for chinese, english, _ in rows()}
    missing = {
        (m.__name__, str(m._meta.verbose_name))
        for m in models()
        if (m.__name__, str(m._meta.verbose_name)) not in listed
    }
    assert not missing


def test_every_word_means_one_thing():
    words = [english for _, english, _ in rows()]
    assert not {w for w in words if words.count(w) > 1}


def test_every_place_named_exists():
    source = GLOSSARY.parents[1] / "src" / "wenxiao"
    rooms = {where for _, _, where in rows()}
    assert not {where for where in rooms if not (source / where).exists()}


def test_terms_are_chinese_and_words_english():
    wrong = [
        r
        for r in rows()
        if not re.search(r"[\u4e00-\u9fff]", r[0]) or not re.fullmatch(r"[A-Za-z]+", r[1])
    ]
    assert not wrong
