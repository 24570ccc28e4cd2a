"""Letters that are still being written: saved as their author types, from any number of windows, and sent.

A draft carries a version. Whoever saves names the one that was read; if somebody saved in between, nothing is written
and the answer holds what is there now. A draft is its author's alone, whoever else writes in the same mailbox.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from dataclasses import fields as fields_in
from datetime import datetime
from email.utils import formataddr
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.ids import row_number
from accounts.models import Membership
from crm.access import get_contact, get_lead
from letter_templates.access import get_template_for
from letter_templates.models import Template
from letter_templates.rendering import literal
from letter_templates.trigger_choice import NO_TRIGGERS, TriggerChoice, check_may_choose, read_choice
from mailboxes.access import get_mailbox_for
from outbox.errors import DraftChanged, DraftNotFound, LetterRefused, TooManyRecipients
from outbox.models import Draft, DraftAddressee, DraftAttachment, OutgoingMail, OutgoingRecipient
from outbox.queueing import get_alias_for
from outbox.requests import checked_body
from outbox.uploads import get_uploads
from outbox.writing_to_each import Addressee, Chosen, still_there
from threads.access import get_message_for
from threads.models import Thread

MAX_TYPED = 1_000  # recipients, and characters of one
MAX_SUBJECT_CHARS = 10_000
MAX_FILES = 500

Kind = OutgoingRecipient.Kind
_CONTENT_ID = re.compile(r"[A-Za-z0-9@._+-]{0,100}", re.ASCII)


@dataclass(frozen=True, slots=True)
class DraftFile:
    """An upload in a draft. `content_id` names it as an image of the text: <img src="cid:...">."""

    upload_id: int
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class DraftFields:
    """A draft as its author has it before him, whole. Nothing in it has to be right yet."""

    mailbox_id: int | None = None
    alias_id: int | None = None
    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    to_each: Sequence[Chosen] | None = None  # instead of these three: each of them gets a letter of their own
    subject: str = ""
    format: str = Template.Format.VISUAL
    body: str = ""  # in `format`
    quote_text: str = ""
    quote_html: str = ""
    attachment_url: str = ""  # files by link, one a line (M46)
    with_signature: bool = True
    reply_to_message_id: int | None = None
    forward_message_id: int | None = None
    template_id: int | None = None
    contact_id: int | None = None
    lead_id: int | None = None
    send_at: datetime | None = None
    attachments: Sequence[DraftFile] = ()
    triggers: TriggerChoice = NO_TRIGGERS
    track_opens: bool | None = None  # None: as the mailbox
    track_links: bool | None = None


_ELSEWHERE = ("to_each", "attachments", "triggers")
_COLUMNS = tuple(one.name for one in fields_in(DraftFields) if one.name not in _ELSEWHERE)


def drafts_of(member: Membership) -> QuerySet[Draft]:
    """Those that were not sent, newest first, with all that a list shows."""
    mine = Draft.objects.filter(author=member, mail=None).select_related("mailbox", "alias")
    return mine.prefetch_related("attachments__upload", "addressees").order_by("-updated_at", "-id")


def drafts_of_thread(member: Membership, thread: Thread) -> QuerySet[Draft]:
    """The member's own answers to letters of a thread, begun and not sent."""
    here = Q(reply_to_message__thread=thread) | Q(forward_message__thread=thread)
    return drafts_of(member).filter(here)


def get_draft_for(member: Membership, draft_id: int | str) -> Draft:
    """Raises DraftNotFound."""
    draft = drafts_of(member).filter(pk=row_number(draft_id)).first()
    if draft is None:
        raise DraftNotFound
    return draft


def fields_of(draft: Draft) -> DraftFields:
    """As it is stored: what is changed in part is replaced in this."""
    files = tuple(DraftFile(row.upload_id, row.content_id) for row in draft.attachments.all())
    plain = {name: getattr(draft, name) for name in _COLUMNS}
    people = tuple(Chosen(row.contact_id, row.lead_id) for row in draft.addressees.all())
    to_each = people if draft.is_to_each else None
    return DraftFields(**plain, to_each=to_each, attachments=files, triggers=read_choice(draft.triggers))


def letter_for(fields: DraftFields, person: Addressee | None) -> DraftFields:
    """What one of those that a letter to each goes to gets; None: nobody does."""
    if person is None:
        return replace(fields, to_each=None)
    return replace(fields, to_each=None, to=[person.address], contact_id=person.contact_id, lead_id=person.lead_id)


@transaction.atomic
def create_draft(member: Membership, fields: DraftFields) -> Draft:
    """Raises NotFound, NotAllowed, LetterRefused."""
    checked = _checked(member, fields, before=DraftFields())
    draft = Draft.objects.create(author=member, **_columns(checked))
    _attach(draft, checked.attachments)
    _address(draft, checked.to_each)
    return get_draft_for(member, draft.pk)


@transaction.atomic
def save_draft(member: Membership, draft_id: int | str, fields: DraftFields, version: int | None = None) -> Draft:
    """One UPDATE, unless files or the people of `to_each` changed. `version` is the one that was read; None overwrites
    whatever is there.

    Raises DraftNotFound (also when it was sent meanwhile), DraftChanged, NotFound, NotAllowed, LetterRefused.
    """
    draft = version_of(member, draft_id, version)
    before = fields_of(draft)
    checked = _checked(member, fields, before)
    change_draft(draft, updated_at=timezone.now(), **_columns(checked))
    if tuple(checked.attachments) != tuple(before.attachments):
        draft.attachments.all().delete()
        _attach(draft, checked.attachments)
    if checked.to_each != before.to_each:
        draft.addressees.all().delete()
        _address(draft, checked.to_each)
    return get_draft_for(member, draft.pk)


@transaction.atomic
def delete_draft(member: Membership, draft_id: int | str, version: int | None = None) -> None:
    """Raises DraftNotFound, DraftChanged. Its files stay a while, as those that never came into a draft."""
    version_of(member, draft_id, version).delete()


def give_back(mail: OutgoingMail) -> None:
    """To its author, of a letter that was canceled; but not of one that has reached somebody. One to each comes back
    with the last of its letters.
    """
    if mail.sent_at is not None:
        return
    back: dict[str, Any] = {"mail": None, "version": F("version") + 1, "updated_at": timezone.now()}
    mail.drafts.filter(is_to_each=False).update(**back)
    for draft in Draft.objects.filter(addressees__mail=mail):
        if not draft.addressees.exclude(mail=None).exclude(mail__state=OutgoingMail.State.CANCELED).exists():
            draft.addressees.update(mail=None)
            Draft.objects.filter(pk=draft.pk).update(**back)


def draft_of(mail: OutgoingMail) -> Draft | None:
    """That was sent as this letter, alone or with others."""
    return Draft.objects.filter(Q(mail=mail) | Q(addressees__mail=mail)).first()


def draft_from(mail: OutgoingMail) -> Draft:
    """A new draft like a letter that had none: a program queued it. Drafts have merge fields; of a letter without any,
    what looks like them is kept as it is.
    """
    plain = str if mail.has_fields else literal
    form = Template.Format.HTML if mail.html else Template.Format.TEXT
    people = list(mail.recipients.all())
    fields = DraftFields(
        mailbox_id=mail.answers_to_id or mail.mailbox_id,
        alias_id=mail.alias_id,
        to=_typed(people, Kind.TO),
        cc=_typed(people, Kind.CC),
        bcc=_typed(people, Kind.BCC),
        subject=plain(mail.subject),
        format=form,
        body=plain(mail.html or mail.text),
        quote_text=mail.quote_text,
        quote_html=mail.quote_html,
        attachment_url=plain(mail.attachment_url),
        with_signature=mail.with_signature,
        reply_to_message_id=mail.reply_to_message_id,
        forward_message_id=mail.forward_message_id,
        template_id=mail.template_id,
        contact_id=mail.contact_id,
        lead_id=mail.lead_id,
        attachments=[DraftFile(row.upload_id, row.content_id) for row in mail.attachments.all()],
        triggers=read_choice(mail.triggers),
        track_opens=mail.track_opens,
        track_links=mail.track_links,
    )
    draft = Draft.objects.create(author=mail.author, **_columns(fields))
    _attach(draft, fields.attachments)
    return draft


def version_of(member: Membership, draft_id: int | str, version: int | None) -> Draft:
    """The draft as it was read; None for as it is. Raises DraftNotFound, DraftChanged."""
    draft = get_draft_for(member, draft_id)
    if version is not None and draft.version != version:
        raise DraftChanged(draft)
    return draft


def change_draft(draft: Draft, **columns: Any) -> None:
    """Only what is still as we read it. Raises DraftChanged, DraftNotFound."""
    same = Draft.objects.filter(pk=draft.pk, version=draft.version, mail=None)
    if same.update(**columns, version=F("version") + 1) != 1:
        raise DraftChanged(get_draft_for(draft.author, draft.pk))


def _columns(fields: DraftFields) -> dict[str, Any]:
    plain = {name: getattr(fields, name) for name in _COLUMNS}
    return {**plain, "is_to_each": fields.to_each is not None, "triggers": fields.triggers.to_json()}


def _attach(draft: Draft, files: Sequence[DraftFile]) -> None:
    DraftAttachment.objects.bulk_create(
        DraftAttachment(draft=draft, upload_id=file.upload_id, content_id=file.content_id, position=position)
        for position, file in enumerate(files)
    )


def _address(draft: Draft, people: Sequence[Chosen] | None) -> None:
    DraftAddressee.objects.bulk_create(
        DraftAddressee(draft=draft, contact_id=one.contact_id, lead_id=one.lead_id) for one in people or ()
    )


def _checked(member: Membership, fields: DraftFields, before: DraftFields) -> DraftFields:
    """What PostgreSQL takes, and only rows that the member may see. Raises NotFound, NotAllowed, LetterRefused."""
    if fields.format not in Template.Format.values:
        raise LetterRefused("format", _("Choose visual, HTML or plain text."))
    if not all(_CONTENT_ID.fullmatch(file.content_id) for file in fields.attachments):
        raise LetterRefused("attachments", _("The Content-ID of an image holds characters that cannot stand there."))
    _check_relations(member, fields, before)
    people = None if fields.to_each is None else tuple(fields.to_each)
    if people is not None and (fields.to or fields.cc or fields.bcc):
        raise LetterRefused("to_each", _("A letter to each has no To, Cc and Bcc: nobody sees the others."))
    if people is not None and people != before.to_each:
        people = tuple(still_there(people))
    if fields.triggers != before.triggers:
        check_may_choose(member, fields.triggers)
    files = tuple({file.upload_id: file for file in fields.attachments}.values())[:MAX_FILES]
    if files != tuple(before.attachments):
        get_uploads(member, [file.upload_id for file in files], hold=True)
    return replace(
        fields,
        to=_kept(fields.to),
        cc=_kept(fields.cc),
        bcc=_kept(fields.bcc),
        to_each=people,
        subject=checked_body(fields.subject)[:MAX_SUBJECT_CHARS],
        body=checked_body(fields.body),
        quote_text=checked_body(fields.quote_text),
        quote_html=checked_body(fields.quote_html),
        attachment_url=checked_body(fields.attachment_url),
        attachments=files,
    )


def _check_relations(member: Membership, fields: DraftFields, before: DraftFields) -> None:
    """Those that are new: an author keeps a draft whose mailbox, say, was closed to him meanwhile. Raises NotFound."""
    if fields.mailbox_id is not None and fields.mailbox_id != before.mailbox_id:
        get_mailbox_for(member, fields.mailbox_id)
    for name in ("reply_to_message_id", "forward_message_id"):
        message_id = getattr(fields, name)
        if message_id is not None and message_id != getattr(before, name):
            get_message_for(member, message_id)
    if fields.alias_id is not None and fields.alias_id != before.alias_id:
        get_alias_for(member, fields.alias_id)
    if fields.template_id is not None and fields.template_id != before.template_id:
        get_template_for(member, fields.template_id)
    if fields.contact_id is not None and fields.contact_id != before.contact_id:
        get_contact(fields.contact_id)
    if fields.lead_id is not None and fields.lead_id != before.lead_id:
        get_lead(fields.lead_id)


def _kept(typed: Sequence[str]) -> list[str]:
    if len(typed) > MAX_TYPED:
        raise TooManyRecipients(MAX_TYPED)
    return [checked_body(one)[:MAX_TYPED] for one in typed]


def _typed(people: Iterable[OutgoingRecipient], kind: Kind) -> list[str]:
    mine = (row for row in people if row.kind == kind)
    return [formataddr((row.name, row.address), charset="utf-8") if row.name else row.address for row in mine]
