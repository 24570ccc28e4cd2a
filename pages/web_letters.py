"""A letter as it is read in a browser: the words that went out, with its links, forms and images (M120)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import quote

from mailkit.composed_html import image_ids
from outbox.models import OutgoingMail, WebCopy
from outbox.outside_links import follow_links
from outbox.storage import read_bytes
from outbox.unsubscribing import link_of as unsubscribe_link_of
from outbox.web_copies import link_of
from pages.form_markup import fill_forms
from tracking.originals import original_html

RASTERS = frozenset(["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"])  # nothing that runs

_WORD = re.compile(r"\{(weblink|unsubscribelink)\}", re.IGNORECASE)
_IMAGE = re.compile(r"""(<img\b[^<>]*?\ssrc=")cid:([^"<>]{1,200})(?=")""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WebLetter:
    """`tracked_id`: None when nobody is to see who opens it."""

    subject: str
    html: str
    language: str
    tracked_id: int | None


@dataclass(frozen=True, slots=True)
class Image:
    content: bytes
    content_type: str


def show_letter(mail_id: int) -> WebLetter | None:
    """In the account's scope. None for a letter that has no web version, or is gone."""
    copy = WebCopy.objects.select_related("mail", "account").filter(mail=mail_id).first()
    if copy is None:
        return None
    mail = copy.mail
    html = _IMAGE.sub(lambda found: f"{found[1]}{link_of(mail)}/{quote(found[2], safe='@')}", copy.html)
    html = _fill(follow_links(mail, html), mail)
    if mail.tracked_id is not None:
        html = fill_forms(html, mail.tracked_id)
    return WebLetter(copy.subject, html, copy.account.language, mail.tracked_id if mail.track_opens else None)


def look_at_letter(mail_id: int) -> WebLetter | None:
    """For our own people: its links lead straight to where they lead."""
    shown = show_letter(mail_id)
    return replace(shown, html=original_html(shown.html)) if shown else None


def get_image(mail_id: int, content_id: str) -> Image | None:
    """One that stands in the letter. None for anything else that goes with it."""
    copy = WebCopy.objects.filter(mail=mail_id).only("html").first()
    if copy is None or content_id not in image_ids(copy.html):
        return None
    row = copy.mail.attachments.select_related("upload").filter(content_id=content_id).first()
    if row is None or row.upload.content_type not in RASTERS:
        return None
    return Image(read_bytes(row.upload.storage_name), row.upload.content_type)


def _fill(html: str, mail: OutgoingMail) -> str:
    urls = {"weblink": link_of, "unsubscribelink": unsubscribe_link_of}
    return _WORD.sub(lambda found: escape(urls[found[1].lower()](mail)), html)
