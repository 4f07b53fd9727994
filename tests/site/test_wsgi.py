"""A process of the web server is whole before its first page."""

import pytest


@pytest.mark.django_db
def test_every_page_is_made_before_anybody_asks():
    from wenxiao.site.wsgi import application, read_ahead

    assert application is not None
    assert read_ahead() > 50
