"""The template formatter keeps what a browser shows and comes to rest after one run."""

from pathlib import Path

import pytest
from architecture.source import text
from format_templates import formatted
from template_sense import same

TEMPLATES = sorted((Path(__file__).resolve().parents[2] / "src").rglob("templates/**/*.html"))


def test_every_template_is_laid_out_and_stays_so():
    assert len(TEMPLATES) > 90
    loose = [str(path) for path in TEMPLATES if formatted(text(path)) != text(path)]
    assert not loose, "run make format"


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("<p>经费 <b>{{ sum }}</b>元</p>\n", "<p>经费 <b>{{ sum }}</b>元</p>\n"),
        ("<ul><li>甲</li>   <li>乙</li></ul>\n", "<ul><li>甲</li><li>乙</li></ul>\n"),
        ("<p>甲　{{ name }}</p>\n", "<p>甲　{{ name }}</p>\n"),
    ],
)
def test_a_layout_breaks_where_no_blank_is_seen(source, wanted):
    assert formatted(source) == wanted
    assert formatted(wanted) == wanted


def test_a_long_line_is_folded_and_shows_the_same():
    source = "<p>" + "经费{{ row.amount | yuan }}元，" * 20 + "</p>\n"
    result = formatted(source)
    assert max(len(line) for line in result.splitlines()) <= 100
    assert same(source, result)


@pytest.mark.parametrize(
    "other",
    [
        "<p>经费 {{ sum }} 元</p>",
        "<p>经费{{ sum }} 元</p>",
        "<p>经费{{ total }}元</p>",
        "<p>经费<b>{{ sum }}</b>元</p>",
        "<p>经费{{ sum }}元　</p>",
    ],
)
def test_a_blank_or_piece_more_is_another_page(other):
    assert not same("<p>经费{{ sum }}元</p>", other)
