"""Make one archive from which `make install`, `make run` and `make test` need no network, for
machines like this one.

It holds the committed source, the front-end files, a wheel of every package and a digest of each
file. Usage: python scripts/bundle.py [--out FILE.tar.gz]
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

import bundled

ROOT = bundled.ROOT
TOOLS = ("pip", "setuptools")
"""What builds and installs the product itself, beside the packages it stands on."""


def say(sentence: str) -> None:
    """One line to the person waiting."""
    print(sentence, file=sys.stderr, flush=True)


def name_of_archive() -> str:
    """wenxiao-VERSION-pythonX.Y-system-machine."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    kind = bundled.here()
    where = f"{kind['system'].lower()}-{kind['machine']}"
    return f"wenxiao-{project['version']}-python{kind['python']}-{where}"


def put_source(stage: Path) -> None:
    """The committed files and their last commit, which `make test` asks;
    what is not committed is left out and said.
    """
    git = ["git", "-c", "safe.directory=*", "-C", str(ROOT)]
    left = subprocess.run(
        [*git, "status", "--porcelain"], check=True, capture_output=True, text=True
    ).stdout
    if left:
        say(f"注意：有 {len(left.splitlines())} 处未提交的改动，不在安装包里")
    subprocess.run(
        [*git[:3], "clone", "--quiet", "--depth", "1", ROOT.as_uri(), str(stage)], check=True
    )
    subprocess.run([*git[:3], "-C", str(stage), "remote", "remove", "origin"], check=True)


def put_assets(stage: Path) -> None:
    """The front-end files as they were fetched; SystemExit where they were not. What tests keep
    beside them (empty databases, 50 MB each on PostgreSQL) stays here.
    """
    own = shutil.ignore_patterns(".stamp", "migrated-*")
    for folder in ("vendor", "testing"):
        source = ROOT / "build" / folder
        if not source.is_dir():
            sys.exit(f"没有前端资源 build/{folder}。请先在联网的机器上执行 make install。")
        shutil.copytree(source, stage / "build" / folder, ignore=own)


def put_wheels(stage: Path) -> None:
    """A wheel of every package for running and testing; what comes as source only is built here."""
    say("正在收集各依赖的安装文件，首次约需一两分钟")
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [*wheel, "-w", str(stage / bundled.WHEELS), "-r", "requirements/test.txt", *TOOLS],
        cwd=ROOT,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        sys.exit("依赖没有收齐。请检查网络或 pip 的软件源设置，然后再来一次。")


def write_note(stage: Path) -> int:
    """What the archive is for and the digest of each of its files; returns how many."""
    paths = sorted(path for path in stage.rglob("*") if path.is_file() and ".git" not in path.parts)
    digests = {path.relative_to(stage).as_posix(): bundled.digest_of(path) for path in paths}
    note = {**bundled.here(), "digests": digests}
    (stage / bundled.NOTE).write_text(json.dumps(note, indent=1), encoding="utf-8")
    return len(digests)


def main() -> int:
    """Write the archive; its name, size and digest as JSON."""
    parser = argparse.ArgumentParser(description="做离线安装包")
    parser.add_argument("--out", type=Path, help="写到哪里，默认 dist/ 下按版本和机器取名")
    out = parser.parse_args().out or ROOT / "dist" / f"{name_of_archive()}.tar.gz"
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".bundle-", dir=out.parent) as scratch:
        stage = Path(scratch) / name_of_archive()
        put_source(stage)
        put_assets(stage)
        put_wheels(stage)
        files = write_note(stage)
        say("正在打包")
        packed = Path(scratch) / "packed"
        with tarfile.open(packed, "w:gz", compresslevel=1) as tar:
            tar.add(stage, arcname=stage.name)
        packed.replace(out)
    told = {**bundled.here(), "file": str(out), "files": files, "bytes": out.stat().st_size}
    print(json.dumps({**told, "sha256": bundled.digest_of(out)}, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
