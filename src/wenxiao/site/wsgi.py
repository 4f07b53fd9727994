"""The door for gunicorn.
A process is whole before it answers: nobody's page waits for addresses and templates to be read.
"""

import os
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wenxiao.site.settings")
application = get_wsgi_application()


def read_ahead() -> int:
    """Read the addresses with all their views and make every page's
    template; returns how many templates.
    """
    from django.template import engines
    from django.urls import get_resolver

    from wenxiao.followup.watch.inputs import arithmetic

    _ = get_resolver().url_patterns
    arithmetic()
    pages: Any = engines["jinja2"]
    names = pages.env.list_templates(
        filter_func=lambda name: name.split("/")[0] in {"desk", "pages", "portal"}
    )
    for name in names:
        pages.env.get_template(name)
    return len(names)


read_ahead()
