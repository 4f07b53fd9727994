"""The systemd unit operators are told to use does not give up during an outage of an hour."""

from configparser import ConfigParser
from pathlib import Path

import pytest

PAPER = Path(__file__).resolve().parents[2] / "docs" / "operators" / "install.md"
OUTAGE_SECONDS = 3600


@pytest.fixture
def unit():
    """The unit as written in the paper."""
    text = PAPER.read_text(encoding="utf-8")
    block = next(part for part in text.split("```") if "[Service]" in part)
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
