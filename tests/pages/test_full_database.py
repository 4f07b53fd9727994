"""SQLite's own quota as the full disk: saves are refused in plain words
until there is room again.
"""

import pytest
from tests.pages.test_full_and_read_only import browser, place, save, say, whole

pytestmark = [pytest.mark.django_db(transaction=True)]
MOST_SAVES = 400
__all__ = ["browser", "place"]


def test_saves_into_a_full_database_are_refused_whole(place, browser):
    browser.force_login(place.system)
    saved = []
    say(f"PRAGMA max_page_count = {say('PRAGMA page_count')[0] + 4}")
    try:
        for n in range(MOST_SAVES):
            answer = save(browser, str(n))
            if answer.status_code != 302:
                break
            saved.append(str(n))
        assert answer.status_code == 503
        assert "磁盘已满" in answer.content.decode()
        assert browser.get("/people").status_code == 200
        assert save(browser, "x").status_code == 503
        whole(saved)
    finally:
        say("PRAGMA max_page_count = 1073741823")
    assert save(browser, "y").status_code == 302
    whole([*saved, "y"])
