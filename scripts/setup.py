"""Make the environment that `make run`, `make test` and `make bench` need; a second call finds
everything done.

Standard library only: it starts on a fresh Debian or Ubuntu with nothing but python3 and make. Out
of an archive made by `make bundle` it asks no network. Usage: python3 scripts/setup.py
run|test|bench
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import bundled
from lean_binary import make_lean

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "wenxiao-installed.json"
VENDOR = ROOT / "build" / "vendor"
LOWEST = (3, 11)
ASSETS = ("package-lock.json", "package.json", "scripts/fetch_assets.py", "scripts/grid_parts.js")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LIGHT_BROWSER = "chromium-headless-shell"
"""The same browser without windows: journeys take a third of the processor time."""
# What is installed for one purpose serves the purposes beside it.
SPOKEN = frozenset({"en", "zh_Hans"})
"""The languages whose words are used; the other hundred of the web framework take 30 MB."""
UNUSED = (
    "django/contrib/gis",
    "django/contrib/admindocs",
    "lxml/includes",
    "jieba/analyse",
    "jieba/lac_small",
    "jieba/posseg",
)
"""Maps, documentation pages, headers for compilers, models of words' kinds: nothing here asks for
them.
"""
LARGE = 1 << 20
"""From here on a binary is worth cutting."""
SERVES = {"run": {"run"}, "test": {"run", "test"}, "bench": {"run", "bench"}}


def say(sentence: str) -> None:
    """One line to the person waiting."""
    print(sentence, file=sys.stderr, flush=True)


def stop(sentence: str) -> None:
    """End with a sentence that says what to do."""
    say(sentence)
    raise SystemExit(2)


def may_install(package: str) -> bool:
    """Try once to install a Debian package that only makes things faster; whether it is there."""
    tried = VENV / f"tried-{package}"
    if os.geteuid() != 0 or not shutil.which("apt-get") or tried.exists():
        return False
    tried.touch()
    say(f"正在安装 {package}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
    for command in (["apt-get", "update", "-qq"], install):
        subprocess.run(command, env=env, check=False, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    return shutil.which(package) is not None


def install_debian(packages: list[str], purpose: str) -> None:
    """Install Debian packages as root; otherwise say which ones are missing and end."""
    names = " ".join(packages)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        stop(f"缺少{purpose}。请管理员执行：apt-get install -y {names}，然后再来一次。")
    say(f"正在安装{purpose}：{names}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=env, check=False, stdin=subprocess.DEVNULL)
    done = subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
        env=env,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
    )
    if done.returncode != 0:
        stop(f"{purpose}没有装上。请检查软件源，手工执行：apt-get install -y {names}")


def digest(*names: str) -> str:
    """One digest over the named files of the tree; what is absent counts as absent."""
    total = hashlib.sha256(repr(sys.version_info[:3]).encode())
    for name in names:
        path = ROOT / name
        total.update(name.encode() + b"\0" + (path.read_bytes() if path.is_file() else b"-"))
    return total.hexdigest()


def wanted(purpose: str) -> dict[str, str]:
    """Digests of what the purpose needs, by the purposes that this serves."""
    shared = ("requirements/run.txt", "pyproject.toml")
    return {one: digest(*shared, f"requirements/{one}.txt") for one in sorted(SERVES[purpose])}


def installed() -> dict[str, str]:
    """What the last successful installation left; empty when there was none."""
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def make_venv() -> None:
    """Create .venv, installing Debian's venv package first where the stock python3 lacks it."""
    whole = bundled.present() or (VENV / "bin" / "pip").exists()
    if (VENV / "bin" / "python").exists() and whole:
        return
    if not bundled.present() and find_spec("ensurepip") is None:
        install_debian(["python3-venv", "python3-pip"], "Python 的虚拟环境组件")
    say("正在建立运行环境 .venv")
    words = ["--clear", *(["--without-pip"] if bundled.present() else []), str(VENV)]
    done = subprocess.run([sys.executable, "-m", "venv", *words], check=False)
    if done.returncode != 0:
        stop(
            "运行环境没有建成。请管理员执行：apt-get install -y python3-venv python3-pip，然后再来一次。"
        )


def install_packages(purpose: str) -> None:
    """Pinned packages and this package itself; skipped when their digest is
    what was installed last.
    """
    have, want = installed(), wanted(purpose)
    if have.get(purpose) == want[purpose] and (VENV / "bin" / "wenxiao").exists():
        return
    say(f"正在安装依赖（requirements/{purpose}.txt），首次约需一两分钟")
    pip, env = installer()
    for what in (["-r", f"requirements/{purpose}.txt"], ["--no-deps", "-e", "."]):
        done = subprocess.run(
            [*pip, *what], cwd=ROOT, env=env, check=False, stdin=subprocess.DEVNULL
        )
        if done.returncode != 0:
            stop(
                "依赖没有从离线安装包装上，原因见上面的输出。"
                if bundled.present()
                else "依赖没有装上。请检查网络或 pip 的软件源设置，然后再来一次。"
            )
    trim()
    kept = {one: text for one, text in have.items() if text == digest_of(one)}
    STAMP.write_text(json.dumps(kept | want, indent=1), encoding="utf-8")


def installer() -> tuple[list[str], dict[str, str]]:
    """The command that installs packages and its environment: from the
    network, or from the archive this tree came in.
    """
    # Some packages come as source only; the isolated way to build them works with every pip.
    more = {"PIP_USE_PEP517": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    python = VENV / "bin" / "python"
    quiet = ["--disable-pip-version-check"]
    if bundled.present():
        return [*bundled.pip(python), *quiet], {**bundled.environment(), **more}
    return [str(python), "-m", "pip", "install", "--quiet", *quiet], {**os.environ, **more}


def trim() -> None:
    """Take away what no page ever says or asks for."""
    for name in UNUSED:
        for folder in VENV.glob(f"lib/python*/site-packages/{name}"):
            shutil.rmtree(folder)
    for folder in VENV.glob("lib/python*/site-packages/django/**/locale/*"):
        if folder.is_dir() and folder.name not in SPOKEN and not folder.name.startswith("__"):
            shutil.rmtree(folder)
    for binary in VENV.glob("lib/python*/site-packages/**/*.so"):
        if binary.stat().st_size > LARGE:
            make_lean(binary)


def digest_of(purpose: str) -> str:
    """The digest the purpose wants now."""
    return wanted(purpose)[purpose]


def fetch_assets(purpose: str) -> None:
    """Front-end files from the lock file into build/vendor; again only when
    the lock or the script changed. Pages work without them, tests do not.
    """
    script = ROOT / "scripts" / "fetch_assets.py"
    if not script.exists() or bundled.present():
        return
    now, stamp = (digest(*ASSETS), VENDOR / ".stamp")
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == now:
        return
    say("正在取前端资源")
    done = subprocess.run(
        [str(VENV / "bin" / "python"), str(script)], cwd=ROOT, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0 and purpose == "run":
        say("没有前端资源也能用：整表修改只是没有表格操作。网络通了再来一次就会补上。")
        return
    if done.returncode != 0:
        stop("前端资源没有取到。请检查网络或 npm 的软件源设置，然后再来一次。")
    VENDOR.mkdir(parents=True, exist_ok=True)
    stamp.write_text(now, encoding="utf-8")


def need_browser() -> None:
    """The journeys drive a real browser; without one the tests would not be whole."""
    if not shutil.which(LIGHT_BROWSER) and not may_install(LIGHT_BROWSER):
        say(f"没有 {LIGHT_BROWSER}，测试改用完整的浏览器，慢一些")
        if not any(shutil.which(name) for name in BROWSERS):
            install_debian(["chromium", "fonts-noto-cjk"], "测试用的浏览器与中文字体")
    if not has_chinese_font():
        install_debian(["fonts-noto-cjk"], "测试用的中文字体")


def has_chinese_font() -> bool:
    """Whether the machine can draw Chinese; True where it cannot be asked,
    then the tests say it.
    """
    if not shutil.which("fc-list"):
        return True
    listed = subprocess.run(
        ["fc-list", ":lang=zh"], check=False, capture_output=True, stdin=subprocess.DEVNULL
    )
    return bool(listed.stdout.strip())


def main() -> int:
    """Everything for one purpose, in order."""
    purpose = sys.argv[1] if len(sys.argv) > 1 else "run"
    if purpose not in SERVES:
        stop("用法：python3 scripts/setup.py run|test|bench")
    if sys.version_info < LOWEST:
        stop(
            f"需要 Python 3.11 或更新，现在是 {sys.version.split()[0]}。可用 make run PYTHON=python3.11 指定。"
        )
    if bundled.present() and wanted(purpose) != installed() and (fault := bundled.fault()):
        stop(fault)
    if not shutil.which("git") and purpose == "test":
        install_debian(["git"], "git")
    make_venv()
    install_packages(purpose)
    fetch_assets(purpose)
    if purpose == "test":
        need_browser()
    return 0


if __name__ == "__main__":
    sys.exit(main())
