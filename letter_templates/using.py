"""A template in use: what a letter takes from it, who sends it (M41) and where it goes (M42)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.ids import NO_ROW
from accounts.mailer import may_use_mailer
from accounts.models import Membership
from crm.models import Contact, Lead
from letter_templates.access import get_template_for
from letter_templates.errors import PartRefused, TemplateRefused, TemplateUnusable
from letter_templates.models import Template
from letter_templates.rendering import render
from letter_templates.requests import FileValues, addresses_in, file_values
from letter_templates.trigger_choice import NO_TRIGGERS, TriggerChoice, read_choice
from mailboxes.models import Mailbox, SenderAlias
from mailkit.addresses import AddressRefused


@dataclass(frozen=True, slots=True)
class TemplateParts:
    """What a letter starts with. Its fields are not filled in yet. `mailbox_id` is None where the template leaves it to
    the sender, or names a mailbox that this member may not send from; who may not use triggers gets none.
    """

    template_id: int
    name: str
    subject: str
    body: str
    format: str  # Template.Format
    mailbox_id: int | None
    alias_id: int | None
    send_to: str
    attachment_url: str
    with_signature: bool
    files: tuple[FileValues, ...]
    triggers: TriggerChoice


@dataclass(frozen=True, slots=True)
class TemplateSender:
    """Who a letter of a template comes from."""

    mailbox: Mailbox
    alias: SenderAlias | None = None


def use_template(member: Membership, template_id: int | str) -> TemplateParts:
    """For a letter that this member writes. Raises TemplateNotFound."""
    template = get_template_for(member, template_id)
    sender = _chosen(template, member)
    return TemplateParts(
        template_id=template.pk,
        name=template.name,
        subject=template.subject,
        body=template.body,
        format=template.format,
        mailbox_id=sender.mailbox.pk if sender else None,
        alias_id=sender.alias.pk if sender and sender.alias else None,
        send_to=template.send_to,
        attachment_url=template.attachment_url,
        with_signature=not template.without_signature,
        files=tuple(map(file_values, template.files.all())),
        triggers=read_choice(template.triggers) if may_use_mailer(member) else NO_TRIGGERS,
    )


def resolve_sender(
    template: Template, *, member: Membership, contact: Contact | None = None, lead: Lead | None = None
) -> TemplateSender:
    """The mailbox that the template names, or that of the card's responsible user, or the member's own; else the
    account's default. Always one that `member` may send from. Raises TemplateUnusable.
    """
    chosen = _chosen(template, member)
    if chosen:
        return chosen
    whose = responsible_for(contact, lead) if template.from_responsible else member
    mailbox = None if template.from_mailbox_id else _own_mailbox(member, whose)
    mailbox = mailbox or Mailbox.objects.sendable_by(member).filter(is_account_default=True).first()
    if mailbox is None:
        raise TemplateUnusable("no_sender", _no_sender_words(template, whose))
    return TemplateSender(mailbox)


def resolve_send_to(template: Template, values: Mapping[str, str | int]) -> list[str]:
    """The addresses that it always goes to; none: it goes to the client. Raises PartRefused, TemplateUnusable."""
    if not template.send_to:
        return []
    try:
        rendered = render(template.send_to, values, format="header").text
        found = addresses_in(rendered)
    except TemplateRefused as error:
        raise PartRefused("send_to", error) from error
    except AddressRefused as error:
        words = _("“Where to send” of the template gives “%(text)s”, which is not an email address.")
        raise TemplateUnusable("no_recipient", words % {"text": rendered[:100]}) from error
    if not found:
        words = _("“Where to send” of the template is empty for this card. Fill in the field: %(source)s")
        raise TemplateUnusable("no_recipient", words % {"source": template.send_to[:100]})
    return found


def _chosen(template: Template, member: Membership) -> TemplateSender | None:
    """The mailbox that it names, if the member may send from it."""
    if template.from_mailbox_id is None:
        return None
    mailbox = Mailbox.objects.sendable_by(member).filter(pk=template.from_mailbox_id).first()
    if mailbox is None:
        return None
    confirmed = SenderAlias.objects.filter(mailbox=mailbox, confirmed_at__isnull=False)
    return TemplateSender(mailbox, confirmed.filter(pk=template.from_alias_id or NO_ROW).first())


def responsible_for(contact: Contact | None, lead: Lead | None) -> Membership | None:
    """Of the lead, else of the contact."""
    return (lead.responsible if lead else None) or (contact.responsible if contact else None)


def _own_mailbox(member: Membership, whose: Membership | None) -> Mailbox | None:
    if whose is None:
        return None
    return Mailbox.objects.sendable_by(member).filter(owner=whose).order_by("address_key", "id").first()


def _no_sender_words(template: Template, whose: Membership | None) -> str:
    default = _("and the account has no default mailbox that you may send from. Choose a sender.")
    if template.from_mailbox_id:
        return _("You may not send from the mailbox of this template,") + " " + default
    if whose is None:
        return _("The card has no responsible user,") + " " + default
    words = _("%(name)s has no mailbox of their own that you may send from,") % {"name": whose.name}
    return f"{words} {default}"
