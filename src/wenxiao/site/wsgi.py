"""The door for gunicorn.
A process is whole before it answers: nobody's page waits for addresses and templates to be read.
"""

import os
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wenxiao.site.settings")
application = get_wsgi_application()


def read_ahead() -> int:
    """Read the addresses with all their views, the words a search cuts and hears names by, and
    make every page's template; returns how many templates. Nothing is asked of the database: the
    processes part after it, and none may hold another's connection.
    """
    from django.template import engines
    from django.urls import get_resolver

    from wenxiao.followup.watch.inputs import arithmetic
    from wenxiao.rulebook.laws import clauses
    from wenxiao.rulebook.papers import papers
    from wenxiao.store.segments import segments
    from wenxiao.store.spelling import sound_pattern

    _ = get_resolver().url_patterns
    arithmetic()
    clauses()
    papers()
    segments("绩效")
    sound_pattern("jixiao")
    pages: Any = engines["jinja2"]
    names = pages.env.list_templates(
        filter_func=lambda name: name.split("/")[0] in {"desk", "pages", "portal"}
    )
    for name in names:
        pages.env.get_template(name)
    return len(names)


read_ahead()
