"""A letter that a program asks for by its template: what it does not say, the template does (M40-M49)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from accounts.models import Membership
from crm.access import get_contact, get_lead
from crm.models import Contact, Lead
from letter_templates.access import get_template_for
from letter_templates.errors import PartRefused, TemplateUnusable
from letter_templates.models import Template
from letter_templates.services import (
    TemplateParts,
    TemplateSender,
    resolve_send_to,
    resolve_sender,
    use_template,
)
from letter_templates.trigger_choice import TriggerChoice, read_choice
from mailboxes.access import get_mailbox_for
from outbox.errors import FieldsRefused, LetterRefused
from outbox.merging import values_for
from outbox.requests import LetterRequest
from outbox.template_files import upload_files


@dataclass(frozen=True, slots=True)
class Client:
    """Whom it is for."""

    contact: Contact | None
    lead: Lead | None

    @property
    def address(self) -> str:
        """The first of the contact, or of the lead's first contact."""
        contact = self.contact or (self.lead.contacts.order_by("name", "id").first() if self.lead else None)
        first = contact.emails.first() if contact else None
        return first.email if first else ""


def fill_from_template(member: Membership, request: LetterRequest) -> LetterRequest:
    """With sender, recipients, words, files and triggers of `template_id` where the request has none. Raises NotFound,
    LetterRefused. In the transaction that queues it: its files become uploads.
    """
    parts = use_template(member, request.template_id or 0)
    template = get_template_for(member, parts.template_id)
    client = Client(
        get_contact(request.contact_id) if request.contact_id else None,
        get_lead(request.lead_id) if request.lead_id else None,
    )
    is_text = parts.format == Template.Format.TEXT
    has_words = bool(request.text or request.html)
    request = _from_and_to(member, template, client, request)
    files = upload_files(member, parts.files)
    return replace(
        request,
        subject=request.subject or parts.subject,
        text=request.text if has_words else (parts.body if is_text else ""),
        html=request.html if has_words else ("" if is_text else parts.body),
        merge_fields=True,
        with_signature=request.with_signature and parts.with_signature,
        attachment_url=request.attachment_url or parts.attachment_url,
        upload_ids=[*request.upload_ids, *(file.upload_id for file in files)],
        content_ids={**request.content_ids, **{file.upload_id: file.content_id for file in files}},
        triggers=_triggers(template, parts, request),
    )


def _triggers(template: Template, parts: TemplateParts, request: LetterRequest) -> TriggerChoice:
    """A rule of the account keeps those of the template, whoever it sends for."""
    if request.triggers is not None:
        return request.triggers
    return read_choice(template.triggers) if request.is_automatic else parts.triggers


def _from_and_to(member: Membership, template: Template, client: Client, request: LetterRequest) -> LetterRequest:
    try:
        if not request.mailbox_id:
            sender = resolve_sender(template, member=member, contact=client.contact, lead=client.lead)
            request = _sent_from(request, sender)
        if not (request.to or request.cc or request.bcc):
            mailbox = get_mailbox_for(member, request.mailbox_id)
            values = values_for(member, mailbox, contact=client.contact, lead=client.lead)
            to = resolve_send_to(template, values) or [one for one in [client.address] if one]
            request = replace(request, to=to)
    except TemplateUnusable as error:
        raise LetterRefused("mailbox_id" if error.code == "no_sender" else "to", error.message) from error
    except PartRefused as error:
        raise FieldsRefused("to", error) from error
    return request


def _sent_from(request: LetterRequest, sender: TemplateSender) -> LetterRequest:
    alias_id = request.alias_id or (sender.alias.pk if sender.alias else None)
    return replace(request, mailbox_id=sender.mailbox.pk, alias_id=alias_id)
