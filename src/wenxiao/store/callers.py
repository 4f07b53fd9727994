"""Who calls: the address a request comes from, also behind reverse proxies
that the settings name.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The caller's address; X-Forwarded-For is believed only as far as proxies of ours
    (settings.PROXIES) wrote it.

    Read from the right: the first address that is no proxy of ours is the caller. What stands
    further left anybody may have typed. A word that is no address ends the reading at the last
    address known.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = [
        word.strip()
        for word in request.headers.get("x-forwarded-for", "").split(",")
        if word.strip()
    ]
    while forwarded and _ours(address):
        word = forwarded.pop()
        if not _is_address(word):
            break
        address = word
    return address


BROWSER = "known"
"""The cookie by which a browser somebody entered with before is told from a stranger's."""


def known_browser(request: HttpRequest) -> str:
    """The number this browser was given when somebody first entered with
    it; empty for a stranger's.
    """
    return request.get_signed_cookie(BROWSER, default="", salt=BROWSER) or ""


def from_this_machine(request: HttpRequest) -> bool:
    """Whether whoever asks sits here: by the address of the connection, never by the host asked
    for, and with no proxy between.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    sent_on = any(name in request.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip"))
    return not sent_on and _is_address(address) and ip_address(address).is_loopback


def _is_address(word: str) -> bool:
    try:
        ip_address(word)
    except ValueError:
        return False
    return True


def _ours(address: str) -> bool:
    if not _is_address(address):
        return False
    known = ip_address(address)
    return any(known in ip_network(proxy, strict=False) for proxy in settings.PROXIES)
