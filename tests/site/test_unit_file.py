"""The systemd unit operators are told to use does not give up during an outage of an hour."""

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

VERIFY = shutil.which("systemd-analyze")
PAPER = Path(__file__).resolve().parents[2] / "docs" / "operators" / "install.md"
OUTAGE_SECONDS = 3600


def written():
    """The unit's text in the paper."""
    text = PAPER.read_text(encoding="utf-8")
    block = next(part for part in text.split("```") if "[Service]" in part)
    return block[block.index("[Unit]") :]


@pytest.fixture
def unit():
    """The unit as written in the paper."""
    block = written()
    found = ConfigParser(strict=False, interpolation=None)
    found.optionxform = str
    found.read_string(block)
    return found


def test_it_starts_again_for_an_hour_and_longer(unit):
    service, limits = unit["Service"], unit["Unit"]
    assert service["Restart"] == "always"
    interval = float(limits["StartLimitIntervalSec"])
    starts = OUTAGE_SECONDS / float(service["RestartSec"])
    assert interval == 0 or starts <= float(limits["StartLimitBurst"])


def test_it_lets_every_part_stop_in_peace(unit):
    from wenxiao.site.serving import GRACE

    assert float(unit["Service"]["TimeoutStopSec"]) > GRACE


def test_a_child_that_is_shot_takes_nothing_with_it(unit):
    assert unit["Service"]["OOMPolicy"] == "continue"


def known_to_systemd(path):
    """What systemd itself says of a unit's file; without systemd, the keys
    of the unit that are not among those it knows.
    """
    if VERIFY:
        done = subprocess.run([VERIFY, "verify", path], check=False, capture_output=True, text=True)
        return done.stderr.strip()
    keys = re.findall(r"(?m)^(\w+)=", path.read_text())
    return " ".join(sorted(set(keys) - KEYS))


KEYS = {
    *("Description", "After", "Wants", "StartLimitIntervalSec", "User", "WorkingDirectory"),
    *("Environment", "ExecStart", "Restart", "RestartSec", "TimeoutStopSec", "OOMPolicy"),
    "WantedBy",
}


def test_systemd_takes_every_line_of_it(tmp_path):
    here = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", written())
    here = re.sub(r"(?m)^User=.*", "User=root", here)
    path = tmp_path / "wenxiao.service"
    path.write_text(here)
    assert known_to_systemd(path) == ""
    path.write_text(here.replace("RestartSec", "RestartSek"))
    assert "RestartSek" in known_to_systemd(path)
