"""The tests' settings on a database that a process of its own can open and be killed in."""

import os
from pathlib import Path

from tests.settings_for_tests import *  # noqa: F403 - the same settings, another database

from wenxiao.site.database import sqlite_settings

if "WENXIAO_TEST_SQLITE" in os.environ:
    DATABASES["default"] = sqlite_settings(Path(os.environ["WENXIAO_TEST_SQLITE"]))  # noqa: F405 - defined above
