"""The sampled mutants can be made: each stands once in its file, every room
of `make mutate` has some, tests exist.
"""

from pathlib import Path

import mutate
import yaml

LISTED = yaml.safe_load(mutate.LIST.read_text(encoding="utf-8"))


def test_twelve_are_tried_in_every_room():
    sample = LISTED["sample"]
    assert len(sample) >= 12
    assert {Path(one["path"]).parts[2] for one in sample} == set(mutate.ROOMS)


def test_each_stands_once_and_names_tests_that_exist():
    for one in LISTED["sample"] + LISTED["equivalent"]:
        text = (mutate.ROOT / one["path"]).read_text(encoding="utf-8")
        assert text.count(one["before"]) == 1, one
        assert one["before"] != one["after"]
    for one in LISTED["sample"]:
        for test in one["tests"]:
            file, _, name = test.partition("::")
            assert f"def {name}" in (mutate.ROOT / file).read_text(encoding="utf-8"), test


def test_what_is_equivalent_says_why():
    assert all(one["why"].strip() for one in LISTED["equivalent"])
