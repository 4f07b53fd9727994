"""Whether a link of a paper that is to be published can be followed by the public.
Nothing is asked of the network.
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

FINE, OUTSIDE = "fine", "outside"
"""OUTSIDE: a web address of others, which was not followed."""
_DRIVE = re.compile(r"^(?:[A-Za-z]:[\\/]|\\\\|file:)")


def judged(address: str, file: Path, root: Path, anchors: frozenset[str]) -> str:
    """FINE, OUTSIDE, or the sentence that says why nobody can open it."""
    if _DRIVE.match(address):
        return "指向本机或局域网里的文件"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return "不是一个网址"
    if parts.scheme in {"http", "https"} or (not parts.scheme and parts.netloc):
        return "指向内部地址" if _is_inside(host) else OUTSIDE
    if parts.scheme in {"mailto", "tel", "data"}:
        return FINE
    if parts.scheme:
        return "不是公众能打开的地址"
    if parts.path:
        return _beside(unquote(parts.path), file, root)
    name = unquote(parts.fragment)
    return FINE if not name or name == "top" or name in anchors else "指向的位置在文件里没有"


def _is_inside(host: str) -> bool:
    """An address that only machines of the office know: this machine,
    private networks, names without a dot.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".internal"))
    return not address.is_global


def _beside(path: str, file: Path, root: Path) -> str:
    start = root if path.startswith("/") else file.parent
    target = (start / path.lstrip("/")).resolve()
    if not target.is_relative_to(root.resolve()):
        return "指向要公开的目录之外"
    return FINE if target.exists() else "指向的文件不在要公开的目录里"
