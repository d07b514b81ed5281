"""Django settings. Everything that differs between installations comes from the environment.

Each variable is documented in .env.example.
"""

from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from environ import Env

from config import embedded
from config.environment import (
    BASE_DIR,
    WrongSetting,
    boolean,
    database,
    folder,
    generated_secret,
    hosts,
    names,
    number,
    port,
    read,
    secret,
    secrets_in_turn,
    site_url,
    url_with_scheme,
)
from config.running import address_of_server

VAR_DIR = read("VAR_DIR", folder, BASE_DIR / "var", expected="a folder")

# --- who we are -----------------------------------------------------------------------------

DEBUG = read("DEBUG", boolean, False, expected="true or false")
PORT = read("PORT", port, 8000, expected="a port number from 1 to 65535")
SITE_URL = read(
    "SITE_URL",
    site_url,
    address_of_server(VAR_DIR) or f"http://127.0.0.1:{PORT}",
    expected="the address people type, such as https://nevertwice.example.com",
)
SITE_IS_SECURE = SITE_URL.startswith("https://")
SECRET_KEY = read(
    "SECRET_KEY", secret, "", expected="a random string of 50 characters or more"
) or generated_secret(VAR_DIR / "secret_key")
ALLOWED_HOSTS = [
    *read(
        "ALLOWED_HOSTS",
        names,
        [urlsplit(SITE_URL).hostname or "localhost"],
        expected="host names separated by commas",
    ),
    # What runs on the machine itself may ask /health/ and open a page without the proxy.
    *("127.0.0.1", "localhost"),
]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# --- what runs ------------------------------------------------------------------------------

INSTALLED_APPS = [
    "config",
    "backups",
    "home",
    "likeness",
    "search",
    "recurrence",
    "action_items",
    "incidents",
    "playbooks",
    "messaging",
    "accounts",
    "core",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "markdownx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.private_answers",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.TimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.KeepTypedTextMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "core.middleware.addresses_without_nul",
    "core.middleware.bounded_markdown",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["core.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- where things are kept ------------------------------------------------------------------

# Without DATABASE_URL there is the embedded PostgreSQL, started by whoever needs it.
EMBEDDED_POSTGRES = embedded.Server(VAR_DIR / "postgres")
DATABASE_IS_EMBEDDED = not read("DATABASE_URL", str, "", expected="")
DATABASES: dict[str, dict[str, Any]] = {
    "default": read(
        "DATABASE_URL",
        database,
        {
            "NAME": embedded.NAME,
            "USER": embedded.NAME,
            # Only there are its folders looked for, and made.
            "HOST": str(embedded.socket_folder(EMBEDDED_POSTGRES.folder))
            if DATABASE_IS_EMBEDDED
            else "",
        },
        expected="postgres://USER:PASSWORD@HOST:PORT/NAME",
    )
}
DATABASES["default"]["ENGINE"] = "config.postgresql"  # looks at pooled connections itself
# Planning takes as long as answering: what a connection has asked three times is prepared.
DATABASES["default"].setdefault("OPTIONS", {}).update(server_side_binding=True, prepare_threshold=3)
DATABASE_POOL_SIZE = read(
    "DATABASE_POOL_SIZE", number(0, 1000), 8, expected="a number from 0 to 1000"
)
if DATABASE_POOL_SIZE:
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": DATABASE_POOL_SIZE,
        "timeout": 5,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHE_URL = read(
    "CACHE_URL",
    url_with_scheme("redis", "rediss", "locmem", "locmemcache"),
    "locmemcache://",
    expected="redis://HOST:PORT/NUMBER",
)
CACHES = {"default": Env.cache_url_config(CACHE_URL)}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
if CACHE_URL.startswith("locmem"):
    # Each web process has a cache of its own: a session kept there would outlive its sign-out.
    SESSION_ENGINE = "django.contrib.sessions.backends.db"
    # Rendered Markdown and incident pages: some 40 pages with all their parts.
    CACHES["default"]["OPTIONS"] = {"MAX_ENTRIES": 3000}

MEDIA_ROOT = VAR_DIR / "uploads"
MEDIA_URL = "/uploads/"
FILE_UPLOAD_PERMISSIONS = 0o600  # nobody else on the machine reads what is in var/
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.HashedStaticFiles"},
}

UPLOAD_MAX_BYTES = 10 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

# --- backups --------------------------------------------------------------------------------

BACKUP_DIR = read("BACKUP_DIR", folder, VAR_DIR / "backups", expected="a folder")
for _taken in (EMBEDDED_POSTGRES.folder, MEDIA_ROOT, STATIC_ROOT):
    if _taken == BACKUP_DIR or _taken in BACKUP_DIR.parents:
        raise WrongSetting(
            f"BACKUP_DIR is {str(BACKUP_DIR)!r}; expected a folder outside {_taken}."
        )
BACKUP_NIGHTLY = read("BACKUP_NIGHTLY", boolean, DATABASE_IS_EMBEDDED, expected="true or false")
BACKUP_HOUR = read("BACKUP_HOUR", number(0, 23), 2, expected="an hour from 0 to 23, in UTC")
BACKUP_KEYS = read("BACKUP_KEYS", boolean, False, expected="true or false")
BACKUP_KEEP_DAILY = read(
    "BACKUP_KEEP_DAILY", number(1, 1000), 7, expected="a number from 1 to 1000"
)
BACKUP_KEEP_WEEKLY = read(
    "BACKUP_KEEP_WEEKLY", number(0, 1000), 4, expected="a number from 0 to 1000"
)

# --- mail and background work ---------------------------------------------------------------

MAIL_DIR = VAR_DIR / "mail"
EMAIL_URL = read(
    "EMAIL_URL",
    url_with_scheme("smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail"),
    "",
    expected="smtp://USER:PASSWORD@HOST:PORT",
)
if EMAIL_URL:
    vars().update(Env.email_url_config(EMAIL_URL))
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "accounts.mailbox.MailboxBackend"
DEFAULT_FROM_EMAIL = read(
    "DEFAULT_FROM_EMAIL", str, "Nevertwice <nevertwice@localhost>", expected="an address"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Chat channels hold secrets: the keys that they are kept with, the newest first.
CHANNEL_KEYS: list[str] = read(
    "CHANNEL_KEY", secrets_in_turn, [], expected="random strings of 50 characters or more"
)
CHANNEL_PRIVATE_HOSTS: list[str] = read(
    "CHANNEL_PRIVATE_HOSTS",
    hosts,
    [],
    expected="host names, addresses or networks such as 10.1.0.0/16",
)

BROKER_DIR = VAR_DIR / "broker"
CELERY_BROKER_URL = read(
    "CELERY_BROKER_URL",
    url_with_scheme("redis", "rediss", "amqp", "amqps", "filesystem"),
    "filesystem://localhost/",
    expected="redis://HOST:PORT/NUMBER or amqp://USER:PASSWORD@HOST:PORT/VHOST",
)

# --- language and time ----------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

# --- sign-in --------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
CSRF_FAILURE_VIEW = "accounts.views.csrf_failure"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody signs up, so strangers get no mail from us
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True

# --- safety ---------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = SITE_IS_SECURE
SECURE_REDIRECT_EXEMPT = ["^health/$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SITE_IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SITE_IS_SECURE
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if read("BEHIND_PROXY", boolean, False, expected="true or false"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # rate limits count the person's address, not the proxy's

# --- Markdown -------------------------------------------------------------------------------

MARKDOWNX_MARKDOWNIFY_FUNCTION = "core.markdown.render"
MARKDOWNX_URLS_PATH = "/markdown/preview/"

# --- logging --------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {
        "hide_secrets": {"()": "core.secret_addresses.HideSecrets"},
        "without_traceback": {"()": "core.refusals.WithoutTraceback"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["hide_secrets", "without_traceback"],
        },
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "nevertwice": {"level": "INFO"},
        # These name the addresses that they post to, which are secrets.
        "apprise": {"handlers": ["nowhere"], "level": "WARNING", "propagate": False},
        "urllib3": {"handlers": ["nowhere"], "level": "ERROR", "propagate": False},
    },
}
