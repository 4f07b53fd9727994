"""The phone's bar holds what the role works with."""

import pytest

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("who", "word"), [("clerk", "自评"), ("leader", "督看"), ("officer", "监控")]
)
def test_the_phones_bar_holds_the_roles_own_page_and_help_stands_once(small, inside, who, word):
    page = inside(getattr(small, who)).get("/").content.decode()
    bar = page.split('class="thumb-bar"', 1)[1].split("</nav>", 1)[0]
    assert word in bar
    assert 'class="phone-only" href="/help"' not in page
