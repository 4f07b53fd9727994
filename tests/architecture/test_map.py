"""The papers tell the truth: every file and command they name exists."""

import re
from pathlib import Path

import pytest

from wenxiao.site.command import parser

ROOT = Path(__file__).resolve().parents[2]
PAPERS = [
    "README.md",
    "AGENTS.md",
    "SECURITY.md",
    "docs/map.md",
    *sorted(
        str(page.relative_to(ROOT))
        for folder in ("operators", "users", "adr")
        for page in (ROOT / "docs" / folder).glob("*.md")
    ),
]
PICTURES = ROOT / "docs" / "users" / "pictures"
LARGEST_PICTURE = 150 * 1024


def test_every_file_on_the_map_exists():
    gone, folder = [], None
    for named in re.findall(
        r"`([\w/.*…]+/?)`", (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
    ):
        if "*" in named or "…" in named or not re.search(r"/|\.py$", named):
            continue
        places = [
            ROOT / named,
            ROOT / "src" / "wenxiao" / named,
            *([folder / named] if folder else []),
        ]
        found = next((place for place in places if place.exists()), None)
        if found is None:
            gone.append(named)
        else:
            folder = found.parent if found.is_file() else found
    assert not gone


ROOMS = ("", "src/wenxiao", "src/wenxiao/rulebook", "src/wenxiao/intake")
"""Where the paper's short names begin."""


def test_every_file_the_paper_for_programmers_names_exists():
    text = (ROOT / "AGENTS.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:[\w.-]+/)+(?:[\w-]+\.(?:py|yaml|md|json))?)`", text)
    assert len(named) > 30
    assert not [name for name in named if not any((ROOT / room / name).exists() for room in ROOMS)]


@pytest.mark.parametrize("paper", PAPERS)
def test_every_link_leads_somewhere(paper):
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / paper).read_text(encoding="utf-8"))
    assert not [link for link in links if not ((ROOT / paper).parent / link).exists()]


def test_every_picture_is_shown_and_small():
    guides = "\n".join(page.read_text(encoding="utf-8") for page in PICTURES.parent.glob("*.md"))
    shown = set(re.findall(r"pictures/([\w-]+\.(?:png|gif))", guides))
    assert shown == {picture.name for picture in PICTURES.iterdir()}
    pictures = PICTURES.glob("*.png")
    assert not [picture.name for picture in pictures if picture.stat().st_size > LARGEST_PICTURE]


@pytest.mark.parametrize("paper", PAPERS)
def test_every_command_named_is_a_verb(paper):
    verbs = next(a for a in parser()._actions if a.dest == "verb").choices
    named = re.findall(
        r"(?:\.venv/bin/|`|行 )wenxiao ([a-z]+)", (ROOT / paper).read_text(encoding="utf-8")
    )
    assert not set(named) - set(verbs)


def test_every_make_target_named_exists():
    targets = set(
        re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    for paper in PAPERS:
        named = re.findall(
            r"(?:^|`)make ([a-z]+)", (ROOT / paper).read_text(encoding="utf-8"), re.MULTILINE
        )
        assert not set(named) - targets, paper


def test_the_readme_lists_every_command():
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("## 命令")[2]
    listed = set(re.findall(r"`([a-z]+)(?: [a-z]+)?`", table.partition("\n## ")[0]))
    verbs = next(one.choices for one in parser()._subparsers._group_actions if one.dest == "verb")
    assert set(verbs) - listed == set()
