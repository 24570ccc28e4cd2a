"""A draft becomes a letter, or one to each of several people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.ids import NO_ROW
from accounts.mailer import may_use_mailer
from accounts.models import Membership
from letter_templates.models import Template
from letter_templates.trigger_choice import NO_TRIGGERS
from mailboxes.errors import MailboxNotFound
from outbox.drafts import DraftFields, change_draft, fields_of, version_of
from outbox.errors import LetterRefused
from outbox.merging import words_of
from outbox.models import Draft, DraftAddressee, OutgoingMail
from outbox.queueing import check_letter, store_letter
from outbox.requests import LetterRequest, checked_body
from outbox.writing_to_each import addressees_of, check_to_each, store_to_each
from threads.models import Message


def send_draft(
    member: Membership,
    draft_id: int | str,
    version: int | None = None,
    *,
    undo_seconds: int = 0,
    send_at: datetime | None = None,
) -> OutgoingMail:
    """Queue it. The draft is hidden then, and comes back if the letter is canceled: outbox.services.cancel.

    Raises DraftNotFound, DraftChanged, NotFound, LetterRefused; the draft stays as it is then.
    """
    draft = version_of(member, draft_id, version)
    if draft.is_to_each:
        words = _("This draft goes to each of several people. Send it to each of them.")
        raise LetterRefused("to_each", words)
    with _own_sender():
        checked = check_letter(member, _request_to_send(member, draft, undo_seconds, send_at))
    with transaction.atomic():
        mail = store_letter(member, checked)
        change_draft(draft, mail=mail)
    return mail


def send_draft_to_each(
    member: Membership,
    draft_id: int | str,
    version: int | None = None,
    *,
    undo_seconds: int = 0,
    send_at: datetime | None = None,
) -> list[OutgoingMail]:
    """Queue a letter to each of its people, all or none, by name. The draft is hidden then, and comes back when all of
    them are canceled. Raises as send_draft.
    """
    draft = version_of(member, draft_id, version)
    if not draft.is_to_each:
        raise LetterRefused("to_each", _("Choose the people that each get a letter of their own."))
    people = addressees_of(fields_of(draft).to_each or ()).people
    with _own_sender():
        checked = check_to_each(member, _request_to_send(member, draft, undo_seconds, send_at), people)
    with transaction.atomic():
        mails = store_to_each(member, checked)
        change_draft(draft, mail=mails[0])
        _note_letters(draft, mails)
    return mails


def _request_to_send(member: Membership, draft: Draft, undo_seconds: int, send_at: datetime | None) -> LetterRequest:
    request = request_of(without_lost(member, fields_of(draft)))
    return replace(request, send_at=send_at or draft.send_at, undo_seconds=undo_seconds)


@contextmanager
def _own_sender() -> Iterator[None]:
    """Raises LetterRefused for a mailbox that was closed to the author meanwhile."""
    try:
        yield
    except MailboxNotFound as error:
        words = _("You may not send from this mailbox any more. Choose another sender.")
        raise LetterRefused("mailbox_id", words) from error


def _note_letters(draft: Draft, mails: Sequence[OutgoingMail]) -> None:
    """Whose letter is whose."""
    by_contact = {mail.contact_id: mail for mail in mails}
    rows = [row for row in draft.addressees.all() if row.contact_id in by_contact]
    for row in rows:
        row.mail = by_contact[row.contact_id]
    DraftAddressee.objects.bulk_update(rows, ["mail"])


def without_lost(member: Membership, fields: DraftFields) -> DraftFields:
    """Without what the author could name when he wrote it, and sees no more: his own words go out all the same."""
    letters = Message.objects.visible_to(member).readable()
    templates = Template.objects.visible_to(member)
    known: dict[str, Any] = {
        name: row_id if rows.filter(pk=row_id or NO_ROW).exists() else None
        for name, row_id, rows in (
            ("reply_to_message_id", fields.reply_to_message_id, letters),
            ("forward_message_id", fields.forward_message_id, letters),
            ("template_id", fields.template_id, templates),
        )
    }
    triggers = fields.triggers if may_use_mailer(member) else NO_TRIGGERS
    return replace(fields, triggers=triggers, **known)


def request_of(fields: DraftFields) -> LetterRequest:
    """The letter that a draft becomes. Raises TooLarge."""
    words = words_of(fields.format, subject=fields.subject, body=checked_body(fields.body))
    return LetterRequest(
        mailbox_id=fields.mailbox_id or 0,
        alias_id=fields.alias_id,
        to=fields.to,
        cc=fields.cc,
        bcc=fields.bcc,
        subject=fields.subject,
        text=words.text,
        html=words.html,
        quote_text=fields.quote_text,
        quote_html=fields.quote_html,
        attachment_url=fields.attachment_url,
        merge_fields=True,
        with_signature=fields.with_signature,
        template_id=fields.template_id,
        contact_id=fields.contact_id,
        lead_id=fields.lead_id,
        reply_to_message_id=fields.reply_to_message_id,
        forward_message_id=fields.forward_message_id,
        upload_ids=[file.upload_id for file in fields.attachments],
        content_ids={file.upload_id: file.content_id for file in fields.attachments if file.content_id},
        triggers=fields.triggers,
        track_opens=fields.track_opens,
        track_links=fields.track_links,
    )
