"""Letters in a browser: {weblink} leads to the letter as it went out, {formlink} takes what its forms send (M120-M127).

What a letter looks like there is its kept words; the pages of it are pages.form_markup's and public_face's.
"""

from __future__ import annotations

from django.conf import settings

from accounts.public_tokens import make_token
from mailkit.form_reader import read_field_names
from outbox.merging import Words
from outbox.models import OutgoingMail, WebCopy
from outbox.texts import text_to_html
from tracking.addresses import web_url

WEB_LINK = "{weblink}"
FORM_LINK = "{formlink}"


def keep(mail: OutgoingMail, whole: Words) -> None:
    """Before anything is filled in for the words between single braces. Again after a crash: as it goes out at last."""
    if not needs_copy(whole):
        return
    html = whole.html or text_to_html(whole.text)
    kept = {"subject": whole.subject, "html": html, "form_fields": read_field_names(html)}
    WebCopy.objects.update_or_create(mail=mail, defaults=kept)


def needs_copy(whole: Words) -> bool:
    return any(word in part for part in (whole.text.lower(), whole.html.lower()) for word in (WEB_LINK, FORM_LINK))


def link_of(mail: OutgoingMail) -> str:
    """Where the letter is read in a browser. In the account's scope."""
    return web_url(mail.pk)


def form_link_of(mail: OutgoingMail) -> str:
    """Where its forms are sent to. The letter is tracked by then (OutgoingMail.tracked): forms of letters and of pages
    share an address, and it is that row which both have.
    """
    if mail.tracked_id is None:
        raise ValueError("a letter without its tracked row has no form")
    return form_address(mail.tracked_id)


def form_address(tracked_id: int) -> str:
    return f"{settings.PUBLIC_URL}/f/{make_token('form', tracked_id)}"
