"""Putting a letter into the queue: checked first, which may take seconds, then stored in one short transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import live
from accounts.mailer import may_use_mailer
from accounts.members import MAX_UNDO_SECONDS
from accounts.models import Membership
from accounts.tenancy import current_account_id
from crm.access import get_contact, get_lead
from crm.models import Contact
from letter_templates.access import get_template_for
from letter_templates.errors import PartRefused
from letter_templates.rendering import has_fields
from mailboxes.access import get_mailbox_for
from mailboxes.errors import MailboxNotFound
from mailboxes.models import Mailbox, SenderAlias
from mailboxes.outgoing import get_outgoing_for
from mailkit.addresses import domain_of
from mailkit.composed_html import clean_letter_html, clean_quote_html, clean_template_html, image_ids
from mailkit.failpoints import failpoint
from mailkit.mime_text import letter_text
from mailkit.mime_writer import new_message_id
from outbox import outside_links
from outbox.acts import add_acts
from outbox.errors import FieldsRefused, LetterRefused, TooLarge
from outbox.merging import EMPTY_HTML, Words, fill_in, fill_in_links, values_for
from outbox.models import OutgoingAttachment, OutgoingMail, OutgoingRecipient, Upload
from outbox.requests import (
    LetterRequest,
    Recipient,
    check_time,
    checked_body,
    checked_links,
    checked_subject,
    recipients_of,
)
from outbox.tasks import deliver_mailbox
from outbox.texts import release_images
from outbox.uploads import uploads_of
from threads.access import get_message_for
from threads.models import Message, Thread

Kind = OutgoingRecipient.Kind


@dataclass(frozen=True, slots=True)
class CheckedLetter:
    """A letter that may be queued as it is; `mail` is not stored yet."""

    mail: OutgoingMail
    recipients: Sequence[Recipient]
    upload_ids: Sequence[int]
    content_ids: Mapping[int, str]


def queue_letter(member: Membership, request: LetterRequest) -> OutgoingMail:
    """Put a letter in the queue. Raises NotFound, NotAllowed, LetterRefused; nothing is stored then."""
    checked = check_letter(member, request)
    with transaction.atomic():
        mail = store_letter(member, checked)
    failpoint("T2")
    return mail


def check_letter(member: Membership, request: LetterRequest) -> CheckedLetter:
    """All that can be known before it is sent, its merge fields filled in for a try. Raises NotFound, NotAllowed,
    LetterRefused.
    """
    check_time(request.send_at, timezone.now())
    if not request.mailbox_id:
        raise LetterRefused("mailbox_id", _("Choose whom the letter is from."))
    written_in = get_mailbox_for(member, request.mailbox_id)
    carrier = _outgoing(member, written_in)
    recipients = recipients_of(request)
    words = _words_of(request)
    mail = OutgoingMail(
        mailbox=carrier,
        answers_to=written_in if written_in != carrier else None,
        alias=_alias_of(member, request, (written_in, carrier)),
        author=member,
        subject=words.subject,
        text=words.text,
        html=words.html,
        quote_text=checked_body(request.quote_text),
        quote_html=clean_quote_html(release_images(checked_body(request.quote_html))),
        with_signature=request.with_signature,
        attachment_url=checked_links(request.attachment_url),
        has_fields=request.merge_fields and (words.has_fields or has_fields(request.attachment_url)),
        message_id_header=new_message_id(domain_of(carrier.address)),
    )
    _add_relations(member, mail, request, recipients)
    add_acts(mail, request, written_in)
    if mail.has_fields:
        _try_fields(mail, written_in)
    _try_outside_links(mail)
    mail.due_at = _due_at(request, timezone.now())
    shown = _shown(request, mail)
    return CheckedLetter(mail, recipients, [one for one in request.upload_ids if one in shown], shown)


def check_for_another(checked: CheckedLetter, request: LetterRequest) -> CheckedLetter:
    """The same letter to somebody else: what differs is looked at, the rest of the request is not. Raises NotFound,
    LetterRefused.
    """
    mail = copy(checked.mail)
    mail.message_id_header = new_message_id(domain_of(mail.mailbox.address))
    mail.contact = get_contact(request.contact_id) if request.contact_id else None
    mail.lead = get_lead(request.lead_id) if request.lead_id else None
    if mail.has_fields:
        _try_fields(mail, mail.answers_to or mail.mailbox)
    return replace(checked, mail=mail, recipients=recipients_of(request))


def store_letter(member: Membership, checked: CheckedLetter, *, wakes: bool = True) -> OutgoingMail:
    """In the caller's transaction. Without `wakes` the caller starts a worker, once for many. Raises UnknownUpload,
    TooLarge.
    """
    mail = checked.mail
    uploads = _files_of(member, checked)
    mail.save()
    _add_parts(mail, checked, uploads)
    live.publish("outbox", mailbox_id=mail.mailbox_id, mail=mail.pk)
    if wakes and mail.due_at <= timezone.now() and mail.mailing_id is None:  # outbox.feeding wakes once for many
        wake(mail.mailbox)
    failpoint("T1")
    return mail


@transaction.atomic
def check_files(member: Membership, checked: CheckedLetter) -> None:
    """What would be said of them when it is stored. Raises UnknownUpload, TooLarge."""
    _files_of(member, checked)


def wake(mailbox: Mailbox) -> None:
    """Start a worker after the commit. `robust`: without a broker the letter is queued all the same; beat finds it."""
    wake_up = partial(deliver_mailbox.delay, current_account_id(), mailbox.pk)
    transaction.on_commit(wake_up, robust=True)


def get_alias_for(member: Membership, alias_id: int) -> SenderAlias:
    """A confirmed one of a mailbox that the member writes with (R16). Raises LetterRefused."""
    confirmed = SenderAlias.objects.filter(confirmed_at__isnull=False, mailbox__in=Mailbox.objects.visible_to(member))
    alias = confirmed.filter(pk=alias_id).first()
    if alias is None:
        raise LetterRefused("alias_id", _("This address is not confirmed as a sender of the mailbox. Choose another."))
    return alias


def contact_with(address: str) -> Contact | None:
    """Whose fields fill a letter that names no card: the contact with the first address it is written to."""
    return Contact.objects.for_list().with_address(address).order_by("id").first()


def _outgoing(member: Membership, written_in: Mailbox) -> Mailbox:
    """Whose servers carry it: often the same (R07)."""
    if written_in.kind == Mailbox.Kind.SYSTEM:  # K47
        words = _("Smart addresses only receive. Choose another sender.")
        raise LetterRefused("mailbox_id", words)
    try:
        carrier = get_outgoing_for(member, written_in)
    except MailboxNotFound as error:
        words = _("This mailbox sends through another one that you may not send from. Choose another sender.")
        raise LetterRefused("mailbox_id", words) from error
    if carrier.state == Mailbox.State.DISCONNECTED:
        words = _("%(address)s is disconnected. Reconnect it in Settings, or choose another sender.")
        raise LetterRefused("mailbox_id", words % {"address": carrier.address})
    return carrier


def _alias_of(member: Membership, request: LetterRequest, mailboxes: Sequence[Mailbox]) -> SenderAlias | None:
    """Of the mailbox it is written in, or of the one that carries it."""
    alias = get_alias_for(member, request.alias_id) if request.alias_id else None
    if alias and alias.mailbox_id not in {mailbox.pk for mailbox in mailboxes}:
        raise LetterRefused("alias_id", _("This address belongs to another mailbox. Choose another."))
    return alias


def _words_of(request: LetterRequest) -> Words:
    """Raises InvalidSubject, TooLarge."""
    clean = clean_template_html if request.merge_fields else clean_letter_html
    html = clean(checked_body(request.html)) if request.html else ""
    text = checked_body(request.text)
    if request.quote_html and not (text or html):
        html = EMPTY_HTML  # a letter that is forwarded without a word keeps its looks
    return Words(checked_subject(request.subject), text or letter_text(html), html)


def _add_relations(
    member: Membership, mail: OutgoingMail, request: LetterRequest, recipients: Sequence[Recipient]
) -> None:
    """What the letter belongs to, as far as the member may see it. Raises NotFound."""
    mail.template = get_template_for(member, request.template_id) if request.template_id else None
    mail.contact = get_contact(request.contact_id) if request.contact_id else None
    mail.lead = get_lead(request.lead_id) if request.lead_id else None
    mail.reply_to_message = (
        get_message_for(member, request.reply_to_message_id) if request.reply_to_message_id else None
    )
    mail.forward_message = get_message_for(member, request.forward_message_id) if request.forward_message_id else None
    mail.thread = _thread_of(mail.reply_to_message, mail.mailbox)
    if mail.has_fields and not (mail.contact or mail.lead):
        first = next((one.address.email for one in recipients if one.kind == Kind.TO), "")
        mail.contact = contact_with(first) if first else None


def _thread_of(answered: Message | None, mailbox: Mailbox) -> Thread | None:
    """Threads belong to one mailbox (K31): an answer from another one is not part of it."""
    return answered.thread if answered and answered.mailbox_id == mailbox.pk else None


def _try_outside_links(mail: OutgoingMail) -> None:
    """One that does not exist would keep the letter from going out later. By hand, they need the Mailer (M01)."""
    words = Words(mail.subject, mail.text, mail.html)
    try:
        if not (mail.is_automatic or mail.mailing_id or may_use_mailer(mail.author)):
            outside_links.check_plain(words)
        outside_links.check(words)
    except PartRefused as error:
        raise FieldsRefused(error.part, error) from error


def _try_fields(mail: OutgoingMail, written_in: Mailbox) -> None:
    """What is wrong with them is said now, not after the letter was sent off. Raises FieldsRefused, InvalidSubject."""
    values = values_for(mail.author, written_in, contact=mail.contact, lead=mail.lead)
    try:
        filled = fill_in(Words(mail.subject, mail.text, mail.html), values)
        fill_in_links(mail.attachment_url, values)
    except PartRefused as error:
        raise FieldsRefused(error.part, error) from error
    checked_subject(filled.words.subject)


def _due_at(request: LetterRequest, now: datetime) -> datetime:
    undo_until = now + timedelta(seconds=max(0, min(request.undo_seconds, MAX_UNDO_SECONDS)))
    return max(request.send_at or now, undo_until)


def _shown(request: LetterRequest, mail: OutgoingMail) -> dict[int, str]:
    """Content-ID by upload, "" for an ordinary file. An image that was taken out of the text does not go."""
    standing = image_ids(mail.html) | image_ids(mail.quote_html)
    ids = {upload_id: request.content_ids.get(upload_id, "") for upload_id in request.upload_ids}
    return {upload_id: content_id for upload_id, content_id in ids.items() if not content_id or content_id in standing}


def _files_of(member: Membership, checked: CheckedLetter) -> list[Upload]:
    """They stay until the end of the transaction."""
    uploads = uploads_of(member, checked.upload_ids)
    _check_images(checked, uploads)
    return uploads


def _check_images(checked: CheckedLetter, uploads: Sequence[Upload]) -> None:
    """Those of the writer (M16); a letter that is forwarded keeps its own. Raises TooLarge."""
    is_own = checked.mail.forward_message_id is None
    images = (upload for upload in uploads if checked.content_ids.get(upload.pk))
    if is_own and any(upload.size > settings.IMAGE_MAX_BYTES for upload in images):
        raise TooLarge("image", settings.IMAGE_MAX_BYTES)


def _add_parts(mail: OutgoingMail, checked: CheckedLetter, uploads: Sequence[Upload]) -> None:
    OutgoingRecipient.objects.bulk_create(
        OutgoingRecipient(
            mail=mail,
            kind=recipient.kind,
            position=position,
            address=recipient.address.email,
            name=recipient.address.name[:300],
        )
        for position, recipient in enumerate(checked.recipients)
    )
    OutgoingAttachment.objects.bulk_create(
        OutgoingAttachment(
            mail=mail, upload=upload, position=position, content_id=checked.content_ids.get(upload.pk, "")
        )
        for position, upload in enumerate(uploads)
    )
