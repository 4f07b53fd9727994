"""使用说明 in the product: every guide is a page, pictures are served, a page's ? leads to the
paragraph that speaks of it.
"""

import re

import pytest

from wenxiao.desk.home.manual import GUIDE_OF, TITLES, folder

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_every_guide_is_a_page_and_every_page_a_guide(inside, small):
    client = inside(small.officer)
    assert {file.stem for file in folder().glob("[0-9]*.md")} == set(TITLES)
    for name, title in TITLES.items():
        text = client.get(f"/help/{name}").content.decode()
        assert title in text
        assert 'id="p-0"' in text
        assert "style=" not in text


def test_pictures_of_the_guides_are_shown(inside, small):
    client = inside(small.officer)
    text = client.get("/help/01-clerk").content.decode()
    sources = re.findall(r'<img src="([^"]+)"', text)
    assert sources
    for source in sources:
        kind = source.rpartition(".")[2]
        assert client.get(f"/help/{source}")["Content-Type"] == f"image/{kind}"
    assert any(source.endswith(".gif") for source in sources)
    for wrong in ("..%2F..%2Fsecret.png", "nothing.png", "a.txt"):
        assert client.get(f"/help/pictures/{wrong}").status_code == 404
    assert client.get("/help/no-such-guide").status_code == 404


def test_the_question_mark_leads_to_the_paragraph_of_the_page(inside, small):
    client = inside(small.officer)
    page = client.get("/watch?year=2021").content.decode()
    assert "/help/about?page=desk%3Awatch" in page
    answer = client.get("/help/about", {"page": "desk:rectifications"})
    assert answer.status_code == 302
    assert re.fullmatch(r"/help/04-performance-section#p-\d+", answer.url)
    block = answer.url.partition("#")[2]
    text = client.get(answer.url.partition("#")[0]).content.decode()
    assert "整改应用" in text.split(f'id="{block}"')[1][:600]
    assert client.get("/help/about", {"page": "nowhere"}).url == "/help/04-performance-section"


def test_each_role_has_its_guide(inside, small):
    assert set(GUIDE_OF.values()) <= set(TITLES)
    text = inside(small.clerk).get("/help").content.decode()
    for address in ("/help/01-clerk", "/help/10-questions", "/help/11-words", "/help/12-year"):
        assert f'href="{address}"' in text


def test_html_in_a_guide_is_shown_as_text(tmp_path, monkeypatch, inside, small):
    from wenxiao.desk.home import manual

    (tmp_path / "09-public.md").write_text("# 公众\n\n<script>alert(1)</script>", "utf-8")
    monkeypatch.setattr(manual, "folder", lambda: tmp_path)
    text = inside(small.officer).get("/help/09-public").content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text
