"""The product's settings in a throwaway home, on the database under test, with a fast hasher."""

import atexit
import os
import shutil
import tempfile

from jinja2 import FileSystemBytecodeCache
from scripts import empty_databases

# The first process makes the home and takes it away; parallel workers find its name in the
# environment.
if "WENXIAO_TEST_HOME" not in os.environ:
    os.environ["WENXIAO_TEST_HOME"] = tempfile.mkdtemp(prefix="wenxiao-test-")
    atexit.register(shutil.rmtree, os.environ["WENXIAO_TEST_HOME"], ignore_errors=True)
os.environ["WENXIAO_HOME"] = os.path.join(  # noqa: PTH118 - one folder for each parallel worker
    os.environ["WENXIAO_TEST_HOME"], os.environ.get("PYTEST_XDIST_WORKER", "only")
)
os.environ["WENXIAO_DATABASE_URL"] = os.environ.get("WENXIAO_TEST_DATABASE_URL", "")
os.environ["WENXIAO_STATICFILES"] = "django.contrib.staticfiles.storage.StaticFilesStorage"

from wenxiao.site.settings import *  # noqa: F403 - the environment above must be set first

if not os.environ["WENXIAO_DATABASE_URL"]:
    # A file as the product uses it, not Django's database in memory: many threads then queue for it
    # as they really do.
    os.makedirs(os.environ["WENXIAO_HOME"], exist_ok=True)  # noqa: PTH103 - a name from the environment
    place = os.path.join(os.environ["WENXIAO_HOME"], "test.sqlite3")  # noqa: PTH118
    DATABASES["default"]["TEST"] = {"NAME": place}  # noqa: F405
    # A test database that a power cut may lose costs nothing and is made twice as fast.
    OPTIONS = DATABASES["default"]["OPTIONS"]  # noqa: F405
    OPTIONS["init_command"] = OPTIONS["init_command"].replace("synchronous=FULL", "synchronous=OFF")
else:
    # On a busy machine a connection may take long; no test waits for one that never comes.
    DATABASES["default"]["OPTIONS"]["connect_timeout"] = 300  # noqa: F405
# Every process and every run would compile the two hundred templates again; what was compiled from
# another text, or by another environment, is not taken.
COMPILED = empty_databases.compiled_templates()  # (tests/conftest.py: `compiled`)
COMPILED.mkdir(mode=0o700, parents=True, exist_ok=True)
TEMPLATES[0]["OPTIONS"]["bytecode_cache"] = FileSystemBytecodeCache(str(COMPILED))  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
