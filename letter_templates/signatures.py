"""Signatures of members and mailboxes: HTML, or plain text whose lines are kept; with merge fields of the sender.

Checked where people and programs hand them in (web.forms.signatures, api.signatures), which is before any transaction:
a check may take seconds. Whatever is stored is cleaned again when it is used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.html import escape

from accounts.models import Membership
from letter_templates.fields import sender_names, sender_values
from letter_templates.rendering import check, render
from mailboxes.access import get_mailbox_for
from mailboxes.models import Mailbox
from mailkit.composed_html import TAGS, clean_letter_html
from mailkit.mime_text import letter_text

MAX_CHARS = 100_000
_TAG = re.compile(r"</?([a-z][a-z0-9]*)(?:\s[^<>]*|/)?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signature:
    """Ready to stand below a letter, in both of its forms; both "" when there is none."""

    text: str = ""
    html: str = ""
    empty_fields: tuple[str, ...] = ()


def is_html(source: str) -> bool:
    """Whether a tag stands in it. "Bob <bob@acme.example>" is text."""
    return any(found[1].lower() in TAGS for found in _TAG.finditer(source))


def checked_signature(source: str) -> str:
    """As it is stored: cleaned, and sure to be renderable. Raises TemplateRefused."""
    cleaned = clean_letter_html(source) if is_html(source) else source
    check(cleaned, sender_names())
    return cleaned


def make_signature(source: str, values: Mapping[str, str]) -> Signature:
    """With its fields filled in (fields.sender_values). Raises TemplateRefused."""
    if not source.strip():
        return Signature()
    if not is_html(source):
        rendered = render(source, values, format="text")
        text = rendered.text.strip()
        return Signature(text, escape(text).replace("\n", "<br>"), rendered.empty_fields)
    rendered = render(source, values, format="html")
    html = clean_letter_html(rendered.text).strip()
    return Signature(letter_text(html), html, rendered.empty_fields)


def preview_signature(author: Membership, source: str, mailbox_id: int | str | None) -> Signature:
    """As it stands below a letter of this member, in this mailbox or their first. Raises TemplateRefused,
    MailboxNotFound.
    """
    if mailbox_id is None:
        seen = Mailbox.objects.visible_to(author).with_servers().order_by("address_key")
        mailbox = seen.filter(owner=author).first() or seen.first()
    else:
        mailbox = get_mailbox_for(author, mailbox_id)
    return make_signature(checked_signature(source), sender_values(author, mailbox))
