"""A letter as a person or a program asks for it, checked before anything is stored."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from letter_templates.trigger_choice import TriggerChoice
from mailkit.addresses import AddressRefused, email_key, parse_typed_address
from mailkit.types import Address
from outbox.errors import (
    InvalidRecipient,
    InvalidSubject,
    LetterRefused,
    NoRecipients,
    TooLarge,
    TooManyRecipients,
)
from outbox.models import OutgoingRecipient

MAX_RECIPIENTS = 100  # what every server takes in one go (RFC 5321 section 4.5.3.1.8)
MAX_SUBJECT_CHARS = 900
MAX_LINKS = 10
MAX_LINK_CHARS = 2_000
_LINK_STARTS = ("http://", "https://", "{{", "{%")

Kind = OutgoingRecipient.Kind


@dataclass(frozen=True, slots=True)
class LetterRequest:
    """`to`, `cc`, `bcc` hold one address each, as typed: `a@b.example` or `Name <a@b.example>`.

    With `merge_fields`, subject, text and html hold merge fields. What others wrote stands in the quotes, where none is
    ever looked for.
    """

    mailbox_id: int
    to: Sequence[str]
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    subject: str = ""
    text: str = ""
    html: str = ""
    quote_text: str = ""  # the letter answered or forwarded, in both forms
    quote_html: str = ""
    merge_fields: bool = False
    with_signature: bool = True
    alias_id: int | None = None  # another From address of the mailbox (R16)
    template_id: int | None = None
    attachment_url: str = ""  # files by link, one a line, fetched when the letter is made (M46)
    contact_id: int | None = None  # whose fields are filled in; without one, those of the first recipient
    lead_id: int | None = None
    reply_to_message_id: int | None = None
    forward_message_id: int | None = None
    upload_ids: Sequence[int] = ()
    content_ids: Mapping[int, str] = field(default_factory=dict)  # by upload: images that stand in the html
    send_at: datetime | None = None  # aware; None: at once
    undo_seconds: int = 0
    triggers: TriggerChoice | None = None  # checked by automation.choice; None: those of the template that fills it in
    track_opens: bool | None = None  # None: as the mailbox
    track_links: bool | None = None
    is_automatic: bool = False  # a rule of the account sends it
    is_test: bool = False  # to its author, as a client would get it: nothing in it acts
    depth: int = 0  # letters of triggers that led to it, itself among them (M98)
    mailing_id: int | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address of the letter, once: who stands in To is left out of Cc and Bcc."""

    kind: Kind
    address: Address


def recipients_of(request: LetterRequest) -> list[Recipient]:
    """Raises InvalidRecipient, NoRecipients, TooManyRecipients."""
    found: dict[str, Recipient] = {}
    for kind, typed_ones in ((Kind.TO, request.to), (Kind.CC, request.cc), (Kind.BCC, request.bcc)):
        for typed in typed_ones:
            recipient = Recipient(kind, _parsed(kind, typed))
            found.setdefault(email_key(recipient.address.email), recipient)
    if not found:
        raise NoRecipients
    if len(found) > MAX_RECIPIENTS:
        raise TooManyRecipients(MAX_RECIPIENTS)
    return list(found.values())


def _parsed(kind: str, typed: str) -> Address:
    try:
        address = parse_typed_address(typed)
    except AddressRefused as error:
        raise InvalidRecipient(kind, typed, _reason(error.code)) from error
    if _has_controls(address.name):
        raise InvalidRecipient(kind, typed, _reason("bad_name"))
    return address


def _reason(code: str) -> str:
    reasons = {
        "empty": _("enter an address."),
        "several": _("enter one address at a time."),
        "bad_name": _("the part before the @ or the name holds characters that cannot stand there."),
        "bad_domain": _("the part after the @ is not a domain name."),
        "ip_address": _("the part after the @ is an IP address; a domain name is needed."),
    }
    return reasons.get(code, _("this is not an email address; it needs the form name@example.com."))


def checked_subject(subject: str) -> str:
    """One line of a header. Raises InvalidSubject."""
    plain = unicodedata.normalize("NFC", subject).strip()
    if _has_controls(plain):
        raise InvalidSubject(_("The subject must be one line, without line breaks or control characters."))
    if len(plain) > MAX_SUBJECT_CHARS:
        raise InvalidSubject(
            _("The subject is longer than %(limit)d characters. Shorten it.") % {"limit": MAX_SUBJECT_CHARS}
        )
    return plain


def _has_controls(text: str) -> bool:
    """A line break would begin another header."""
    return any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text)


def check_time(send_at: datetime | None, now: datetime) -> None:
    """Raises LetterRefused."""
    if send_at is not None and send_at <= now:
        raise LetterRefused("send_at", _("Choose a time that is still to come."))


def checked_links(links: str) -> str:
    """Files by link, one a line; merge fields may stand in them. Raises LetterRefused."""
    plain = [link for line in links.splitlines() if (link := line.strip())]
    if len(plain) > MAX_LINKS:
        words = _("A letter can have up to %(limit)d files by link.") % {"limit": MAX_LINKS}
        raise LetterRefused("attachment_url", words)
    if any(len(link) > MAX_LINK_CHARS or not link.lower().startswith(_LINK_STARTS) for link in plain):
        raise LetterRefused("attachment_url", _("A link to a file begins with https://."))
    return "\n".join(plain).replace("\0", "")


def checked_body(body: str) -> str:
    """Raises TooLarge. NUL goes: neither PostgreSQL nor a letter (RFC 5322 section 4.1) may hold it."""
    if len(body.encode("utf-8", "replace")) > settings.BODY_MAX_BYTES:
        raise TooLarge("text", settings.BODY_MAX_BYTES)
    return body.replace("\0", "").encode("utf-8", "replace").decode()
