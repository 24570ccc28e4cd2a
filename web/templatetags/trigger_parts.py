"""Parts of the screens about triggers."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from automation.models import Trigger
from web.templatetags.parts import icon
from web.trigger_words import ICONS

register = template.Library()


@register.simple_tag
def kind_icon(kind: str) -> SafeString:
    return icon(ICONS[Trigger.Type(kind)], 18)


@register.simple_tag
def place_words(kind: str) -> SafeString:
    """What a text of a trigger may hold in single braces, as a line of help."""
    known = [
        ("{subject}", _("subject of the letter")),
        ("{sended_at}", _("when it was sent")),
        ("{id}", _("number of the letter")),
    ]
    if kind == "note":
        known.append(("{error}", _("why it was not sent")))
    listed = format_html_join(", ", "<code>{}</code> {}", known)
    return format_html('<p class="field-help">{}: {}. {}</p>', _("Filled in"), listed, _("Fields as in templates too."))
