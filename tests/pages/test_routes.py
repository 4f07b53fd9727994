"""A misspelt address fails here instead of becoming an empty link: every
name of a page in code and templates resolves.
"""

import re
from pathlib import Path

from django.urls import get_resolver

from wenxiao.pages.frame import MENU, MORE, THUMB

SOURCE = Path(__file__).resolve().parents[2] / "src" / "wenxiao"
NAMES = re.compile(r"""["']((?:desk|portal|api|pages|health):\w+)["']""")
LITERAL = re.compile(r"""(?:href|action|formaction|hx-get|hx-post)="(/[^"{]*)""")


def known():
    """Every route name with its namespace."""
    resolver = get_resolver()
    found = {name for name in resolver.reverse_dict if isinstance(name, str)}
    for namespace, (_, inner) in resolver.namespace_dict.items():
        found |= {f"{namespace}:{name}" for name in inner.reverse_dict if isinstance(name, str)}
    return found


def named():
    """Each name of a page spelled anywhere, with the files that spell it."""
    found = {}
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix in {".py", ".html"}:
            for name in NAMES.findall(path.read_text(encoding="utf-8")):
                found.setdefault(name, set()).add(path.relative_to(SOURCE).as_posix())
    return found


def test_a_name_leads_to_one_page():
    """Two pages of one name: every link to the first would open the second."""
    names = {}
    for resolver in (one for one in get_resolver().url_patterns if hasattr(one, "url_patterns")):
        for pattern in flat(resolver):
            if pattern.name:
                names.setdefault((resolver.namespace, pattern.name), []).append(pattern)
    assert len(names) > 100
    assert not {name: some for name, some in names.items() if len(some) > 1}


def flat(resolver):
    for pattern in resolver.url_patterns:
        yield from flat(pattern) if hasattr(pattern, "url_patterns") else [pattern]


def test_every_name_of_a_page_resolves():
    routes, spelled = known(), named()
    assert len(spelled) > 100
    assert not {name: files for name, files in spelled.items() if name not in routes}


def test_every_entry_of_the_menu_leads_to_a_page():
    assert all(entry.address.startswith("/") for entry in MENU + MORE)
    assert set(THUMB) <= {entry.route for entry in MENU}


def test_no_template_spells_an_address_itself():
    spelled = {
        path.relative_to(SOURCE).as_posix(): found
        for path in sorted(SOURCE.rglob("*.html"))
        if (found := set(LITERAL.findall(path.read_text(encoding="utf-8"))) - {"/"})
    }
    assert not spelled
