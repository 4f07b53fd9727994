"""The Jinja environment all pages share."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.templatetags.static import static
from django.urls import get_script_prefix, get_urlconf, reverse
from jinja2 import Environment, StrictUndefined

from wenxiao.pages import formats
from wenxiao.store.fields import ends_of

if TYPE_CHECKING:
    from collections.abc import Iterable


def address(name: str, *args: Any, **query: Any) -> str:
    """A route's address with positional parts and a query string of the
    values that are not None or empty.
    """
    from urllib.parse import urlencode

    parameters = [(key, value) for key, value in query.items() if value not in (None, "")]
    path = _path(name, args, get_script_prefix(), get_urlconf())
    return path + (f"?{urlencode(parameters)}" if parameters else "")


def addresses(name: str, keys: Iterable[int]) -> list[str]:
    """A route's address for each of many keys, as :func:`address` gives one."""
    prefix, routes = get_script_prefix(), get_urlconf()
    return [_path(name, (key,), prefix, routes) for key in keys]


@lru_cache(maxsize=16)
def fetched(name: str) -> str:
    """The address of a file of a kept library; empty where it was not fetched, and the page does
    without.
    """
    from django.contrib.staticfiles import finders

    try:
        return str(static(name)) if finders.find(name) else ""
    except ValueError:  # fetched after the static files were collected: from the next start on
        return ""


@lru_cache(maxsize=4096)
def _path(name: str, args: tuple[Any, ...], _prefix: str, _routes: str | None) -> str:
    """A route's path, remembered: a list of fifty rows asks for eighty, most of them each time."""
    return reverse(name, args=args)


def environment(**options: Any) -> Environment:
    """Strict templates: a misspelt name fails instead of printing nothing,
    and everything is escaped.
    """
    options.pop("autoescape", None)
    templates = Environment(
        **{**options, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True},
        autoescape=True,
    )
    templates.globals.update(static=static, fetched=fetched, url=address, STATUS=formats.STATUS)
    templates.globals.update(unknown_money=formats.unknown_money)
    templates.filters.update(
        absent=formats.absent,
        money=formats.money_wan,
        yuan=formats.money_yuan,
        rule_title=formats.rule_title,
        points=formats.points,
        weight=formats.weight,
        rate=formats.rate,
        day=formats.day,
        full_day=formats.full_day,
        ends=ends_of,
        weekday=formats.weekday,
        moment=formats.moment,
        real_moment=formats.real_moment,
        lateness=formats.lateness,
        grade_class=formats.grade_class,
        permille=formats.permille,
        subject_title=formats.subject_title,
    )
    return templates
