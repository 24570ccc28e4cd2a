"""What makes large pages cheap: compiled templates, and parts that are the same for everybody."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.template import engines
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag(takes_context=True)
def compiled(context: template.Context, name: str) -> SafeString:
    """As `{% include %}`, for a template of web/jinja2."""
    jinja = engines["jinja2"].env  # type: ignore[attr-defined]  # Django's Jinja2 backend has one
    return mark_safe(jinja.get_template(name).render(context.flatten()))  # noqa: S308  (Jinja2 has escaped it)


@register.simple_tag
def fixed(name: str, **facts: str | int | bool) -> SafeString:
    """As `{% include name with facts only %}`, drawn once a process: nothing in it may depend on the request."""
    return _drawn(name, get_language(), tuple(facts.items()))


@lru_cache(maxsize=256)
def _drawn(name: str, _language: str | None, facts: tuple[tuple[str, str | int | bool], ...]) -> SafeString:
    return render_to_string(name, dict(facts))
