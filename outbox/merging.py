"""From what somebody wrote to what its reader gets: merge fields filled in, HTML cleaned, signed, with its quote below.

A letter and its preview are put together here, so that they are the same (M18).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.models import Membership
from crm.models import Contact, Lead
from letter_templates.fields import cards_of, letter_values
from letter_templates.models import Template
from letter_templates.rendering import has_fields, render_part
from letter_templates.signatures import Signature
from mailboxes.models import Mailbox
from mailkit.composed_html import clean_letter_html, clean_template_html
from mailkit.mime_text import html_to_text, letter_text
from outbox.texts import join_text, sign_html, sign_text

EMPTY_HTML = "<p></p>"  # of an empty letter that is HTML all the same


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote. `html` is "" for a letter of plain text."""

    subject: str
    text: str
    html: str = ""

    @property
    def has_fields(self) -> bool:
        return any(map(has_fields, (self.subject, self.text, self.html)))


@dataclass(frozen=True, slots=True)
class Quote:
    """The letter answered or forwarded, with the line above it, in both forms."""

    text: str = ""
    html: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """`empty_fields`: those that stand in the text though they have no value and no default."""

    words: Words
    empty_fields: tuple[str, ...] = ()


def words_of(form: str, *, subject: str, body: str) -> Words:
    """What stands in an editor, with its merge fields."""
    if form == Template.Format.TEXT:
        return Words(subject, body)
    html = clean_template_html(body) or EMPTY_HTML
    return Words(subject, letter_text(html), html)


def values_for(
    author: Membership, written_in: Mailbox | None, *, contact: Contact | None, lead: Lead | None
) -> dict[str, str]:
    """The merge fields of a letter, by name."""
    return letter_values(author, written_in, cards_of(contact=contact, lead=lead))


def fill_in(words: Words, values: Mapping[str, str]) -> Filled:
    """Raises PartRefused, whose `part` is the name in Words."""
    subject = render_part("subject", words.subject, values, "header")
    # Before the text, which may be made of it: a fault is told here.
    html = render_part("html", words.html, values, "html")
    text = render_part("text", words.text, values, "text")
    empty = dict.fromkeys([*subject.empty_fields, *html.empty_fields, *text.empty_fields])
    # Cleaned after it: what a field brought in may have become an address that runs.
    return Filled(Words(subject.text, text.text, clean_letter_html(html.text) if html.text else ""), tuple(empty))


def fill_in_links(source: str, values: Mapping[str, str]) -> list[str]:
    """Files by link, without those that are empty. Raises PartRefused."""
    lines = render_part("attachment_url", source, values, "text").text.splitlines()
    return [link for line in lines if (link := line.strip())]


def put_together(words: Words, signature: Signature, quote: Quote) -> Words:
    """The whole letter, signed above what it quotes."""
    text = join_text(sign_text(words.text, signature.text), quote.text or html_to_text(quote.html))
    if not words.html:
        return Words(words.subject, text)
    return Words(words.subject, text, sign_html(words.html, signature.html) + quote.html)
