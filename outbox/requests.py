"""A letter as a person or a program asks for it, checked before anything is stored."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from mailkit.addresses import AddressRefused, email_key, parse_typed_address
from mailkit.types import Address
from outbox.errors import InvalidRecipient, InvalidSubject, NoRecipients, TooLarge, TooManyRecipients
from outbox.models import OutgoingRecipient

MAX_RECIPIENTS = 100  # what every server takes in one go (RFC 5321 section 4.5.3.1.8)
MAX_SUBJECT_CHARS = 900
MAX_UNDO_SECONDS = 60

Kind = OutgoingRecipient.Kind


@dataclass(frozen=True, slots=True)
class LetterRequest:
    """`to`, `cc`, `bcc` hold one address each, as typed: `a@b.example` or `Name <a@b.example>`."""

    mailbox_id: int
    to: Sequence[str]
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    subject: str = ""
    text: str = ""
    html: str = ""
    reply_to_message_id: int | None = None
    upload_ids: Sequence[int] = ()
    send_at: datetime | None = None  # aware; None: at once
    undo_seconds: int = 0


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


def _parsed(field: str, typed: str) -> Address:
    try:
        address = parse_typed_address(typed)
    except AddressRefused as error:
        raise InvalidRecipient(field, typed, _reason(error.code)) from error
    if _has_controls(address.name):
        raise InvalidRecipient(field, typed, _reason("bad_name"))
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


def checked_body(body: str) -> str:
    """Raises TooLarge. NUL goes: neither PostgreSQL nor a letter (RFC 5322 section 4.1) may hold it."""
    if len(body.encode("utf-8", "replace")) > settings.BODY_MAX_BYTES:
        raise TooLarge("text", settings.BODY_MAX_BYTES)
    return body.replace("\0", "").encode("utf-8", "replace").decode()
