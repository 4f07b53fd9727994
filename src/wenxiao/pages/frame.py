"""What every page shows around its content: who, which work year, where one can go, and whether
this is a demonstration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.urls import reverse

from wenxiao.orgs.permissions import HELD, Holdings
from wenxiao.orgs.selectors import mixed_sentences
from wenxiao.pages.jinja import address
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import held
from wenxiao.reviews.selectors import latest_work_year
from wenxiao.store import parts
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from django.http import HttpRequest

THEMES = {"auto": "随系统", "light": "浅色", "dark": "深色", "contrast": "高对比"}
SIZES = {"standard": "标准", "large": "大", "largest": "特大"}


@dataclass(frozen=True)
class MenuEntry:
    """One entry of the menu: its word, its route, and the powers of which
    one opens it (none: everybody).
    """

    word: str
    route: str
    powers: tuple[str, ...] = ()
    under: str = ""

    @property
    def address(self) -> str:
        """Where it leads."""
        return address(self.route)


MENU = (
    MenuEntry("工作台", "desk:home"),
    MenuEntry("对象", "desk:subjects", ("see_unit",)),
    MenuEntry("目标", "desk:targets", ("see_unit",)),
    MenuEntry("监控", "desk:monitoring", ("see_unit",)),
    MenuEntry("督看", "desk:watch", ("sign_report", "instruct")),
    MenuEntry("自评", "desk:selfeval", ("see_unit",)),
    MenuEntry("评价", "desk:evaluations", ("see_unit",)),
    MenuEntry("整改应用", "desk:rectifications", ("see_unit",)),
    MenuEntry(
        "报告", "desk:report_now", ("write_report", "sign_report", "instruct", "watch_trail")
    ),
)
HELP = MenuEntry("帮助", "desk:help")
MORE = (
    MenuEntry("任务", "desk:rounds", ("manage_round",)),
    MenuEntry("导入", "desk:imports", ("import", "submit")),
    MenuEntry("第三方与专家", "desk:agencies", ("manage_round",)),
    MenuEntry("期限", "desk:calendar", ("see_unit",)),
    MenuEntry("制度库", "desk:documents", ("see_unit",)),
    MenuEntry("培训", "desk:training", ("see_unit",)),
    MenuEntry("工作考核", "desk:assessments", ("see_unit",)),
    MenuEntry("材料包", "desk:packages", ("see_unit",)),
    MenuEntry("评分规则与制度", "desk:rules", ("see_unit",)),
    MenuEntry("公开", "desk:disclosures", ("disclose",)),
    MenuEntry("单位与用户", "desk:people", ("manage_units", "manage_users", "grant")),
    MenuEntry(
        "密码重置", "desk:resets", ("manage_users", "consent_reset", "consent_security_reset")
    ),
    MenuEntry("结果确认人", "desk:confirmers", ("sign_report",)),
    MenuEntry("留痕", "desk:trail", ("watch_trail",)),
    MenuEntry("备份", "desk:backups", ("manage_users", "watch_trail")),
    HELP,
)
THUMB = ("desk:home", "desk:subjects", "desk:monitoring", "desk:report_now")
"""The phone's bottom bar: what an officer on the way looks at."""
THUMB_OF = {
    "fill": "desk:selfeval",
    "check_unit": "desk:selfeval",
    "evaluate": "desk:evaluations",
    "sign_report": "desk:watch",
    "instruct": "desk:watch",
    "manage_users": "desk:people",
    "grant": "desk:people",
    "watch_trail": "desk:trail",
}
"""What stands there besides for whoever holds a power: a unit's own forms, whoever scores the
evaluations, a leader's watch, an administrator's accounts, the auditors' trail.
"""


def open_entries(entries: tuple[MenuEntry, ...], holding: Holdings) -> list[MenuEntry]:
    """The entries whose page is open to this person."""
    powers = {power for scope in holding.scopes for power in HELD[scope.role]}
    return [entry for entry in entries if not entry.powers or powers.intersection(entry.powers)]


def thumb_of(holding: Holdings) -> set[str]:
    """The routes of a person's bottom bar on the phone."""
    return {*THUMB, *(route for power, route in THUMB_OF.items() if holding.can(power))}


def work_year(request: HttpRequest) -> int:
    """The work year a page speaks of: its own, the address's, the one the person chose, else the
    calendar's.

    Only the arrows of the frame choose (``choose``); following a link into another year changes
    that page alone.
    """
    match = request.resolver_match
    for asked in ((match.kwargs.get("year") if match else None), request.GET.get("year")):
        year = whole(str(asked or ""))
        if year is not None and 2000 <= year <= 2100:
            if request.GET.get("choose") and request.session.get("work_year") != year:
                request.session["work_year"] = year
            return year
    own = getattr(request, "wenxiao_year", None)
    return int(own or request.session.get("work_year") or default_year(request))


def show_year(request: HttpRequest, year: int) -> None:
    """A page about a round of a certain year says that year, whatever year
    the person looks at otherwise.
    """
    request.wenxiao_year = year  # type: ignore[attr-defined]  # read by work_year


def default_year(request: HttpRequest) -> int:
    """The calendar's year; before its first round, the latest year before it that had one.

    Rounds of years to come, opened or imported early, move nobody.
    """
    division = getattr(request.user, "division", None)
    known = getattr(request, "wenxiao_latest_year", UNKNOWN)
    latest = known if known != UNKNOWN else latest_work_year(division) if division else None
    latest_year_known(request, latest)
    return latest or today().year


UNKNOWN = -1


def latest_year_known(request: HttpRequest, year: int | None) -> None:
    """A page that read the year of the division's latest round with its own
    rows spares the frame the question.
    """
    request.wenxiao_latest_year = year  # type: ignore[attr-defined]  # read by default_year


def year_address(request: HttpRequest, year: int) -> str:
    """The same page in another work year."""
    match = request.resolver_match
    if match and "year" in match.kwargs:
        kwargs = {**match.kwargs, "year": year}
        return reverse(match.view_name, args=match.args, kwargs=kwargs) + "?choose=1"
    query = request.GET.copy()
    for passing in ("at", "why", "figure"):
        query.pop(passing, None)
    query["year"], query["choose"] = str(year), "1"
    return f"{request.path}?{query.urlencode()}"


def chosen_look(request: HttpRequest, name: str, known: dict[str, str]) -> str:
    """The theme or size of the person's cookie; the first one where there
    is none, or an unknown one.
    """
    asked = request.COOKIES.get(name, "")
    return asked if asked in known else next(iter(known))


def frame(request: HttpRequest) -> dict[str, Any]:
    """The frame's values for every template; costs the grants and the user, nothing per row."""
    user = getattr(request, "user", None)
    inside = bool(user and user.is_authenticated)
    division = user.division if inside and user else None
    part = getattr(
        request, "htmx", False
    )  # parts show no toasts and must not swallow those of the next page
    values: dict[str, Any] = {
        "user": user if inside else None,
        "division": division,
        "path": request.path,
        "themes": THEMES,
        "theme": chosen_look(request, "theme", THEMES),
        "sizes": SIZES,
        "size": chosen_look(request, "size", SIZES),
        "demo": bool(settings.DEMO or (division and division.demo)),
        "menu": [],
        "more": [],
        "thumb": [],
        "elsewhere": [],
        "ways": {},
        "year": None,
        "ailing": [],
        "today": today(),
        "way_home": "",
        "messages": [] if part else list(get_messages(request)),
    }
    if inside:
        holding = held(request)
        year = work_year(request)
        menu, more = open_entries(MENU, holding), open_entries(MORE, holding)
        below = thumb_of(holding)
        thumb = [one for one in (*menu, *more) if one.route in below]
        values.update(
            menu=menu,
            more=more,
            ways={entry.route: entry.address for entry in (*menu, *more)},
            thumb=thumb,
            elsewhere=[one for one in (*menu, *more) if one.route not in below and one is not HELP],
            year=year,
            year_before=year_address(request, year - 1),
            year_after=year_address(request, year + 1),
            role="、".join(holding.role_names()),
            current=current_entry(request),
            way_home=home if (home := reverse("desk:home")) != request.path else "",
            ailing=_ailing(holding),
        )
    return values


def _ailing(holding: Holdings) -> list[str]:
    """What administrators are told: parts of the system that were started
    again, accounts whose duties may not meet.
    """
    if not (holding.can("manage_users") or holding.can("grant")):
        return []
    sentences = [part.sentence for part in parts.read() if part.sentence]
    return (sentences if holding.can("manage_users") else []) + mixed_sentences()


def current_entry(request: HttpRequest) -> str:
    """The menu entry the page belongs to; a page inside another's realm says so by
    ``request.wenxiao_entry``.
    """
    match = request.resolver_match
    return getattr(request, "wenxiao_entry", match.view_name if match else "")
