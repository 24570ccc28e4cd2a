"""All settings, by environment only. `.env.example` documents each; a wrong value is a start-up error that names it.

There is no insecure default: what must be secret has none. `EMBEDDED=true` (set by `./crm-mail up`) relaxes exactly
what one machine on loopback needs: plain http, and `localhost` as a mail server.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from crm_mail import openapi, schedule
from crm_mail.env import (
    encryption_keys,
    env,
    folder_storage,
    nameservers,
    oauth_overrides,
    object_storage,
    origin,
    ports,
    switch,
    whole,
)
from crm_mail.template_engines import template_engines

BASE_DIR = Path(__file__).resolve().parent.parent

# ---------------------------------------------------------------------------------------------------- where we are
EMBEDDED = switch("EMBEDDED", default=False)
SECRET_KEY = env.str("SECRET_KEY")
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("SECRET_KEY must have at least 32 characters")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # links in letters live for years
DEBUG = False
BASE_URL = origin("BASE_URL")
PUBLIC_URL = origin("PUBLIC_URL")
EVENTS_URL = origin("EVENTS_URL", default=BASE_URL)
_hosts = {host for url in (BASE_URL, PUBLIC_URL, EVENTS_URL) if (host := urlsplit(url).hostname)}
ALLOWED_HOSTS = sorted(_hosts)
if urlsplit(PUBLIC_URL).hostname == urlsplit(BASE_URL).hostname:
    raise ImproperlyConfigured("PUBLIC_URL must have another host name than BASE_URL: strangers open what lies there")
# Pages may have a name before it: label.PAGES_DOMAIN.
PAGES_DOMAIN = env.str("PAGES_DOMAIN", default=urlsplit(PUBLIC_URL).hostname or "").lower().rstrip(".")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
IS_HTTPS = BASE_URL.startswith("https://")
if not IS_HTTPS and not EMBEDDED and urlsplit(BASE_URL).hostname not in ("localhost", "127.0.0.1"):
    raise ImproperlyConfigured("BASE_URL must begin with https:// (http is for localhost only)")

# ---------------------------------------------------------------------------------------------------- applications
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",  # its widget templates, for FORM_RENDERER
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_htmx",
    "template_partials",
    "js_asset",
    "django_prose_editor",
    "accounts",
    "crm",
    "mailboxes",
    "tracking",
    "letter_templates",
    "threads",
    "sync",
    "outbox",
    "smart_addresses",
    "pages",
    "privacy",
    "automation",
    "public_face",
    "api",
    "web",
    "crm_mail",
]
MIDDLEWARE = [
    "crm_mail.middleware.RequestIdMiddleware",
    "public_face.hosts.PublicHostMiddleware",  # strangers are answered here; all below is for people who sign in
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # its files are compressed beforehand
    # BREACH guesses the secret of a compressed page by its length. Ours is the CSRF token, which Django masks anew in
    # each answer; and it adds a random number of bytes to each.
    "crm_mail.middleware.CompressTextMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.TenantMiddleware",
    "accounts.middleware.PreferencesMiddleware",
]
ROOT_URLCONF = "crm_mail.urls"
WSGI_APPLICATION = "crm_mail.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = template_engines(BASE_DIR)
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# ---------------------------------------------------------------------------------------------------- database
# One alias, as the application's login. `manage.py migrate` and tests connect as the owner (docs/adr/0003).
DATABASES = {"default": env.db_url("DATABASE_URL")}
_owner = env.db_url("DATABASE_OWNER_URL") if env.str("DATABASE_OWNER_URL", default="") else {}
DATABASES["default"].update(
    ENGINE="django.db.backends.postgresql",
    APP_USER=DATABASES["default"]["USER"],
    OWNER_USER=_owner.get("USER", ""),
    OWNER_PASSWORD=_owner.get("PASSWORD", ""),
    CONN_MAX_AGE=60,
    CONN_HEALTH_CHECKS=True,
    DISABLE_SERVER_SIDE_CURSORS=True,  # they cannot carry a tenant scope, and PgBouncer forbids them
    ATOMIC_REQUESTS=False,  # nothing is held over network calls
)

# ---------------------------------------------------------------------------------------------------- redis, celery
REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "crm_mail.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
}
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_TIME_LIMIT = 300  # always below the visibility time-out, or a task runs twice at once
CELERY_TASK_SOFT_TIME_LIMIT = 240
# A queue's record is in PostgreSQL; the broker only wakes. So it may lose everything (docs/adr/0005).
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "max_retries": 3,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 1,
}
CELERY_TASK_DEFAULT_QUEUE = "maintenance"
CELERY_TASK_ROUTES = schedule.ROUTES
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = schedule.BEAT

# ---------------------------------------------------------------------------------------------------- people
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.MemberBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # people come by invitation, which has proved the address
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
# Rate limits count by the caller's address, which only as many proxies as we really have may name.
ALLAUTH_TRUSTED_PROXY_COUNT = whole("TRUSTED_PROXIES", 0)
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "reset_password": "5/m/ip,3/m/key"}
SUDO_MINUTES = whole("SUDO_MINUTES", 15, least=1)  # so long after it no password is asked for secrets and rights
ACCOUNT_REAUTHENTICATION_TIMEOUT = SUDO_MINUTES * 60  # the same on allauth's pages of the second factor
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # as above; else a stranger who asks for a new password would forbid it to its owner
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"  # without Redis: from the table
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
# By these names browsers take a cookie from this host alone: scripts on pages of clients may run on one beside it.
SESSION_COOKIE_NAME = "__Host-sessionid" if IS_HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if IS_HTTPS else "csrftoken"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "web.views.errors.csrf_failure"

# ---------------------------------------------------------------------------------------------------- browser safety
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_SSL_REDIRECT = False  # the proxy in front does it; health checks come by plain http
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # the reader frames our own message pages
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
        "form-action": [SELF],
        "connect-src": [SELF, *([EVENTS_URL] if EVENTS_URL != BASE_URL else [])],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024  # a body of 8 MB, form-encoded
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# ---------------------------------------------------------------------------------------------------- files
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "build" / "static")))
STATICFILES_DIRS = [BASE_DIR / "web" / "static"]
STORAGES = {
    # Raw letters, uploads and kept attachments, by content address. Public to nobody: no URL leads here.
    "default": object_storage() if env.str("STORAGE_S3_BUCKET", default="") else folder_storage(),
    "staticfiles": {"BACKEND": "crm_mail.storage.StaticStorage"},
}
WHITENOISE_MAX_AGE = 600

# ---------------------------------------------------------------------------------------------------- languages
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# ---------------------------------------------------------------------------------------------------- mailbox secrets
# "id:base64key[,id:base64key...]": the first encrypts, all decrypt (docs/adr/0006).
CREDENTIALS_KEYS = encryption_keys("CREDENTIALS_KEYS")

# ---------------------------------------------------------------------------------------------------- mail providers
# Client id and secret, as registered there with BASE_URL + /oauth/callback/. Without them the password way is offered.
OAUTH_CLIENTS = {
    "google": (env.str("OAUTH_GOOGLE_CLIENT_ID", default=""), env.str("OAUTH_GOOGLE_CLIENT_SECRET", default="")),
    "microsoft": (
        env.str("OAUTH_MICROSOFT_CLIENT_ID", default=""),
        env.str("OAUTH_MICROSOFT_CLIENT_SECRET", default=""),
    ),
    "yandex": (env.str("OAUTH_YANDEX_CLIENT_ID", default=""), env.str("OAUTH_YANDEX_CLIENT_SECRET", default="")),
    "mailru": (env.str("OAUTH_MAILRU_CLIENT_ID", default=""), env.str("OAUTH_MAILRU_CLIENT_SECRET", default="")),
}
if any(bool(client_id) != bool(secret) for client_id, secret in OAUTH_CLIENTS.values()):
    raise ImproperlyConfigured("OAUTH_..._CLIENT_ID and OAUTH_..._CLIENT_SECRET are set together, or neither is")
OAUTH_OVERRIDES = oauth_overrides("OAUTH_OVERRIDES")
if not OAUTH_OVERRIDES.keys() <= OAUTH_CLIENTS.keys():
    raise ImproperlyConfigured(f"OAUTH_OVERRIDES knows the providers {', '.join(OAUTH_CLIENTS)}")

# ---------------------------------------------------------------------------------------------------- our own mail
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 30  # seconds: without it a silent server holds a worker for ever
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="crm-mail@localhost")

# ---------------------------------------------------------------------------------------------------- smart addresses
# <account>@MAIL_DOMAIN, contact@<account>.MAIL_DOMAIN, lead@<account>.MAIL_DOMAIN (K41, K43)
MAIL_DOMAIN = env.str("MAIL_DOMAIN", default=urlsplit(BASE_URL).hostname or "localhost").lower().rstrip(".")
SMTPD_NAME = env.str("SMTPD_NAME", default=MAIL_DOMAIN)  # how the listener greets
SMTPD_HOST = env.str("SMTPD_HOST", default="127.0.0.1")
SMTPD_PORT = whole("SMTPD_PORT", 2525)  # 0 = no SMTP
SMTPD_LMTP_HOST = env.str("SMTPD_LMTP_HOST", default="127.0.0.1")
SMTPD_LMTP_PORT = whole("SMTPD_LMTP_PORT", 0)  # 0 = no LMTP
SMTPD_TLS_CERT = env.str("SMTPD_TLS_CERT", default="")
SMTPD_TLS_KEY = env.str("SMTPD_TLS_KEY", default="")
SMTPD_SPOOL_DIR = env.str("SMTPD_SPOOL_DIR", default="")
SMART_CARDS_A_DAY = whole("SMART_CARDS_A_DAY", 1000, least=1)  # of an account, by letters of strangers

# ---------------------------------------------------------------------------------------------------- product numbers
IMPORT_MESSAGES = whole("IMPORT_MESSAGES", 500, least=1)  # K10
IMPORT_DAYS = whole("IMPORT_DAYS", 30)  # K10; 0 = no limit of age
SYNC_THREADS = whole("SYNC_THREADS", 32, least=2)  # mailboxes that one process looks at at once
SYNC_ROUNDS = whole("SYNC_ROUNDS", 2, least=1)  # as many worker processes look for mail, when there are as many
SYNC_DAILY_BYTES = whole("SYNC_DAILY_MB", 2000, least=1) * 1024 * 1024  # of older mail, a mailbox
HOST_CONNECTIONS = whole("HOST_CONNECTIONS", 64, least=1)  # visits to one provider at once
POLL_MIN_MINUTES = whole("POLL_MIN_MINUTES", 15, least=1)  # K11
POLL_MAX_MINUTES = whole("POLL_MAX_MINUTES", 30, least=1)  # K11
DELETED_DAYS = whole("DELETED_DAYS", 30, least=1)  # K63, in Deleted, then gone for good
ATTACHMENTS_MAX_BYTES = whole("ATTACHMENTS_MAX_MB", 100, least=1) * 1024 * 1024  # M16, a letter
IMAGE_MAX_BYTES = whole("IMAGE_MAX_MB", 5, least=1) * 1024 * 1024  # M16, one in the text
UNSENT_FILES_MAX_BYTES = whole("UNSENT_FILES_MAX_MB", 1024, least=1) * 1024 * 1024  # a member's, in drafts or nowhere
TEMPLATE_FILES_MAX_BYTES = whole("TEMPLATE_FILES_MAX_MB", 50, least=1) * 1024 * 1024  # M45, a template
BODY_MAX_BYTES = whole("BODY_MAX_MB", 8, least=1) * 1024 * 1024  # M21
UNDO_SECONDS = whole("UNDO_SECONDS", 10)  # M20, in the UI
SEND_PER_SECOND = whole("SEND_PER_SECOND", 1)  # M20, letters of a mailbox; 0 = no limit
DAILY_WARN = whole("DAILY_WARN", 2000)  # M91, letters of a mailbox; 0 = no word
DAILY_LIMIT = whole("DAILY_LIMIT", 3000)  # M91, of a mailbox without a number of its own; 0 = no limit
# What rules of the account send to one person at most (M98).
TRIGGER_TEMPLATE_PER_DAY = whole("TRIGGER_TEMPLATE_PER_DAY", 3)  # letters of one template
TRIGGER_ADDRESS_PER_DAY = whole("TRIGGER_ADDRESS_PER_DAY", 100)  # of one template to an address that it always goes to
TRIGGER_LETTERS_PER_DAY = whole("TRIGGER_LETTERS_PER_DAY", 10)  # of all
TRIGGER_MAX_DEPTH = whole("TRIGGER_MAX_DEPTH", 5)  # letters that lead to one another
TRACK_HITS_A_MINUTE = whole("TRACK_HITS_A_MINUTE", 30, least=1)  # kept of a pixel or link; the others are counted
TRACK_KEEP_DAYS = whole("TRACK_KEEP_DAYS", 90, least=1)  # then opens and clicks lose their visitor's IP and program
RUN_KEEP_DAYS = whole("RUN_KEEP_DAYS", 180, least=8)  # of triggers and stages, after their end; a week is counted
OUTGOING_IPS = env.list("OUTGOING_IPS", default=[])  # K05
SUPPORT_EMAIL = env.str("SUPPORT_EMAIL", default="")  # K05
WATCHER_COUNT = whole("WATCHER_COUNT", 1, least=1)  # A06: so many processes share the mailboxes of push
WATCHER_INDEX = whole("WATCHER_INDEX", 0)
if WATCHER_INDEX >= WATCHER_COUNT:
    raise ImproperlyConfigured("WATCHER_INDEX must be below WATCHER_COUNT")
MAIL_CONNECT_SECONDS = whole("MAIL_CONNECT_SECONDS", 15, least=1)
MAIL_READ_SECONDS = whole("MAIL_READ_SECONDS", 30, least=1)
MAIL_PORTS = ports("MAIL_PORTS", ["143", "993", "25", "465", "587", "2525"])
MAIL_CA_FILE = env.str("MAIL_CA_FILE", default="")  # a private authority for the company's own mail servers
ACCEPT_IDN = switch("ACCEPT_IDN", default=False)  # K06
MAIL_PRIVATE_NETWORKS = env.list("MAIL_PRIVATE_NETWORKS", default=[])  # CIDRs where own mail servers may lie
DNS_SERVERS = nameservers("DNS_SERVERS")  # who is asked about mail domains; none: those of the machine
OFFLINE_MINUTES = whole("OFFLINE_MINUTES", 5, least=1)  # G11
if POLL_MAX_MINUTES < POLL_MIN_MINUTES:
    raise ImproperlyConfigured("POLL_MAX_MINUTES must not be below POLL_MIN_MINUTES")

# ---------------------------------------------------------------------------------------------------- API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.MemberAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["api.permissions.IsMember", "api.permissions.IsFresh"],
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.URLPathVersioning",
    "DEFAULT_VERSION": "v1",
    "ALLOWED_VERSIONS": ["v1"],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.CursorPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "api.schema.ProblemAutoSchema",
    "EXCEPTION_HANDLER": "api.problems.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = openapi.SETTINGS

# ---------------------------------------------------------------------------------------------------- logs
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING_CONFIG = "crm_mail.logs.configure"
LOGGING = {"level": LOG_LEVEL}

SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # SECURE_SSL_REDIRECT: the proxy in front redirects
    "security.W019",  # X_FRAME_OPTIONS: our reader frames our own message pages
    *([] if IS_HTTPS else ["security.W004", "security.W012", "security.W016"]),  # http on loopback only, see BASE_URL
]
LANGUAGE_COOKIE_SAMESITE = "Lax"
