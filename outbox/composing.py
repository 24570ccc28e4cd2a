"""From the rows of a letter to its final bytes, stored before anybody connects: every attempt sends the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from letter_templates.fields import sender_values
from letter_templates.signatures import Signature, make_signature
from mailboxes.models import Mailbox, SenderAlias
from mailkit.addresses import email_key
from mailkit.failpoints import failpoint
from mailkit.mime_rewriter import rewrite_texts
from mailkit.mime_writer import build_message
from mailkit.types import Address, OutgoingAttachment, OutgoingLetter
from outbox import states
from outbox.link_files import fetch_files
from outbox.merging import Quote, Words, fill_in, fill_in_links, put_together, values_for
from outbox.models import OutgoingMail, OutgoingRecipient
from outbox.outside_links import harmless, prepare
from outbox.storage import forget_final, has_final, name_final, read_bytes, store_final
from outbox.unsubscribing import headers_of
from outbox.web_copies import keep, needs_copy
from threads.models import Message
from tracking.originals import original_html, original_text

MAX_REFERENCES = 20  # the first and the newest: enough for any program to find the thread

# What may stand in our headers (RFC 5322 section 3.6.4). Strangers' ids may be odd; a reply goes out all the same.
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,200}@[!-;=?-~]{1,255}", re.ASCII)

Kind = OutgoingRecipient.Kind


def freeze(mail: OutgoingMail) -> bytes:
    """The letter's final bytes, made once and stored. The row gets their name with the next note on the letter: when
    the server says 354, or with the error that came before. If the worker dies in between, `find_again` finds them.

    Raises UnsafeText, FileNotFoundError (an upload is gone), PartRefused (its merge fields), TemplateRefused (those of
    the signature), LinkFailed.
    """
    if mail.raw_name:
        return read_bytes(mail.raw_name)
    raw = build_message(compose(mail))
    name = name_final(mail.mailbox_id, mail.pk, mail.lease_token)
    store_final(name, raw)
    mail.raw_name = name
    failpoint("T4")
    return raw


def find_again(mail: OutgoingMail) -> None:
    """What a dead worker had stored is what the next attempt sends. Raises LetterChanged."""
    if not mail.raw_name and has_final(name := name_final(mail.mailbox_id, mail.pk, mail.lease_token)):
        states.note(mail, raw_name=name)


def thaw(mail: OutgoingMail, **fields: Any) -> None:
    """Forget the final bytes: a copy with all attachments lies on the mail server (K62). `fields` are noted too."""
    name = mail.raw_name
    states.note(mail, raw_name="", **fields)
    transaction.on_commit(partial(forget_final, name))


def own_copy(mail: OutgoingMail, raw: bytes) -> bytes:
    """What we file and put into Sent: with the Bcc that nobody else may see (RFC 5322 section 3.6.3), and without what
    tells of its readers, of whom we are the first.
    """
    if mail.tracked_id is not None:
        raw = rewrite_texts(raw, {"text/plain": original_text, "text/html": original_html})
    addresses = [row.address for row in mail.recipients.all() if row.kind == Kind.BCC]
    hidden = [email_key(address) for address in addresses if email_key(address).isascii()]
    return b"Bcc: " + ",\r\n ".join(hidden).encode() + b"\r\n" + raw if hidden else raw


def compose(mail: OutgoingMail) -> OutgoingLetter:
    """The letter as it will be read. Bcc is in the envelope only. Raises PartRefused, TemplateRefused, LinkFailed,
    FileNotFoundError.
    """
    recipients = list(mail.recipients.all())
    answered = mail.reply_to_message
    values = values_of(mail) if mail.has_fields else {}
    words = Words(mail.subject, mail.text, mail.html)
    words = fill_in(words, values).words if mail.has_fields else words
    quote = Quote(mail.quote_text, mail.quote_html)
    own = put_together(words, signature_of(mail), Quote())
    if needs_copy(own):
        keep(mail, put_together(own, Signature(), quote))
    whole = put_together(prepare(mail, own), Signature(), quote)
    return OutgoingLetter(
        sender=sender_of(mail.mailbox, mail.author, mail.alias),
        to=_addresses(recipients, Kind.TO),
        cc=_addresses(recipients, Kind.CC),
        subject=whole.subject,
        text=whole.text,
        html=whole.html,
        message_id=mail.message_id_header,
        date=timezone.now(),
        reply_to=Address(mail.answers_to.address, mail.answers_to.display_name) if mail.answers_to else None,
        in_reply_to=in_reply_to(answered) if answered else "",
        references=references_to(answered) if answered else (),
        attachments=(*_files(mail), *_files_by_link(mail, values)),
        extra_headers={**headers_of(mail), **_headers_of_rules(mail)},
    )


def _headers_of_rules(mail: OutgoingMail) -> Mapping[str, str]:
    """What a rule sends says so, and no automatic reply comes back (RFC 3834 section 5)."""
    return {"Auto-Submitted": "auto-generated"} if mail.is_automatic else {}


def values_of(mail: OutgoingMail) -> dict[str, str]:
    return harmless(values_for(mail.author, mail.answers_to or mail.mailbox, contact=mail.contact, lead=mail.lead))


def signature_of(mail: OutgoingMail) -> Signature:
    """The author's; that of the mailbox he wrote in if he has none (M48). Raises TemplateRefused."""
    if not mail.with_signature:
        return Signature()
    written_in = mail.answers_to or mail.mailbox
    source = mail.author.signature.strip() or written_in.signature.strip()
    if not source:
        return Signature()
    return make_signature(source, sender_values(mail.author, written_in))


def sender_of(mailbox: Mailbox, author: Membership, alias: SenderAlias | None = None) -> Address:
    """A personal mailbox without a name to show carries that of the author."""
    name = mailbox.display_name or (author.name if mailbox.kind == Mailbox.Kind.PERSONAL else "")
    return Address(alias.address, alias.name or name) if alias else Address(mailbox.address, name)


def in_reply_to(answered: Message) -> str:
    return answered.message_id_header if _MESSAGE_ID.fullmatch(answered.message_id_header) else ""


def references_to(answered: Message) -> tuple[str, ...]:
    """The thread's ids, oldest first."""
    known = [*(answered.reference_ids or [answered.in_reply_to]), answered.message_id_header]
    ids = list(dict.fromkeys(filter(_MESSAGE_ID.fullmatch, known)))
    return tuple(ids if len(ids) <= MAX_REFERENCES else [ids[0], *ids[1 - MAX_REFERENCES :]])


def _addresses(recipients: Iterable[OutgoingRecipient], kind: Kind) -> tuple[Address, ...]:
    return tuple(Address(row.address, row.name) for row in recipients if row.kind == kind)


def _files(mail: OutgoingMail) -> Iterable[OutgoingAttachment]:
    for row in mail.attachments.all():
        upload = row.upload
        content = read_bytes(upload.storage_name)
        yield OutgoingAttachment(upload.filename, upload.content_type, content, content_id=row.content_id)


def _files_by_link(mail: OutgoingMail, values: Mapping[str, str]) -> Iterable[OutgoingAttachment]:
    """Raises LinkFailed, PartRefused."""
    if not mail.attachment_url:
        return []
    links = fill_in_links(mail.attachment_url, values) if mail.has_fields else mail.attachment_url.splitlines()
    used = sum(row.upload.size for row in mail.attachments.all())
    return fetch_files(links, most_bytes=settings.ATTACHMENTS_MAX_BYTES - used)
