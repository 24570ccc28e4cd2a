"""The two template engines: Django's for pages, Jinja2 for what every page draws (docs/adr/0025)."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def template_engines(base: Path) -> list[dict[str, Any]]:
    """TEMPLATES of the settings. A name is looked for in Django's engine first."""
    return [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [base / "web" / "templates"],
            "APP_DIRS": False,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                    "django.template.context_processors.i18n",
                    "web.context.shell",
                ],
                "loaders": [
                    (
                        "template_partials.loader.Loader",
                        [
                            (
                                "django.template.loaders.cached.Loader",
                                [
                                    "django.template.loaders.filesystem.Loader",
                                    "django.template.loaders.app_directories.Loader",
                                ],
                            )
                        ],
                    )
                ],
                "builtins": ["django.templatetags.i18n", "django.templatetags.static", "web.templatetags.parts"],
            },
        },
        {
            "BACKEND": "django.template.backends.jinja2.Jinja2",
            "DIRS": [base / "web" / "jinja2"],
            "OPTIONS": {"environment": "web.compiled.environment", "context_processors": ["web.context.shell"]},
        },
    ]
