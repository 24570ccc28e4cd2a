"""What a draft begins with: the letter it answers or forwards, and its template. The writer may change all of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from accounts.models import Membership
from crm.access import get_contact, get_lead
from letter_templates.access import get_template_for
from letter_templates.errors import PartRefused, TemplateUnusable
from letter_templates.models import Template
from letter_templates.rendering import literal
from letter_templates.using import resolve_send_to, resolve_sender, use_template
from mailboxes.access import get_mailbox_for
from mailboxes.models import Mailbox
from mailkit.types import Address
from outbox.drafts import DraftFields, DraftFile
from outbox.forwarding import ForwardDefaults
from outbox.from_template import Client
from outbox.merging import values_for
from outbox.replies import reply_defaults
from outbox.template_files import upload_files
from threads.models import Message


@dataclass(frozen=True, slots=True)
class Known:
    """What is said of a draft before a template fills the rest: for whom it is, and from where."""

    mailbox_id: int | None = None
    contact_id: int | None = None
    lead_id: int | None = None
    has_recipients: bool = False
    begun: DraftFields = field(default_factory=DraftFields)


def begin_reply(member: Membership, message: Message, *, to_all: bool) -> DraftFields:
    """For a message that the member sees (threads.access). The letter answered goes out below the answer."""
    known = reply_defaults(member, message, to_all)
    return DraftFields(
        mailbox_id=_sender_of(known.mailbox),
        to=[_typed(person) for person in known.to],
        cc=[_typed(person) for person in known.cc],
        subject=literal(known.subject),  # a stranger's words
        reply_to_message_id=message.pk,
        quote_html=known.quoted_html,
        quote_text=known.quoted_text,
    )


def begin_forward(message: Message, known: ForwardDefaults) -> DraftFields:
    """Its files have to be fetched: outbox.forwarding.keep_files."""
    return DraftFields(
        mailbox_id=_sender_of(known.mailbox),
        subject=literal(known.subject),
        forward_message_id=message.pk,
        quote_html=known.quoted_html,
        quote_text=known.quoted_text,
    )


def begin_from_template(member: Membership, template_id: int, known: Known) -> DraftFields:
    """As outbox.from_template does with a letter; but what cannot be filled in yet is left to the writer. Raises
    NotFound.
    """
    parts, template = use_template(member, template_id), get_template_for(member, template_id)
    client = Client(
        get_contact(known.contact_id) if known.contact_id else None,
        get_lead(known.lead_id) if known.lead_id else None,
    )
    fields = _with_sender(member, template, client, known)
    files = upload_files(member, parts.files)
    fields = replace(
        fields,
        subject=fields.subject or parts.subject,
        format=parts.format,
        body=parts.body,
        attachment_url=parts.attachment_url,
        with_signature=parts.with_signature,
        template_id=parts.template_id,
        attachments=[*fields.attachments, *(DraftFile(file.upload_id, file.content_id) for file in files)],
        triggers=parts.triggers,
    )
    return fields if fields.to or known.has_recipients else _with_recipients(member, template, client, fields)


def _with_sender(member: Membership, template: Template, client: Client, known: Known) -> DraftFields:
    if mailbox_id := known.mailbox_id or known.begun.mailbox_id:
        return replace(known.begun, mailbox_id=mailbox_id)
    try:
        sender = resolve_sender(template, member=member, contact=client.contact, lead=client.lead)
    except TemplateUnusable:  # told when it is sent
        return known.begun
    return replace(known.begun, mailbox_id=sender.mailbox.pk, alias_id=sender.alias.pk if sender.alias else None)


def _with_recipients(member: Membership, template: Template, client: Client, fields: DraftFields) -> DraftFields:
    mailbox = get_mailbox_for(member, fields.mailbox_id) if fields.mailbox_id else None
    try:
        to = resolve_send_to(template, values_for(member, mailbox, contact=client.contact, lead=client.lead))
    except (TemplateUnusable, PartRefused):  # told when it is sent
        return fields
    return replace(fields, to=to or [one for one in [client.address] if one])


def _sender_of(mailbox: Mailbox) -> int | None:
    """None where nothing can be sent from: the writer chooses then (K47)."""
    return None if mailbox.kind == Mailbox.Kind.SYSTEM else mailbox.pk


def _typed(person: Address) -> str:
    return f"{person.name} <{person.email}>" if person.name else person.email
