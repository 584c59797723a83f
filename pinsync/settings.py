"""Settings, read from the environment (see .env.example for every variable).

A wrong value stops the start with one sentence that names the variable.
"""

import base64
import binascii
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

# Lets classes such as ModelAdmin name their model for the type checker.
django_stubs_ext.monkeypatch()

env = environ.Env()

# The launcher keeps what it made once (secrets, addresses of the embedded parts) in
# var/local.env. Values that are already set win: files never override the environment.
for _file in os.environ.get("PINSYNC_ENV_FILES", ".env,var/local.env").split(","):
    if _file and (BASE_DIR / _file).is_file():
        env.read_env(str(BASE_DIR / _file))


def _required(name: str, hint: str) -> str:
    # Not by env: it takes what begins with $ for the name of another variable.
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {hint}")
    return value


def _number(name: str, default: float, low: float, high: float) -> float:
    raw = env.str(name, default=str(default))
    try:
        value = float(raw)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise ImproperlyConfigured(
            f"{name} must be a number from {low:g} to {high:g}, not “{raw}”."
        )
    return value


def _one_of(name: str, default: str, choices: tuple[str, ...]) -> str:
    value: str = env.str(name, default=default)
    if value not in choices:
        raise ImproperlyConfigured(
            f"{name} must be one of {', '.join(choices)}, not “{value}”."
        )
    return value


def _boolean(name: str, default: bool) -> bool:
    raw = env.str(name, default=str(default)).lower()
    if raw in ("1", "true", "yes", "on"):
        return True
    if raw in ("0", "false", "no", "off", ""):
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not “{raw}”.")


def _fitting(name: str, default: str, pattern: str, hint: str) -> str:
    value: str = env.str(name, default=default)
    if not re.fullmatch(pattern, value):
        raise ImproperlyConfigured(f"{name} {hint}.")  # may hold a password: not shown
    return value


def _keys(name: str) -> list[bytes]:
    hint = "Make one with: python -m pinsync.launcher new-key"
    keys = []
    for position, text in enumerate(_required(name, hint).split(","), start=1):
        try:
            key = base64.b64decode(text.strip(), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != 32:
            raise ImproperlyConfigured(
                f"{name}: key {position} is not 32 bytes in base64. {hint}"
            )
        keys.append(key)
    return keys


VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

# --- The product -----------------------------------------------------------------

PRODUCT_NAME = env.str("PRODUCT_NAME", default="PinSync")
PORT = int(_number("PORT", 8000, 1, 65535))
PUBLIC_URL = _fitting(
    "PUBLIC_URL",
    f"http://localhost:{PORT}",
    r"https?://[^\s/?#]+/?",
    "must be an address such as https://pinsync.example.com, without a path",
).rstrip("/")
TIME_SCALE = _number("TIME_SCALE", 1.0, 0.001, 10)
DRAIN_THREADS = int(_number("DRAIN_THREADS", 16, 1, 32))
PACE = _one_of("PACE", "vendor", ("vendor", "off"))
_PRIVATE_HOSTS = _fitting(
    "ALLOWED_PRIVATE_HOSTS",
    "",
    r"|[^\s,]+:(\d+|\*)(,[^\s,]+:(\d+|\*))*",
    "must be a list such as 127.0.0.1:9101,ats.internal:443",
)
ALLOWED_PRIVATE_HOSTS = [host for host in _PRIVATE_HOSTS.split(",") if host]
SIMULATED_ATS = dict(
    pair.split("=", 1)
    for pair in _fitting(
        "SIMULATED_ATS",
        "",
        r"|[a-z0-9_]+=https?://[^\s=]+( [a-z0-9_]+=https?://[^\s=]+)*",
        "must be a list such as name=http://127.0.0.1:9101, separated by spaces",
    ).split()
)
CREDENTIALS_KEYS = _keys("CREDENTIALS_KEYS")

# --- Django ----------------------------------------------------------------------

SECRET_KEY = _required("SECRET_KEY", "Any long random text; keep it secret.")
DEBUG = _boolean("DEBUG", False)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
HTTPS = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "pinsync.accounts",
    "jobs",
    "candidates",
    "integrations",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
    "csp",
    "django_rq",
]

MIDDLEWARE = [
    "pinsync.health.Probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "pinsync.local_time.TimeZoneMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pinsync.accounts.middleware.OrganizationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "pinsync.urls"
WSGI_APPLICATION = "pinsync.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pinsync.accounts.context.frame",
            ],
        },
    },
]

# --- Storage ---------------------------------------------------------------------

# A network that swallows packets says nothing: without these a thread would wait for its
# answer for a quarter of an hour, and one that waits to be asked for ever. The second
# half tells the server the same, or locks of a host that vanished would hold up others.
_NOTICE_A_CUT = {
    "connect_timeout": 10,
    "tcp_user_timeout": 20_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "options": (
        "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 "
        "-c tcp_keepalives_count=3 -c tcp_user_timeout=20000 "
        "-c idle_in_transaction_session_timeout=60000"
    ),
}


def _database() -> dict[str, Any]:
    url = _fitting(
        "DATABASE_URL",
        f"sqlite:///{VAR_DIR}/pinsync.sqlite3",
        r"(postgres(ql)?|sqlite)://.+",
        "must start with postgres:// or sqlite:///",
    )
    try:
        config: dict[str, Any] = dict(env.db_url_config(url))
    except (environ.ImproperlyConfigured, ValueError) as error:
        raise ImproperlyConfigured("DATABASE_URL cannot be read.") from error
    options = config.setdefault("OPTIONS", {})
    if config["ENGINE"] == "django.db.backends.sqlite3":
        # Immediate transactions take the write lock at BEGIN, so that two writers wait
        # for each other instead of failing half-way; FULL keeps every commit.
        options["transaction_mode"] = "IMMEDIATE"
        options["timeout"] = 20
        options["init_command"] = (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        )
    else:
        # DATABASE_URL's own win. ``integrations.prepared`` has its plans kept.
        config["OPTIONS"] = {"prepare_threshold": 2, **_NOTICE_A_CUT, **options}
    config["CONN_MAX_AGE"] = 60
    config["CONN_HEALTH_CHECKS"] = True
    return config


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = _fitting(
    "REDIS_URL",
    "redis://127.0.0.1:6379/0",
    r"(rediss?|unix)://\S+",
    "must start with redis://, rediss:// or unix://",
)

# --- Background work -------------------------------------------------------------
# RQ only wakes workers: the ledger is the database. No retries, no scheduler, JSON only.

_QUEUE = {"URL": REDIS_URL, "SERIALIZER": "json", "DEFAULT_RESULT_TTL": 0}
RQ_QUEUES = {
    "exports": {**_QUEUE, "DEFAULT_TIMEOUT": 900},
    "documents": {**_QUEUE, "DEFAULT_TIMEOUT": 900},
    "checks": {**_QUEUE, "DEFAULT_TIMEOUT": 900},
}
RQ = {"WORKER_CLASS": "pinsync.worker.Worker"}
RQ_SHOW_ADMIN_LINK = True

# --- Mail ------------------------------------------------------------------------
# Off unless EMAIL_URL is set; what it would say stands on the administrators' pages, too.

_EMAIL_URL = _fitting(
    "EMAIL_URL",
    "",
    r"|(smtp|smtps|smtp\+tls|smtp\+ssl|consolemail)://\S*",
    "must be an address such as smtp+tls://user:password@mail.example.com:587",
)
MAIL_IS_ON = bool(_EMAIL_URL)
if MAIL_IS_ON:
    globals().update(env.email_url_config(_EMAIL_URL))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = _fitting(
    "MAIL_FROM",
    f"pinsync@{urlsplit(PUBLIC_URL).hostname}",
    r"[^@\r\n]+@[^@\r\n]+",
    "must be the address that mails come from",
)

# --- Who may come in -------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "jobs:list"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Ten wrong passwords for one address from one host close that door for 15 minutes.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
# How many proxies in front add the address of whoever asks them to X-Forwarded-For.
PROXIES = int(_number("PROXIES", 0, 0, 10))
AXES_CLIENT_IP_CALLABLE = "pinsync.accounts.throttle.host_of"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_VERBOSE = False

SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = False  # the proxy in front does it (docs: going to production)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # the candidate page shows its own resume preview

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'self'"],
        "frame-src": ["'self'"],
        "frame-ancestors": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
    },
    # The Django admin and RQ's pages in it bring a few inline styles and scripts.
    "EXCLUDE_URL_PREFIXES": ["/admin/"],
}

# --- Pages -----------------------------------------------------------------------

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = VAR_DIR / "media"
FILE_UPLOAD_HANDLERS = [
    "pinsync.uploads.Limit",  # first: what is too large reaches no other
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000

# --- Logs ------------------------------------------------------------------------

LOG_LEVEL = _one_of("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
# Whoever has it may read /metrics; without it nobody may.
METRICS_TOKEN = _fitting(
    "METRICS_TOKEN",
    "",
    r"|\S{16,}",
    "must be a random text of 16 characters or more, without spaces",
)
LOG_FORMAT = _one_of("LOG_FORMAT", "text", ("text", "json"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        # Each leaves out what could be anybody's data; see pinsync/logs.py.
        "text": {"()": "pinsync.logs.TextFormatter"},
        "json": {"()": "pinsync.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # Its warnings name addresses and users; we keep our own words.
        "axes": {"level": "ERROR"},
        "rq.worker": {"level": "WARNING"},
        "xhtml2pdf": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}

SILENCED_SYSTEM_CHECKS = ["security.W008"]  # the proxy redirects to HTTPS
