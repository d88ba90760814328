"""Settings, read from the environment; `.env.example` lists every variable.

Without DATABASE_URL the portal is in local mode (demo and tests): a private PostgreSQL on a unix
socket, a file-based broker, messages printed to the console. With DATABASE_URL it is in production
mode and refuses to start without SECRET_KEY, ALLOWED_HOSTS, PUBLIC_URL and CELERY_BROKER_URL.
"""

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.environment import env_flag, env_int, env_list, parse_database_url, required, required_list
from config.postgres_folders import socket_directory

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

DATABASE_URL = os.environ.get("DATABASE_URL", "")
LOCAL_MODE = not DATABASE_URL

SECRET_KEY = "local-mode-only-not-a-secret" if LOCAL_MODE else required("SECRET_KEY")
# Secrets of before, while what they have signed or marked is to be recognised.
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
DEBUG = env_flag("DEBUG", default=False)
ALLOWED_HOSTS = (
    ["localhost", "127.0.0.1", "[::1]", "testserver", *env_list("ALLOWED_HOSTS")]
    if LOCAL_MODE
    else required_list("ALLOWED_HOSTS")
)
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
# The address that messages and QR codes point to.
PUBLIC_URL = os.environ.get("PUBLIC_URL") or ("http://127.0.0.1:8000" if LOCAL_MODE else required("PUBLIC_URL"))

INSTALLED_APPS = [
    # Before the admin: its templates override the stock ones.
    "clinics.apps.ClinicsConfig",
    "config.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "simple_history",
    "config.apps.ScheduleConfig",
    "allauth",
    "allauth.account",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "csp",
    "patients.apps.PatientsConfig",
    "notifications.apps.NotificationsConfig",
    "loyalty.apps.LoyaltyConfig",
    "config.apps.ProjectConfig",
]

MIDDLEWARE = [
    # First: probes come by IP address and over http.
    "config.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "config.null_bytes.NullByteMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": (
        {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "loyalty",
            "USER": "loyalty",
            "HOST": str(socket_directory(BASE_DIR)),
        }
        if LOCAL_MODE
        else parse_database_url(DATABASE_URL)
    )
    | {
        # A new connection per request costs more than the request's own queries.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # Ledger acts are one statement each: prepared on the server, they skip parsing and planning.
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 3},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["CACHE_URL"]}
        if os.environ.get("CACHE_URL")
        # Shared by all web processes: log-in limits must not be counted per process. Django's own 300 entries
        # would let a stranger push the count of somebody's wrong codes out by asking for codes to other phones.
        else {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "portal_cache",
            "OPTIONS": {"MAX_ENTRIES": 50_000},
        }
    )
}

AUTH_USER_MODEL = "auth.User"
AUTHENTICATION_BACKENDS = [
    "clinics.role_backend.RoleBackend",
    "patients.cabinet.session_backend.PatientBackend",
]

# Patients log in by phone and one-time code; the pages are the cabinet's own.
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "cabinet_home"
ACCOUNT_ADAPTER = "patients.cabinet.adapter.PatientAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
# Longer than a code lives: its page must still be there to say that the code is late.
ACCOUNT_LOGIN_TIMEOUT = 60 * 60
ACCOUNT_PHONE_VERIFICATION_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
# An address may be a whole clinic's Wi-Fi or a mobile operator; a phone is one person.
ACCOUNT_RATE_LIMITS = {
    "login_code_pause": "1/60s/key",
    "login_code_request": "20/m/ip,200/h/ip,5/15m/key,15/d/key",
    "login_code_try": "5/15m/key",
    "login_code_address": "60/15m/ip",
    "join_code_pause": "1/60s/key",
    # Codes of the registration go to anybody's phone: what the whole portal may send in a day, against pumping.
    "join_code_budget": f"{env_int('JOIN_CODES_PER_DAY', default=500)}/d/key",
    "staff_login": "10/15m/key",
    "staff_code": "5/15m/key",
    "staff_address": "60/15m/ip",
}
# How many proxies of our own stand in front; the visitor's address is counted from the right of X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXIES", "0" if LOCAL_MODE else "1"))

# Roles that export or change the program confirm the log-in with a code of their phone. The demo's staff need not:
# whoever looks at it has no phone set up. A person who has set one up is asked for its code everywhere.
STAFF_SECOND_STEP = env_flag("STAFF_SECOND_STEP", default=not LOCAL_MODE)
OTP_TOTP_ISSUER = "Clinic loyalty"
# Tries are counted in one place, ACCOUNT_RATE_LIMITS.
OTP_TOTP_THROTTLE_FACTOR = OTP_STATIC_THROTTLE_FACTOR = 0
CSRF_FAILURE_VIEW = "patients.cabinet.errors.stale_form"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Whether people of one household may be written down as each other's friends.
REFERRALS_WITHIN_HOUSEHOLD = env_flag("REFERRALS_WITHIN_HOUSEHOLD", default=False)
# How long the mark of a phone whose owner has left is kept against a second gift for joining.
FORMER_MEMBERS_KEPT_MONTHS = env_int("FORMER_MEMBERS_KEPT_MONTHS", default=36)

LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", _("Russian")), ("en", _("English"))]
TIME_ZONE = "Europe/Moscow"
USE_I18N = True
FORMAT_MODULE_PATH = "config.formats"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = None if LOCAL_MODE else BASE_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if LOCAL_MODE
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
# Local mode serves the apps' own files without a collectstatic step.
WHITENOISE_USE_FINDERS = LOCAL_MODE

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Knows whose a session is: a dismissed person's end at once.
SESSION_ENGINE = "clinics.models.portal_session"
SESSION_COOKIE_HTTPONLY = True
if not LOCAL_MODE:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env_flag("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

CELERY_BROKER_URL = "filesystem://localhost/" if LOCAL_MODE else required("CELERY_BROKER_URL")
if CELERY_BROKER_URL.startswith("filesystem://"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR_DIR / "broker"),
        "data_folder_out": str(VAR_DIR / "broker"),
        "control_folder": str(VAR_DIR / "broker-control"),
        "store_processed": False,
    }
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_ENABLE_UTC = True

# The clock may be moved on by `manage.py demo_clock` in the demo's own database, for all commands alike;
# tests set the moment themselves, and production never has it.
DEMO_CLOCK = LOCAL_MODE and env_flag("DEMO_CLOCK", default="PRIVATE_POSTGRES" not in os.environ)

EMAIL_BACKEND = os.environ.get(
    "EMAIL_BACKEND",
    f"django.core.mail.backends.{'console' if LOCAL_MODE else 'smtp'}.EmailBackend",
)
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = env_int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_flag("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "loyalty@localhost")

# SMSC.ru's HTTP API; without a login local mode prints messages to the console instead.
SMSC_BASE_URL = os.environ.get("SMSC_BASE_URL", "https://smsc.ru")
SMSC_LOGIN = os.environ.get("SMSC_LOGIN", "")
SMSC_PASSWORD = os.environ.get("SMSC_PASSWORD", "")
SMSC_SENDER = os.environ.get("SMSC_SENDER", "")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["console"],
        "level": os.environ.get("LOG_LEVEL", "WARNING" if LOCAL_MODE else "INFO"),
    },
}
