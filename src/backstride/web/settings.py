"""Django's settings for the web app. What depends on how it is served is told by `serve` through the environment."""

from __future__ import annotations

import os
from pathlib import Path

from backstride.store.home import home_folder, only_mine
from backstride.web.secret import secret_key

_HERE = Path(__file__).parent

HOME = home_folder()
only_mine(HOME)
SECRET_KEY = secret_key(HOME)
DEBUG = False
LAN_HOSTS = tuple(filter(None, os.environ.get("BACKSTRIDE_LAN_HOSTS", "").split(",")))
"""Names and addresses under which others at home reach it; empty when it is served on this machine only."""
# A page of somewhere else that makes its name point here (DNS rebinding) names a host that is not among these, and gets nothing.
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *LAN_HOSTS]

INSTALLED_APPS = [
    "backstride.store",
    "backstride.web",
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
]
MIDDLEWARE = [
    "backstride.web.guard.Headers",
    "backstride.web.guard.OwnPagesOnly",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "backstride.web.language.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "backstride.web.uploads.EnoughRoom",
    "backstride.web.guard.SignedIn",
    "backstride.web.meant.MeantForMe",
    "backstride.web.errors.Readable",
]
ROOT_URLCONF = "backstride.web.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_HERE / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.template.context_processors.i18n",
                "backstride.web.here.around",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "backstride.web.templatetags.shown"],
        },
    }
]
DATABASES: dict[str, dict[str, object]] = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", "CONN_MAX_AGE": None}}
"""Stands in until `backstride.store.connect.connect` is told the real one."""
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"

USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [_HERE / "locale"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [_HERE / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False

# What is kept of a visit (who I am, language, units, whether signed in) stands in a signed cookie: no table, nothing to clean up.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_NAME = "backstride"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_AGE = 30 * 24 * 3600
CSRF_COOKIE_NAME = "backstride-csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_USE_SESSIONS = False
CSRF_FAILURE_VIEW = "backstride.web.errors.not_from_here"

# Large archives go to a file as they come in, never into memory.
UPLOADS = HOME / "uploads"
only_mine(UPLOADS)
FILE_UPLOAD_HANDLERS = ["backstride.web.uploads.ToDisk"]
FILE_UPLOAD_TEMP_DIR = str(UPLOADS)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20_000

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}, "nowhere": {"class": "logging.NullHandler"}},
    "loggers": {
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        # Refused hosts and forms are told to whoever sent them; in the terminal they would only drown what matters.
        "django.security": {"handlers": ["nowhere"], "propagate": False},
    },
}
