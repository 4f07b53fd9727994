"""The frame, the error pages and the promises every page makes."""

import gzip
import re
from pathlib import Path

import pytest
from django.test import override_settings

pytestmark = [pytest.mark.db, pytest.mark.django_db]
SOURCE = Path(__file__).resolve().parents[2] / "src" / "wenxiao"
TEMPLATES = [
    path
    for room in ("pages", "desk", "portal")
    for path in (SOURCE / room / "templates").rglob("*.html")
]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_carry_no_inline_style_or_script(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=\"", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|javascript:", text)


def test_script_and_style_stay_under_300_kb():
    import django_htmx

    assets = SOURCE / "pages" / "assets"
    files = [*assets.glob("*.css"), *assets.glob("*.js")]
    files.append(Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js")
    assert sum(file.stat().st_size for file in files) < 300_000


def test_all_script_and_style_is_sent_in_at_most_120_kb():
    """The server sends every asset compressed; no page needs a chart
    library, drawings come with the page.
    """
    import django_htmx

    assets = SOURCE / "pages" / "assets"
    files = [*assets.glob("*.css"), *assets.glob("*.js")]
    files.append(Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js")
    assert sum(len(gzip.compress(file.read_bytes(), 6)) for file in files) <= 120_000


def test_pages_send_a_strict_policy_and_are_not_kept(client):
    response = client.get("/login")
    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_an_unknown_address_is_said_in_words(client):
    response = client.get("/nothing-here")
    assert response.status_code == 404
    assert "没有找到这一页" in response.content.decode()


@override_settings(DEBUG_PROPAGATE_EXCEPTIONS=False)
def test_a_broken_page_needs_no_database():
    from wenxiao.pages.errors import broken

    text = broken(None).content.decode()
    assert "已保存的内容都在" in text


def test_the_theme_is_painted_by_the_server(client):
    response = client.post("/theme", {"theme": "dark", "next": "/login"})
    assert response["Location"] == "/login"
    assert 'data-theme="dark"' in client.get("/login").content.decode()


def test_a_foreign_way_back_is_ignored(client):
    assert (
        client.post("/theme", {"theme": "purple", "next": "https://elsewhere.example/"})["Location"]
        == "/"
    )
    assert "theme" not in client.cookies


def test_components_are_for_demonstrations_only(client):
    assert client.get("/components").status_code == 404
    with override_settings(DEMO=True):
        text = client.get("/components").content.decode()
    assert text.count('class="light red"') >= 3
    assert 'data-theme="contrast"' in text


def test_without_a_choice_the_browser_s_wish_is_followed_and_a_size_is_kept(client):
    text = client.get("/login").content.decode()
    assert 'data-theme="auto"' in text
    assert 'data-size="standard"' in text
    assert 'data-size-choice="largest"' in text
    tokens = (SOURCE / "pages" / "assets" / "tokens.css").read_text("utf-8")
    wish = tokens.split("@media (prefers-color-scheme: dark)")[1].split("[data-theme=")[1]
    dark = tokens.split('[data-theme="dark"] {')[1].split("}")[0]
    assert [line.strip() for line in dark.splitlines() if line.strip()] == [
        line.strip() for line in wish.split("{")[1].split("}")[0].splitlines() if line.strip()
    ], "both are the same dark"
    client.post("/theme", {"size": "largest", "next": "/login"})
    assert client.cookies["size"].value == "largest"
    assert 'data-size="largest"' in client.get("/login").content.decode()
    client.post("/theme", {"size": "huge", "next": "/login"})
    assert client.cookies["size"].value == "largest"


def test_without_scripts_a_dialog_opens_by_its_link_and_nothing_dead_is_shown(client):
    text = client.get("/login").content.decode()
    assert re.search(
        r'<noscript><link rel="stylesheet" href="[^"]*noscript[^"]*"></noscript>', text
    )
    sheet = (SOURCE / "pages" / "assets" / "noscript.css").read_text("utf-8")
    assert "dialog:not(.palette):target { position: static; display: block;" in sheet
    for dead in ("[data-close]", "[data-print]", "[data-fullscreen]", ".palette"):
        assert dead in sheet


def test_what_opens_a_dialog_is_a_link_to_it():
    for file in SOURCE.rglob("*.html"):
        text = file.read_text("utf-8")
        for tag in re.findall(r"<\w+[^<]*?\sdata-dialog=\"[^\"]*\"[^<]*", text):
            name = re.search(r'data-dialog="([^"]*)"', tag)[1]
            assert tag.startswith("<a"), (file.name, tag)
            assert f'href="#{name}"' in tag, (file.name, tag)
