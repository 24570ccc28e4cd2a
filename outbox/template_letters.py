"""Letters from templates: what one will look like for a card (M18), and a test of it to oneself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from accounts.models import Membership
from crm.access import get_contact, get_lead
from crm.models import Contact, Lead
from letter_templates.access import get_template_for
from letter_templates.errors import TemplateUnusable
from letter_templates.fields import cards_of, letter_values
from letter_templates.models import Template
from letter_templates.requests import FileValues, TemplateFields, fields_of
from letter_templates.using import TemplateSender, resolve_send_to, resolve_sender
from outbox.draft_sending import request_of
from outbox.drafts import DraftFields, DraftFile
from outbox.models import OutgoingMail
from outbox.previewing import Preview, preview
from outbox.queueing import queue_letter
from outbox.template_files import upload_files


@dataclass(frozen=True, slots=True)
class TemplatePreview:
    """`files` are the template's: attached ones, and images by their Content-ID. `problem` keeps a letter from being
    sent as it is; "" when there is none.
    """

    letter: Preview
    files: tuple[FileValues, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class ForCard:
    """Whose fields are filled in, by id."""

    contact_id: int | None = None
    lead_id: int | None = None

    def rows(self) -> tuple[Contact | None, Lead | None]:
        """Raises NotFound."""
        contact = get_contact(self.contact_id) if self.contact_id else None
        return contact, get_lead(self.lead_id) if self.lead_id else None


def preview_template(member: Membership, fields: TemplateFields, card: ForCard) -> TemplatePreview:
    """Of a template as it is typed: nothing has to be saved. Raises NotFound, LetterRefused, TemplateRefused."""
    contact, lead = card.rows()
    template = _unsaved(fields)
    sender, problem = _sender(member, template, contact, lead)
    to, no_recipient = _recipients(member, template, sender, contact, lead)
    draft = replace(_draft_of(fields, sender), to=to)
    return TemplatePreview(preview(member, draft, contact=contact, lead=lead), fields.files, problem or no_recipient)


def send_test(member: Membership, template_id: int | str, card: ForCard) -> OutgoingMail:
    """To the member's own address, as a client would see it: nobody watches who opens it, it starts no triggers, and
    nothing in it acts on the card. Raises NotFound, TemplateUnusable, LetterRefused.
    """
    template = get_template_for(member, template_id)
    contact, lead = card.rows()
    fields = fields_of(template)
    given = upload_files(member, fields.files)
    draft = replace(
        _draft_of(fields, resolve_sender(template, member=member, contact=contact, lead=lead)),
        to=[member.user.email],
        template_id=template.pk,
        contact_id=contact.pk if contact else None,
        lead_id=lead.pk if lead else None,
        attachments=[DraftFile(file.upload_id, file.content_id) for file in given],
        track_opens=False,
        track_links=False,
    )
    return queue_letter(member, replace(request_of(draft), is_test=True))


def _unsaved(fields: TemplateFields) -> Template:
    return Template(
        from_mailbox_id=fields.from_mailbox_id,
        from_alias_id=fields.from_alias_id,
        from_responsible=fields.from_responsible,
        send_to=fields.send_to,
    )


def _draft_of(fields: TemplateFields, sender: TemplateSender | None) -> DraftFields:
    return DraftFields(
        mailbox_id=sender.mailbox.pk if sender else None,
        alias_id=sender.alias.pk if sender and sender.alias else None,
        subject=fields.subject,
        format=fields.format,
        body=fields.body,
        attachment_url=fields.attachment_url,
        with_signature=not fields.without_signature,
    )


def _sender(
    member: Membership, template: Template, contact: Contact | None, lead: Lead | None
) -> tuple[TemplateSender | None, str]:
    try:
        return resolve_sender(template, member=member, contact=contact, lead=lead), ""
    except TemplateUnusable as error:
        return None, error.message


def _recipients(
    member: Membership,
    template: Template,
    sender: TemplateSender | None,
    contact: Contact | None,
    lead: Lead | None,
) -> tuple[list[str], str]:
    """A fixed one, or the client."""
    cards = cards_of(contact=contact, lead=lead)
    values = letter_values(member, sender.mailbox if sender else None, cards)
    try:
        fixed = resolve_send_to(template, values)
    except TemplateUnusable as error:
        return [], error.message
    return fixed or [address for address in [values["contact.email"]] if address], ""
