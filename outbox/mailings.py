"""A mailing before it starts: whom it goes to, what it says, how it looks to each of them, and a test to oneself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from dataclasses import fields as fields_in

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Membership
from letter_templates.access import get_template_for
from letter_templates.models import Template
from letter_templates.services import use_template
from letter_templates.trigger_choice import NO_TRIGGERS, TriggerChoice, check_may_choose, read_choice
from mailboxes.access import get_mailbox_for
from outbox.draft_sending import request_of
from outbox.drafts import DraftFields, DraftFile
from outbox.errors import LetterRefused
from outbox.mailing_access import check_mailer, get_draft_of, get_mailing_for
from outbox.mailing_recipients import Selection, prepare
from outbox.models import Mailing, MailingFile, MailingRecipient, OutgoingMail
from outbox.previewing import Preview, preview
from outbox.queueing import get_alias_for, queue_letter
from outbox.requests import checked_body, checked_links, checked_subject
from outbox.template_files import upload_files
from outbox.uploads import uploads_of

MAX_NAME_CHARS = 150
UNSUBSCRIBE_FIELD = "{unsubscribelink}"
_SPELLINGS = (UNSUBSCRIBE_FIELD, "%7Bunsubscribelink%7D", "%7bunsubscribelink%7d")  # as in an address


@dataclass(frozen=True, slots=True)
class MailingValues:
    """What it says, whole. Nothing but the name has to be right before it starts."""

    name: str
    mailbox_id: int | None = None
    alias_id: int | None = None
    template_id: int | None = None
    subject: str = ""
    format: str = Template.Format.VISUAL
    body: str = ""  # in `format`
    attachment_url: str = ""
    with_signature: bool = True
    triggers: TriggerChoice = NO_TRIGGERS  # checked by automation.choice
    track_opens: bool | None = None  # None: as the mailbox
    track_links: bool | None = None
    files: Sequence[DraftFile] = ()


_COLUMNS = tuple(one.name for one in fields_in(MailingValues) if one.name not in ("files", "triggers"))


def values_of(mailing: Mailing) -> MailingValues:
    """As it is stored: what is changed in part is replaced in this."""
    files = tuple(DraftFile(row.upload_id, row.content_id) for row in mailing.files.all())
    plain = {name: getattr(mailing, name) for name in _COLUMNS}
    return MailingValues(**plain, triggers=read_choice(mailing.triggers), files=files)


@transaction.atomic
def create_mailing(member: Membership, selection: Selection, values: MailingValues) -> Mailing:
    """Its recipients are rows at once: their number is all that people see of them (M12). Raises NotAllowed, NotFound,
    LetterRefused.
    """
    check_mailer(member)
    mailing = Mailing(author=member, selection=selection.to_json())
    _write(member, mailing, values)
    prepare(mailing)
    return mailing


@transaction.atomic
def change_mailing(member: Membership, mailing_id: int | str, values: MailingValues) -> Mailing:
    """Raises NotAllowed, NotFound, WrongState, LetterRefused."""
    mailing = get_draft_of(member, mailing_id)
    _write(member, mailing, values)
    return mailing


@transaction.atomic
def delete_mailing(member: Membership, mailing_id: int | str) -> None:
    """One that was not sent. Raises NotAllowed, MailingNotFound, WrongState."""
    get_draft_of(member, mailing_id).delete()


@transaction.atomic
def prepare_again(member: Membership, mailing_id: int | str) -> Mailing:
    """Cards may have changed since. Raises NotAllowed, MailingNotFound, WrongState."""
    mailing = get_draft_of(member, mailing_id)
    prepare(mailing)
    return mailing


@transaction.atomic
def with_template(member: Membership, values: MailingValues, template_id: int | str) -> MailingValues:
    """The words, files, sender and triggers of a template in place of those that are there. Raises TemplateNotFound."""
    parts = use_template(member, template_id)
    return replace(
        values,
        template_id=parts.template_id,
        mailbox_id=parts.mailbox_id or values.mailbox_id,
        alias_id=parts.alias_id if parts.mailbox_id else values.alias_id,
        subject=parts.subject,
        format=parts.format,
        body=parts.body,
        attachment_url=parts.attachment_url,
        with_signature=parts.with_signature,
        triggers=parts.triggers,
        files=[DraftFile(file.upload_id, file.content_id) for file in upload_files(member, parts.files)],
    )


def has_unsubscribe_link(values: MailingValues) -> bool:
    return any(spelling in values.body for spelling in _SPELLINGS)


@transaction.atomic
def add_unsubscribe_link(member: Membership, mailing_id: int | str) -> Mailing:
    """Below the text, in the account's language. Raises NotAllowed, MailingNotFound, WrongState, LetterRefused."""
    mailing = get_draft_of(member, mailing_id)
    values = values_of(mailing)
    if not has_unsubscribe_link(values):
        with translation.override(member.account.language):
            words = _("Unsubscribe")
        is_text = values.format == Template.Format.TEXT
        line = f"\n\n{words}: {UNSUBSCRIBE_FIELD}" if is_text else f'<p><a href="{UNSUBSCRIBE_FIELD}">{words}</a></p>'
        _write(member, mailing, replace(values, body=values.body + line))
    return mailing


def letter_of(values: MailingValues, recipient: MailingRecipient | None) -> DraftFields:
    """What this person gets."""
    return DraftFields(
        mailbox_id=values.mailbox_id,
        alias_id=values.alias_id,
        to=[recipient.address] if recipient and recipient.address else [],
        subject=values.subject,
        format=values.format,
        body=values.body,
        attachment_url=values.attachment_url,
        with_signature=values.with_signature,
        template_id=values.template_id,
        contact_id=recipient.contact_id if recipient else None,
        lead_id=recipient.lead_id if recipient else None,
        attachments=values.files,
        triggers=values.triggers,
        track_opens=values.track_opens,
        track_links=values.track_links,
    )


def recipient_at(mailing: Mailing, number: int) -> MailingRecipient | None:
    """The `number`th, from zero, of those who get it."""
    getting = mailing.recipients.exclude(state=MailingRecipient.State.SKIPPED).order_by("id")
    return getting.select_related("contact", "lead")[max(0, number) :].first()


def preview_for(member: Membership, mailing_id: int | str, number: int, values: MailingValues | None = None) -> Preview:
    """With the fields of the `number`th recipient; `values` are what is typed and not saved yet. Raises NotAllowed,
    NotFound, LetterRefused, TemplateRefused.
    """
    mailing = get_mailing_for(member, mailing_id)
    recipient = recipient_at(mailing, number)
    contact, lead = (recipient.contact, recipient.lead) if recipient else (None, None)
    return preview(member, letter_of(values or values_of(mailing), recipient), contact=contact, lead=lead)


def send_test(member: Membership, mailing_id: int | str, number: int) -> OutgoingMail:
    """To the member's own address, with everything that the `number`th recipient would get. Nothing in it acts on his
    cards: it has no triggers, its links and its form only look as they would. Raises NotAllowed, NotFound,
    LetterRefused.
    """
    mailing = get_mailing_for(member, mailing_id)
    fields = letter_of(values_of(mailing), recipient_at(mailing, number))
    request = request_of(replace(fields, to=[member.user.email], triggers=NO_TRIGGERS))
    return queue_letter(member, replace(request, track_opens=False, track_links=False, is_test=True))


def _write(member: Membership, mailing: Mailing, values: MailingValues) -> None:
    """Raises NotFound, NotAllowed, LetterRefused."""
    checked = _checked(values)
    _check_relations(member, mailing, checked)
    for name in _COLUMNS:
        setattr(mailing, name, getattr(checked, name))
    mailing.triggers = checked.triggers.to_json()
    mailing.save()
    uploads = uploads_of(member, [file.upload_id for file in checked.files])
    content_ids = {file.upload_id: file.content_id for file in checked.files}
    mailing.files.all().delete()
    MailingFile.objects.bulk_create(
        MailingFile(mailing=mailing, upload=upload, position=position, content_id=content_ids[upload.pk])
        for position, upload in enumerate(uploads)
    )


def _checked(values: MailingValues) -> MailingValues:
    if values.format not in Template.Format.values:
        raise LetterRefused("format", _("Choose visual, HTML or plain text."))
    name = " ".join(values.name.replace("\0", "").split())[:MAX_NAME_CHARS]
    if not name:
        raise LetterRefused("name", _("Enter a name. Only your colleagues see it."))
    return replace(
        values,
        name=name,
        subject=checked_subject(values.subject),
        body=checked_body(values.body),
        attachment_url=checked_links(values.attachment_url),
    )


def _check_relations(member: Membership, mailing: Mailing, values: MailingValues) -> None:
    """Those that are new. Raises NotFound, NotAllowed, LetterRefused."""
    if values.mailbox_id is not None and values.mailbox_id != mailing.mailbox_id:
        get_mailbox_for(member, values.mailbox_id)
    if values.alias_id is not None and values.alias_id != mailing.alias_id:
        get_alias_for(member, values.alias_id)
    if values.template_id is not None and values.template_id != mailing.template_id:
        get_template_for(member, values.template_id)
    check_may_choose(member, values.triggers)
