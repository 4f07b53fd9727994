"""A process of the web server is whole before its first page."""

from wenxiao.store import segments, spelling


def test_every_page_is_made_before_anybody_asks():
    """Without a database: the processes of the web server part after it."""
    from wenxiao.site.wsgi import application, read_ahead

    assert application is not None
    assert read_ahead() > 50
    assert segments.jieba.dt.initialized
    assert spelling.sound_pattern.cache_info().currsize
