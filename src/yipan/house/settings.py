"""Django settings, all from the environment; ``yipan check`` refuses an unsafe production set-up.

Variables: YIPAN_ENV (demo | test | production), DATABASE_URL, YIPAN_OWNER_DATABASE_URL (migrations), YIPAN_SCHEMA,
YIPAN_SECRET_KEY, YIPAN_HOSTS (comma separated), YIPAN_HOME, YIPAN_PUBLIC_URL, YIPAN_SANDBOX_URL,
YIPAN_CONNECTOR_<SYSTEM>.
"""

import importlib.util
import json
import os
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from . import places
from .database import APP, OWNER, EmbeddedPostgres
from .secret import secret_key

ENVIRONMENT = os.environ.get("YIPAN_ENV", "demo")
DEBUG = os.environ.get("YIPAN_DEBUG") == "1"
PLACES = places.current()
SECRET_KEY = secret_key(PLACES, ENVIRONMENT)
ALLOWED_HOSTS = [h for h in os.environ.get("YIPAN_HOSTS", "*" if ENVIRONMENT != "production" else "").split(",") if h]
if ENVIRONMENT == "production":
    ALLOWED_HOSTS += ["127.0.0.1", "localhost"]  # probes of this machine; addresses on paper are YIPAN_PUBLIC_URL

# Platform rooms in import order, then the other wings; a room joins the house when its package has an apps.py.
ROOMS = [
    *(f"yipan.platform.{room}" for room in (
        "ui", "jobs", "records", "calendar", "people", "numbers", "files", "documents", "search", "decisions", "forms",
        "notices", "measures", "processes", "licences", "exchange", "catalogue", "cases", "hub", "studio", "publishing",
    )),
    *(f"yipan.faces.{face}" for face in ("portal", "counter", "workbench", "cockpit", "administration")),
]  # fmt: skip


def _has(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


OPEN_ROOMS = [room for room in ROOMS if _has(f"{room}.apps")]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    *OPEN_ROOMS,
]
AUTHENTICATION_BACKENDS = ["yipan.platform.people.backend.AccountBackend"]
AUTH_USER_MODEL = "people.Account"

MIDDLEWARE = [
    "yipan.house.metrics.Measure",
    "yipan.platform.ui.middleware.RequestId",
    "yipan.platform.ui.middleware.CallersAddress",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "yipan.platform.ui.middleware.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "yipan.platform.ui.intake.CleanIntake",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "yipan.platform.people.middleware.WhoIsAsking",
    "yipan.platform.exchange.limits.RateLimits",
]

ROOT_URLCONF = "yipan.house.urls"
WSGI_APPLICATION = "yipan.house.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": False,
        "DIRS": [Path(__file__).parents[1].joinpath(*room.split(".")[1:], "templates") for room in OPEN_ROOMS],
        "OPTIONS": {"environment": "yipan.platform.ui.jinja.environment"},
    }
]


def _database() -> dict[str, object]:
    """The connection of this process: run-time role, or the owner for migrations and tests (YIPAN_DB_ROLE=owner)."""
    as_owner = os.environ.get("YIPAN_DB_ROLE") == "owner"
    address = os.environ.get("DATABASE_URL", "")
    if as_owner:
        address = os.environ.get("YIPAN_OWNER_DATABASE_URL") or address
    if not address and PLACES.passwords.exists():
        address = EmbeddedPostgres(PLACES).dsn(OWNER if as_owner else APP)
    parts = conninfo_to_dict(address)
    schema = os.environ.get("YIPAN_SCHEMA", "")
    options: dict[str, object] = {"options": f"-c search_path={schema}"} if schema else {}
    if os.environ.get("YIPAN_PREPARED", "1") != "0":
        # Plans are kept for the statements that ask for it (records.prepared), and for no others.
        options["prepare_threshold"] = 1_000_000_000
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "yipan"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
        "TEST": {"NAME": os.environ.get("YIPAN_TEST_DATABASE")},
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
# Assets are served from the packages themselves, found once at the start: nothing is collected or written anywhere.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(PLACES.files)}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Attachments in an S3-compatible service instead of a folder: {"BACKEND": …, "OPTIONS": {…}}, see docs/operations.md.
if os.environ.get("YIPAN_STORAGE"):
    STORAGES["default"] = json.loads(os.environ["YIPAN_STORAGE"])
MEDIA_ROOT = PLACES.files
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if ENVIRONMENT == "test":
    PASSWORD_HASHERS.insert(0, "django.contrib.auth.hashers.MD5PasswordHasher")
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
# Two factors for staff: always in production, whatever the variable says; demo accounts sign in by password.
YIPAN_SECOND_FACTOR = ENVIRONMENT == "production" or os.environ.get("YIPAN_SECOND_FACTOR", "0") == "1"

SECURE = ENVIRONMENT == "production"
SESSION_ENGINE = "yipan.platform.people.session_store"
SESSION_COOKIE_NAME = "yipan_session"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # scripts take the token from the form
CSRF_FAILURE_VIEW = "yipan.platform.ui.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
USE_X_FORWARDED_HOST = os.environ.get("YIPAN_BEHIND_PROXY") == "1"
if USE_X_FORWARDED_HOST:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("YIPAN_TRUSTED_ORIGINS", "").split(",") if o]
if SECURE:
    SECURE_HSTS_SECONDS = 31536000
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
    SECURE_SSL_REDIRECT = os.environ.get("YIPAN_TLS_REDIRECT", "1") == "1"

# Calls a minute by rule of exchange/limits.py, where the built-in ones do not fit: YIPAN_LIMITS="login=120 lookup=30".
YIPAN_LIMITS = {
    name: int(most) for name, _, most in (part.partition("=") for part in os.environ.get("YIPAN_LIMITS", "").split())
}
SANDBOX_URL = os.environ.get("YIPAN_SANDBOX_URL", "http://127.0.0.1:8701")
SYSTEMS = (
    "identity", "sms", "yuezhengyi", "elicence", "datashare", "catalogue", "seal", "acceptance", "rating", "ems",
    "locker",
)  # fmt: skip
YIPAN_CONNECTORS = {
    name: os.environ.get(f"YIPAN_CONNECTOR_{name.upper()}", f"{SANDBOX_URL}/{name}" if not SECURE else "")
    for name in SYSTEMS
}
# Signature of the provincial gateway; the sandbox's values are public demo values, production must set its own.
YIPAN_GATEWAY = {
    "paasid": os.environ.get("YIPAN_GATEWAY_PAASID", "" if SECURE else "sandbox"),
    "token": os.environ.get("YIPAN_GATEWAY_TOKEN", "" if SECURE else "sandbox-token-0001"),
}
# The province's identity service: the client registered there.
YIPAN_IDENTITY_CLIENT = {
    "id": os.environ.get("YIPAN_IDENTITY_CLIENT_ID", "" if SECURE else "yipan"),
    "secret": os.environ.get("YIPAN_IDENTITY_CLIENT_SECRET", "" if SECURE else "sandbox-client-secret"),
}
# The least real-name level (L1 to L4) that may apply here.
YIPAN_IDENTITY_LEVEL = int(os.environ.get("YIPAN_IDENTITY_LEVEL", "2"))
# The address people know this platform by: printed as QR codes on papers and licences.
YIPAN_PUBLIC_URL = os.environ.get("YIPAN_PUBLIC_URL", f"http://127.0.0.1:{os.environ.get('PORT', '8700')}").rstrip("/")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "yipan.house.logs.JsonLines"}},
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["lines"], "level": os.environ.get("YIPAN_LOG_LEVEL", "INFO")},
    # 4xx answers are people's mistakes and refusals; the access log of the proxy has them.
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "httpx": {"level": "WARNING"},
        "fontTools": {"level": "ERROR"},
        "procrastinate.blueprints": {"level": "WARNING"},
    },
}
YIPAN_KEYS = PLACES.keys
YIPAN_UPLOAD_LIMIT = int(os.environ.get("YIPAN_UPLOAD_LIMIT", str(100 * 1024 * 1024)))
YIPAN_CLAMAV = os.environ.get("YIPAN_CLAMAV", "")
YIPAN_REENCODE_IMAGES = os.environ.get("YIPAN_REENCODE_IMAGES", "1") == "1"
# Pairs the windows of a demo with its simulated devices; real windows are paired on their own page.
YIPAN_BRIDGE_TOKEN = os.environ.get("YIPAN_BRIDGE_TOKEN", "")
YIPAN_DEVICE_BRIDGE = os.environ.get("YIPAN_DEVICE_BRIDGE", "http://127.0.0.1:17703")
