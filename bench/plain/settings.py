"""No sign-in, no accounts."""

from __future__ import annotations

from pathlib import Path

from crm_mail.env import env

DEBUG = False
SECRET_KEY = "plain"
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "bench.plain.views"
INSTALLED_APPS = ["rest_framework"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]  # Content-Length: connections stay open
DATABASES = {
    "default": {**env.db_url("DATABASE_URL"), "ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 60},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TEMPLATES = [
    {"BACKEND": "django.template.backends.jinja2.Jinja2", "DIRS": [Path(__file__).parent]},
]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
