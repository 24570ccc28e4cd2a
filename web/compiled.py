"""The second template engine: Jinja2 for what every page draws, its frame and the list of conversations.

Jinja2 compiles templates to Python; Django's engine looks each name up anew, which was most of a page's time
(docs/adr/0025). They lie in web/jinja2, are rendered like others, and stand in a page of Django's engine by
`{% compiled name %}`. What parts draw is written once, in web.templatetags.parts: both engines call it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from web.addresses import url
from web.templatetags import lean, me_menu, parts


def environment(**options: Any) -> Environment:
    """For settings.TEMPLATES."""
    made = Environment(**{**options, "autoescape": True, "trim_blocks": True})  # noqa: S701  (it is on)
    made.globals |= {
        "_": word,
        "availability_choices": me_menu.availability_choices,
        "avatar": parts.avatar,
        "badge": parts.badge,
        "chosen_availability": me_menu.chosen_availability,
        "csrf_field": csrf_field,
        "dot": parts.dot,
        "drawn": drawn,
        "fixed": lean.fixed,
        "icon": parts.icon,
        "progress": parts.progress,
        "skeleton": parts.skeleton,
        "this_month": this_month,
        "url": url,
    }
    return made


def word(message: str) -> str:
    """A text in the reader's language. The templates have a few hundred, each is looked up once."""
    return _word(get_language(), message)


@lru_cache(maxsize=4096)
def _word(_language: str | None, message: str) -> str:
    return gettext(message)


def this_month() -> str:
    return f"{timezone.localdate():%Y-%m}"


def csrf_field(token: object) -> SafeString:
    return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token)


@pass_context
def drawn(context: Context, name: str) -> SafeString:
    """What `{% include %}` is for a template of Django's engine: for parts that are seldom shown."""
    return render_to_string(name, context.get_all(), request=context["request"])
