"""Where a program keeps its data and who may come to it: the default homes, private files,
addresses beyond this machine.

Standard library alone: the settings ask here before Django stands.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import stat
from contextlib import suppress
from pathlib import Path

REAL_HOME = "var"
DEMO_HOME = "var-demo"
"""A demonstration has a home of its own, so that one forgotten WENXIAO_HOME
never joins it to real data.
"""
NOT_FOR_OTHERS = 0o027
"""Taken from every file and folder: others have nothing, the group only reads."""
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
ANYWHERE = frozenset({"", "0.0.0.0", "::", "[::]"})  # noqa: S104 - compared, not bound


def default_home() -> str:
    """WENXIAO_HOME; else ``var``, or the demonstration's where only that
    one was ever begun here.
    """
    if home := os.environ.get("WENXIAO_HOME"):
        return home
    if os.environ.get("WENXIAO_DATABASE_URL"):
        return REAL_HOME
    file = "wenxiao.sqlite3"
    only_demo = (Path(DEMO_HOME) / file).is_file() and not (Path(REAL_HOME) / file).is_file()
    return DEMO_HOME if only_demo else REAL_HOME


def private_home(home: Path) -> Path:
    """Make the home if need be; it and the database in it are nobody else's.
    From now on this process writes so, too.
    """
    os.umask(os.umask(0o077) | NOT_FOR_OTHERS)
    home.mkdir(parents=True, exist_ok=True)
    for path in (home, home / "files", *home.glob("wenxiao.sqlite3*")):
        with suppress(OSError):
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & NOT_FOR_OTHERS:
                path.chmod(mode & ~NOT_FOR_OTHERS)
    return home


def is_loopback(host: str) -> bool:
    """Whether an address or name can only be reached from this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def allowed_hosts(said: str, bound: str) -> list[str]:
    """The names requests may ask for: those said; else this machine's own, with the address it
    listens on.

    Listening on every address without a word about names, the machine answers to its own name and
    addresses.
    """
    if said:
        return [host.strip() for host in said.split(",") if host.strip()]
    if not bound or is_loopback(bound):
        return list(LOOPBACK_NAMES)
    if bound not in ANYWHERE:
        return [*LOOPBACK_NAMES, f"[{bound.strip('[]')}]" if ":" in bound else bound]
    return [*LOOPBACK_NAMES, *_own_names()]


def _own_names() -> list[str]:
    name = socket.gethostname()
    names = {name.lower()}
    with suppress(OSError):
        for family, _, _, _, address in socket.getaddrinfo(name, None):
            text = str(address[0]).partition("%")[0]
            names.add(f"[{text}]" if family == socket.AF_INET6 else text)
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing: only asks which own address would be used
        names.add(str(probe.getsockname()[0]))
    return sorted(names - set(LOOPBACK_NAMES))


def beyond(bound: str, hosts: list[str], proxies: list[str]) -> bool:
    """Whether others than whoever sits at this machine can come: by its
    address, by its names, or through a proxy.
    """
    return (
        bool(bound and not is_loopback(bound))
        or bool(proxies)
        or not all(is_loopback(host) for host in hosts)
    )


def exposure(host: str, *, demo: bool) -> list[str]:
    """What whoever starts the server has to know of who can come: nothing
    while only this machine can.
    """
    setting = os.environ.get("WENXIAO_HOSTS", "")
    hosts = allowed_hosts(setting, host)
    proxies = [one for one in os.environ.get("WENXIAO_PROXIES", "").split(",") if one.strip()]
    if not beyond(host, hosts, proxies):
        return []
    warnings = [f"可从其他机器访问；允许的域名或地址：{'、'.join(hosts)}。"]
    if not setting:
        warnings.append("没有写 WENXIAO_HOSTS，按本机名称和地址放行；正式使用请写明域名。")
    if demo:
        warnings.append(
            "演示数据对外开放：免密码进入已关闭，演示账号须输入密码；不要放入真实数据。"
        )
    return warnings
