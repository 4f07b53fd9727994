"""The product's settings in a throwaway home, on the database under test, with a fast hasher."""

import atexit
import os
import shutil
import tempfile

# The first process makes the home and takes it away; parallel workers find its name in the environment.
if "WENXIAO_TEST_HOME" not in os.environ:
    os.environ["WENXIAO_TEST_HOME"] = tempfile.mkdtemp(prefix="wenxiao-test-")
    atexit.register(shutil.rmtree, os.environ["WENXIAO_TEST_HOME"], ignore_errors=True)
os.environ["WENXIAO_HOME"] = os.path.join(  # noqa: PTH118 - one folder for each parallel worker
    os.environ["WENXIAO_TEST_HOME"], os.environ.get("PYTEST_XDIST_WORKER", "only")
)
os.environ["WENXIAO_DATABASE_URL"] = os.environ.get("WENXIAO_TEST_DATABASE_URL", "")
os.environ["WENXIAO_STATICFILES"] = "django.contrib.staticfiles.storage.StaticFilesStorage"

from wenxiao.site.settings import *  # noqa: F403 - the environment above must be set first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
