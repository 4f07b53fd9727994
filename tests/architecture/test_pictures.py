"""The guides show pictures that are there, and each can be taken anew by the script."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
USERS = ROOT / "docs" / "users"


def test_every_picture_of_the_guides_is_there_and_taken_by_the_script():
    shown = {
        name
        for page in USERS.glob("*.md")
        for name in re.findall(r"pictures/([\w-]+)\.png", page.read_text("utf-8"))
    }
    there = {file.stem for file in (USERS / "pictures").glob("*.png")}
    taken = set(
        re.findall(
            r'Picture\(\s*"([\w-]+)"', (ROOT / "scripts" / "user_pictures.py").read_text("utf-8")
        )
    )
    assert shown == there == taken


def test_every_film_of_the_guides_is_there_small_and_taken_by_the_script():
    shown = {
        name
        for page in USERS.glob("*.md")
        for name in re.findall(r"pictures/([\w-]+)\.gif", page.read_text("utf-8"))
    }
    there = {file.stem: file.stat().st_size for file in (USERS / "pictures").glob("*.gif")}
    script = (ROOT / "scripts" / "user_films.py").read_text("utf-8")
    assert shown == set(there) == set(re.findall(r'Film\(\s*"([\w-]+)"', script))
    assert len(there) >= 3
    assert max(there.values()) <= 300 * 1024
