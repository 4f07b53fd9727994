"""One settings file; what differs between places comes from the
environment, defaults suit one bureau on one machine.
"""

from __future__ import annotations

import secrets
from datetime import date
from pathlib import Path

from csp.constants import NONE, SELF
from jinja2 import FileSystemBytecodeCache

from wenxiao.site.daily_log import days_kept
from wenxiao.site.database import database_settings
from wenxiao.site.environment import addresses, env, flag
from wenxiao.site.place import allowed_hosts, beyond, default_home, private_home

PACKAGE = Path(__file__).resolve().parent.parent
HOME = private_home(Path(default_home()).resolve())


def _secret_key() -> str:
    """The key from the environment, else one made once and kept beside the database."""
    if key := env.str("WENXIAO_SECRET_KEY", ""):
        return key
    path = HOME / "secret.key"
    if not path.exists():
        path.write_text(secrets.token_urlsafe(50))
        path.chmod(0o600)
    return path.read_text().strip()


SECRET_KEY = _secret_key()
DEBUG = False
DEMO = flag("WENXIAO_DEMO")
# The demonstration's story stands at one day of its work year; deadlines are held against it, the
# trail is not.
STORY_DAY = date(2021, 11, 22)
STORY_DAY_FILE = HOME / "story-day.txt"
"""Where `wenxiao demo --day` says that the story went on."""
if DEMO and STORY_DAY_FILE.exists():
    STORY_DAY = date.fromisoformat(STORY_DAY_FILE.read_text(encoding="utf-8").strip())
TODAY = STORY_DAY if DEMO else None
# The address `serve` listens on; empty where another server was started by hand.
BOUND = env.str("WENXIAO_BOUND", "")
ALLOWED_HOSTS = allowed_hosts(env.str("WENXIAO_HOSTS", ""), BOUND)
# Reverse proxies whose X-Forwarded-For is believed: addresses or networks; none unless said.
PROXIES = addresses("WENXIAO_PROXIES")
# One click instead of a password is for whoever sits at this machine, in a demonstration alone.
ENTER_WITHOUT_PASSWORD = DEMO and not beyond(BOUND, ALLOWED_HOSTS, PROXIES)
CSRF_TRUSTED_ORIGINS = addresses("WENXIAO_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_tasks",
    "django_tasks_db",
    "wenxiao.records",
    "wenxiao.orgs",
    "wenxiao.budget",
    "wenxiao.targets",
    "wenxiao.evidence",
    "wenxiao.reviews",
    "wenxiao.followup",
    "wenxiao.intake",
    "wenxiao.reports",
    "wenxiao.pages",
    "wenxiao.desk",
    "wenxiao.portal",
    "wenxiao.api",
    "wenxiao.site",
]

MIDDLEWARE = [
    "wenxiao.pages.bodies.without_body",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "wenxiao.pages.bodies.within_size",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "wenxiao.orgs.middleware.session_limits",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "wenxiao.site.urls"
WSGI_APPLICATION = "wenxiao.site.wsgi.application"
DATABASES = {"default": database_settings(env.str("WENXIAO_DATABASE_URL", ""), HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

COMPILED = HOME / "compiled"
"""Templates made ready once, so that a start takes seconds less.
As private as the key beside it: it holds programs.
"""
COMPILED.mkdir(mode=0o700, exist_ok=True)

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / room / "templates" for room in ("pages", "desk", "portal", "api")],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "wenxiao.pages.jinja.environment",
            "bytecode_cache": FileSystemBytecodeCache(str(COMPILED)),
            "context_processors": ["wenxiao.pages.frame.frame"],
        },
    }
]

AUTH_USER_MODEL = "orgs.User"
AUTHENTICATION_BACKENDS = ["wenxiao.orgs.backends.PausingBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
# What a password may not be is the division's own (orgs/services/passwords.py).
AUTH_PASSWORD_VALIDATORS: list[dict[str, str]] = []
# Wrong codes are counted and paused like wrong passwords (orgs/services/entering.py), not by the
# library as well.
OTP_TOTP_THROTTLE_FACTOR = 0
OTP_TOTP_ISSUER = "问效"
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
VENDOR = env.path("WENXIAO_VENDOR", PACKAGE.parent.parent / "build" / "vendor")
STATICFILES_DIRS = [
    PACKAGE / "pages" / "assets",
    *([("vendor", VENDOR)] if VENDOR.is_dir() else []),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env.str(
            "WENXIAO_STATICFILES", "wenxiao.site.static_files.LeanStaticFilesStorage"
        )
    },
}
MEDIA_ROOT = HOME / "files"
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
WHITENOISE_USE_FINDERS = False

# Uploads are streamed to disk and judged by the gate; nothing large is ever held in memory.
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 << 20
DATA_UPLOAD_MAX_NUMBER_FILES = 700
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "wenxiao.pages.errors.csrf_failed"
CSRF_COOKIE_SAMESITE = "Lax"
# Behind HTTPS, which a proxy ends: cookies and pages go nowhere else, and browsers are told so for
# a year.
HTTPS = flag("WENXIAO_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^health$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
# The longest any division may choose; the division's own limits end a session earlier
# (orgs/middleware.py).
SESSION_COOKIE_AGE = 24 * 3600
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "heavy"]}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "kept": {
            "class": "wenxiao.site.daily_log.DailyFile",
            "formatter": "line",
            "folder": str(HOME / "logs"),
            "days": days_kept(),
        },
    },
    "root": {"handlers": ["stderr", "kept"], "level": "WARNING"},
}
