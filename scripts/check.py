"""Every static gate, two at a time; all faults are shown, then one line
says how many gates failed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
BIN = Path(PYTHON).parent
# The longest one, mypy without its cache, takes about two minutes on two busy cores.
SECONDS = 600


def gates() -> list[tuple[str, list[str]]]:
    """(name on screen, command) of every gate; generated pages are compared
    with what would be generated now.
    """
    listed = [
        # The two longest first.
        ("类型 mypy", [str(BIN / "mypy"), "src/wenxiao", "scripts"]),
        (
            "尺寸、词汇、命名",
            [PYTHON, "-m", "pytest", "tests/architecture", "-p", "no:cacheprovider"],
        ),
        ("代码检查 ruff", [str(BIN / "ruff"), "check", "."]),
        ("代码排版 ruff format", [str(BIN / "ruff"), "format", "--check", "."]),
        ("页面排版", [PYTHON, "scripts/format_templates.py", "--check"]),
        ("分层 import-linter", [str(BIN / "lint-imports")]),
        (
            "迁移齐全 makemigrations",
            [PYTHON, "-m", "django", "makemigrations", "--check", "--dry-run"],
        ),
    ]
    if (ROOT / "scripts" / "rules_page.py").exists():
        listed.append(("规则页与代码一致", [PYTHON, "scripts/rules_page.py", "--check"]))
    return listed


def run(name: str, command: list[str], env: dict[str, str]) -> bool:
    """Run one gate; its output appears only when it fails."""
    began = time.monotonic()
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=env,
            check=False,
            text=True,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        code, said = done.returncode, done.stdout
    except subprocess.TimeoutExpired:
        code, said = -1, f"{SECONDS} 秒内没有完成"
    print(
        f"{'通过' if code == 0 else '未过'}  {name}  {time.monotonic() - began:.1f} 秒", flush=True
    )
    if code != 0:
        print(said, flush=True)
    return code == 0


def main() -> int:
    """0 when every gate passes."""
    with tempfile.TemporaryDirectory(prefix="wenxiao-check-") as home:
        env = {
            **os.environ,
            "WENXIAO_HOME": home,
            "DJANGO_SETTINGS_MODULE": "wenxiao.site.settings",
        }
        env.pop("WENXIAO_DATABASE_URL", None)
        with ThreadPoolExecutor(2) as pool:
            passed = pool.map(lambda gate: run(gate[0], gate[1], env), gates())
        failed = [name for (name, _), good in zip(gates(), passed, strict=True) if not good]
    print(
        f"检查：{len(gates()) - len(failed)} 项通过，{len(failed)} 项未过"
        + (f"：{'、'.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
