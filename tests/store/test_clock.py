"""The day the story stands at, within it and after it."""

from datetime import date

from django.utils import timezone

from wenxiao.store.clock import standing_at, today


def test_a_story_has_its_own_today_and_gives_it_back(settings):
    settings.TODAY = None
    with standing_at(date(2021, 11, 22)):
        assert today() == date(2021, 11, 22)
    assert today() == timezone.localdate()
    settings.TODAY = date(2020, 1, 1)
    assert today() == date(2020, 1, 1)
