"""From the rows of a letter to its final bytes, stored before anybody connects: every attempt sends the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.utils import timezone

from letter_templates.fields import sender_values
from letter_templates.signatures import Signature, make_signature
from mailboxes.models import Mailbox
from mailkit.addresses import email_key
from mailkit.failpoints import failpoint
from mailkit.mime_writer import build_message
from mailkit.types import Address, OutgoingAttachment, OutgoingLetter
from outbox import states
from outbox.models import OutgoingMail, OutgoingRecipient
from outbox.storage import forget_final, read_bytes, store_final
from outbox.texts import sign_html, sign_text
from threads.models import Message

MAX_REFERENCES = 20  # the first and the newest: enough for any program to find the thread

# What may stand in our headers (RFC 5322 section 3.6.4). Strangers' ids may be odd; a reply goes out all the same.
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,200}@[!-;=?-~]{1,255}", re.ASCII)

Kind = OutgoingRecipient.Kind


def freeze(mail: OutgoingMail) -> bytes:
    """The letter's final bytes, made once. Raises UnsafeText, FileNotFoundError (an upload is gone), LetterChanged,
    TemplateRefused (of the signature).
    """
    if mail.raw_name:
        return read_bytes(mail.raw_name)
    raw = build_message(compose(mail))
    name = store_final(mail.mailbox_id, raw)
    states.note(mail, raw_name=name)
    failpoint("T4")
    return raw


def thaw(mail: OutgoingMail) -> None:
    """Forget the final bytes: a copy with all attachments lies on the mail server (K62)."""
    name = mail.raw_name
    states.note(mail, raw_name="")
    transaction.on_commit(partial(forget_final, name))


def own_copy(mail: OutgoingMail, raw: bytes) -> bytes:
    """What we file and put into Sent: with the Bcc that nobody else may see (RFC 5322 section 3.6.3)."""
    addresses = mail.recipients.filter(kind=Kind.BCC).values_list("address", flat=True)
    hidden = [email_key(address) for address in addresses if email_key(address).isascii()]
    return b"Bcc: " + ",\r\n ".join(hidden).encode() + b"\r\n" + raw if hidden else raw


def compose(mail: OutgoingMail) -> OutgoingLetter:
    """The letter as it will be read. Bcc is in the envelope only. Raises TemplateRefused."""
    recipients = list(mail.recipients.all())
    answered = mail.reply_to_message
    signature = signature_of(mail)
    return OutgoingLetter(
        sender=sender_of(mail),
        to=_addresses(recipients, Kind.TO),
        cc=_addresses(recipients, Kind.CC),
        subject=mail.subject,
        text=sign_text(mail.text, signature.text),
        html=sign_html(mail.html, signature.html) if mail.html else "",
        message_id=mail.message_id_header,
        date=timezone.now(),
        reply_to=Address(mail.answers_to.address, mail.answers_to.display_name) if mail.answers_to else None,
        in_reply_to=in_reply_to(answered) if answered else "",
        references=references_to(answered) if answered else (),
        attachments=tuple(_files(mail)),
    )


def signature_of(mail: OutgoingMail) -> Signature:
    """The author's; that of the mailbox he wrote in if he has none (M48). Raises TemplateRefused."""
    written_in = mail.answers_to or mail.mailbox
    source = mail.author.signature.strip() or written_in.signature
    return make_signature(source, sender_values(mail.author, written_in))


def sender_of(mail: OutgoingMail) -> Address:
    """A personal mailbox without a name to show carries that of the author."""
    is_personal = mail.mailbox.kind == Mailbox.Kind.PERSONAL
    return Address(mail.mailbox.address, mail.mailbox.display_name or (mail.author.name if is_personal else ""))


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
    for row in mail.attachments.select_related("upload"):
        upload = row.upload
        yield OutgoingAttachment(upload.filename, upload.content_type, read_bytes(upload.storage_name))
