"""From what an administrator wrote to what a client sees: merge fields filled in, cleaned, put into a document.

A page is cleaned as a letter is: no scripts, no frames, forms only of ours. Beyond letters it may bring style sheets,
or nobody could lay it out for phones. See docs/adr/0039-pages-on-a-host-of-their-own.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.html import linebreaks, urlize
from django.utils.safestring import mark_safe

from accounts.models import Account
from crm.models import Card, Company, Customer, Lead
from letter_templates.fields import ACCOUNT, MAILBOX, USER, Cards, as_clients_read, card_values, cards_of
from letter_templates.models import Template
from letter_templates.rendering import render_part
from mailboxes.mailbox_fields import mailbox_texts
from mailkit.composed_html import clean_letter_html, clean_template_html
from mailkit.form_reader import read_field_names
from outbox.outside_links import harmless
from pages.models import Page
from pages.pictures import put_aside, put_back
from pages.policies import metrica_script
from pages.requests import PageFields

SHORT_CHARS = 100_000  # of a body that is kept cleaned: 64 of them take some twenty megabytes of a process at most
# In linear time: what never closes is not searched for again and again.
_STYLE = re.compile(r"<style\b[^<>]{0,200}>([^<]{0,200000})</style\s{0,9}>", re.IGNORECASE)
_TITLE = re.compile(r"<title\b[^<>]{0,200}>[^<]{0,2000}</title\s{0,9}>", re.IGNORECASE)  # `header` is the tab's name


@dataclass(frozen=True, slots=True)
class Filled:
    """A page for a card. `words` in single braces still stand in the body; `empty_fields` have no value."""

    header: str
    styles: str
    body: str
    format: str
    empty_fields: tuple[str, ...]


def fill_in(fields: PageFields, card: Card | None, account: Account) -> Filled:
    """In the language and time of the account. Raises PartRefused."""
    with as_clients_read(account):
        values = _values(card, account)
        header = render_part("header", fields.header, values, "header")
        if fields.format == Template.Format.TEXT:
            body = render_part("body", fields.body, values, "text")
            styles, html = "", _html_of_text(body.text)
        else:
            source, pictures = _cleaned(fields.body)
            body = render_part("body", source, values, "html")
            styles, html = "\n".join(_STYLE.findall(fields.body)), put_back(clean_letter_html(body.text), pictures)
    empty = tuple(dict.fromkeys([*header.empty_fields, *body.empty_fields]))
    return Filled(header.text, styles, html, fields.format, empty)


def field_names_of(page: Page) -> list[str]:
    """Those of its forms: what stands in a comment, say, asks nobody for anything."""
    return [] if page.format == Template.Format.TEXT else read_field_names(_cleaned(page.body)[0])


def _cleaned(body: str) -> tuple[str, Sequence[str]]:
    """Without its styles and its title; and its pictures, which stand elsewhere meanwhile."""
    return clean_short_body(body) if len(body) <= SHORT_CHARS else _clean_body(body)


def _clean_body(body: str) -> tuple[str, Sequence[str]]:
    source, pictures = put_aside(_TITLE.sub("", _STYLE.sub("", body)))
    return clean_template_html(source), tuple(pictures)


# A quarter of what a visit to a page without a cache time takes. It depends on the author's words alone; what is filled
# in for a client is kept nowhere but in its link.
clean_short_body = lru_cache(maxsize=64)(_clean_body)


def document_of(page: Filled, *, account: Account, metrica_id: str = "", gtm_id: str = "") -> str:
    """The whole document, ready to be shown."""
    facts = {
        "page": page,
        "language": account.language,
        "gtm_id": gtm_id,
        "metrica_id": metrica_id,
        "metrica_script": mark_safe(metrica_script(metrica_id)) if metrica_id else "",  # noqa: S308  (digits only)
    }
    return render_to_string("pages/document.html", facts)


def _html_of_text(text: str) -> str:
    """Paragraphs with links. A word between braces becomes one where it stands alone."""
    return _LINK_WORD.sub(r'<a href="\1">\1</a>', linebreaks(urlize(text, autoescape=True)))


_LINK_WORD = re.compile(r"(\{(?:triggerlink:[0-9]{1,9}|weblink|formlink)\})")


def _values(card: Card | None, account: Account) -> Mapping[str, str]:
    """As in a letter, but nobody writes it: the user is the card's responsible one, and there is no mailbox."""
    own = {f"{MAILBOX.name}.{code}": text for code, text in mailbox_texts(None).items()}
    user = USER.values_of(card.responsible if card else None)
    values = {**card_values(_cards(card)), **own, **user, **ACCOUNT.values_of(account), **MAILBOX.values_of(None)}
    return harmless(values)


def _cards(card: Card | None) -> Cards:
    """With those that follow from it."""
    match card:
        case None:
            return Cards()
        case Lead():
            return cards_of(lead=card)
        case Company():
            return Cards(company=card)
        case Customer():
            contact = card.contacts.order_by("name", "id").first()
            return Cards(contact=contact, company=contact.company if contact else None, customer=card)
        case _:
            return cards_of(contact=card)
