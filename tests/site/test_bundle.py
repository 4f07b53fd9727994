"""The archive for machines without a network: refused in words where it does not fit or is not
whole, else asking nobody.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import _core

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import bundle
import bundled
import setup

from wenxiao.site import verbs_bundle
from wenxiao.site.command import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def unpacked(tmp_path):
    """A tree as it comes out of an archive made for this machine."""
    wheel = tmp_path / "wheels" / "pip-25.0-py3-none-any.whl"
    wheel.parent.mkdir()
    wheel.write_bytes(b"pip")
    digests = {"wheels/pip-25.0-py3-none-any.whl": bundled.digest_of(wheel)}
    note = {**bundled.here(), "digests": digests}
    (tmp_path / "bundle.json").write_text(json.dumps(note))
    return tmp_path


def change(folder, **values):
    path = folder / "bundle.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_a_whole_archive_for_this_machine_is_taken(unpacked):
    assert bundled.present(unpacked)
    assert bundled.fault(unpacked) == ""
    assert not bundled.present(unpacked / "wheels")


def test_pip_comes_out_of_the_archive_and_asks_nobody(unpacked, monkeypatch):
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "somewhere")
    command = bundled.pip(Path("python"), unpacked)
    assert command[1].endswith("pip-25.0-py3-none-any.whl/pip")
    assert "--no-index" in command
    env = bundled.environment()
    assert "PIP_EXTRA_INDEX_URL" not in env
    assert env["PIP_NO_INDEX"] == "1"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"python": "3.99"}, "离线安装包是给 Python 3.99"),
        ({"machine": "mips"}, "Linux mips 的，这台机器是"),
    ],
)
def test_an_archive_for_another_machine_is_refused(unpacked, values, sentence):
    change(unpacked, **values)
    assert sentence in bundled.fault(unpacked)


def test_an_archive_cut_off_is_refused(unpacked):
    (unpacked / "bundle.json").write_text("{")
    assert "不完整" in bundled.fault(unpacked)


def test_a_damaged_or_absent_file_is_named(unpacked):
    wheel = next((unpacked / "wheels").iterdir())
    wheel.write_bytes(b"other")
    assert f"{wheel.name} 与摘要不符" in bundled.fault(unpacked)
    wheel.unlink()
    assert f"缺少 wheels/{wheel.name}" in bundled.fault(unpacked)


def test_only_the_languages_spoken_stay(tmp_path, monkeypatch):
    locale = tmp_path / "lib" / "python3.11" / "site-packages" / "django" / "conf" / "locale"
    for name in ("en", "zh_Hans", "fr", "__pycache__"):
        (locale / name).mkdir(parents=True)
    (locale / "__init__.py").touch()
    monkeypatch.setattr(setup, "VENV", tmp_path)
    setup.trim()
    assert sorted(p.name for p in locale.iterdir()) == [
        "__init__.py",
        "__pycache__",
        "en",
        "zh_Hans",
    ]


def test_what_nothing_asks_for_is_taken_away(tmp_path, monkeypatch):
    """A library is cut to what is loaded, whatever tools the machine has; what is none stays."""
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    for name in ("jieba/posseg", "jieba/finalseg", "typst"):
        (packages / name).mkdir(parents=True)
    odd = packages / "typst" / "_typst.abi3.so"
    odd.write_bytes(b"whole")
    binary = packages / "typst" / "_core.so"
    shutil.copy(_core.__file__, binary)
    whole = binary.stat().st_size
    monkeypatch.setattr(setup, "VENV", tmp_path)
    monkeypatch.setattr(setup, "LARGE", 0)
    setup.trim()
    assert [one.name for one in (packages / "jieba").iterdir()] == ["finalseg"]
    assert odd.read_bytes() == b"whole"
    assert 0 < binary.stat().st_size < whole
    assert sorted(one.name for one in odd.parent.iterdir()) == ["_core.so", "_typst.abi3.so"]
    setup.trim()
    load = "import ctypes, sys; ctypes.PyDLL(sys.argv[1]).PyInit__core"
    assert subprocess.run([sys.executable, "-c", load, str(binary)], check=False).returncode == 0


def test_the_archive_takes_the_front_end_files_and_no_databases_of_tests(tmp_path, monkeypatch):
    for name in ("vendor/echarts.min.js", "vendor/.stamp", "testing/axe.min.js"):
        path = tmp_path / "here" / "build" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    (tmp_path / "here" / "build" / "testing" / "migrated-1.sqlite3").write_text("x")
    (tmp_path / "here" / "build" / "testing" / "migrated-1-postgresql-15").mkdir()
    monkeypatch.setattr(bundle, "ROOT", tmp_path / "here")
    bundle.put_assets(tmp_path / "stage")
    packed = tmp_path / "stage" / "build"
    names = sorted(str(one.relative_to(packed)) for one in packed.rglob("*") if one.is_file())
    assert names == ["testing/axe.min.js", "vendor/echarts.min.js"]


def test_what_is_installed_names_no_place_it_comes_from():
    pages = [*ROOT.glob("requirements/*"), ROOT / "Makefile", *ROOT.glob("scripts/*.py")]
    for path in pages:
        assert "index-url" not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize(("ends", "code"), [(0, 0), (1, 2)])
def test_the_command_builds_the_same_archive(tmp_path, monkeypatch, ends, code):
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    text = (
        f"import sys, pathlib; pathlib.Path(sys.argv[2]).write_text(sys.argv[1]); sys.exit({ends})"
    )
    (scripts / "bundle.py").write_text(text)
    monkeypatch.setattr(verbs_bundle, "SOURCE", tmp_path)
    assert main(["bundle", "--out", str(tmp_path / "a.tar.gz")]) == code
    assert (tmp_path / "a.tar.gz").read_text() == "--out"


def test_without_its_source_the_command_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(verbs_bundle, "SOURCE", tmp_path)
    assert main(["bundle", "--out", str(tmp_path / "a")]) == 2
    assert "没有程序的源文件" in capsys.readouterr().err
    assert (verbs_bundle.Path(verbs_bundle.__file__).parents[3] / "scripts" / "bundle.py").is_file()
