"""A letter of a template that a rule of the account sends: from whom (M41), in whose name, to whom, and how often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.errors import NotFound
from accounts.models import Membership
from automation import caps
from automation.errors import LetterNotSent
from automation.reasons import Reason
from crm.models import Contact, ContactEmail, Lead
from letter_templates.errors import PartRefused, TemplateUnusable
from letter_templates.models import Template
from letter_templates.requests import file_values
from letter_templates.trigger_choice import read_choice
from letter_templates.using import resolve_send_to, responsible_for
from mailboxes.models import Mailbox, SenderAlias
from mailboxes.policy import readers_of
from mailkit.addresses import email_key
from outbox.errors import LetterRefused
from outbox.merging import values_for
from outbox.models import OutgoingMail
from outbox.queueing import check_letter, store_letter
from outbox.requests import LetterRequest
from outbox.suppression import marks_of, unsubscribed_keys
from outbox.template_files import upload_files


@dataclass(frozen=True, slots=True)
class RuleLetter:
    """What a rule wants sent. `member` is whoever wrote the letter before it, if anybody; `mailbox` goes before what
    the template says; `after` is the letter that led to it, whose mailbox is used where the template leaves that to the
    sender; `depth` counts the letters that led to one another, this one among them; `address` goes before the others of
    its contact.
    """

    template: Template
    contacts: Sequence[Contact]
    lead: Lead | None = None
    member: Membership | None = None
    mailbox: Mailbox | None = None
    after: OutgoingMail | None = None
    depth: int = 1
    address: str = ""


@transaction.atomic
def send_template_letter(letter: RuleLetter) -> OutgoingMail:
    """One letter to all these contacts, queued. Raises LetterNotSent; nothing is stored then."""
    caps.check_depth(letter.depth)
    template, contact = letter.template, next(iter(letter.contacts), None)
    to = [] if template.send_to else _addresses(letter.contacts, letter.address)
    caps.hold_template(template)
    caps.check_contacts(letter.contacts, template, timezone.now())
    mailbox = _mailbox_of(letter)
    author = _author_for(letter, mailbox)
    if not to:
        to = _fixed_addresses(letter, author, mailbox)
        caps.check_addresses(to, template, timezone.now())
    request = replace(
        _request_of(template, author),
        mailbox_id=mailbox.pk,
        alias_id=_alias_id(template, mailbox),
        to=to,
        contact_id=contact.pk if contact else None,
        lead_id=letter.lead.pk if letter.lead else None,
        depth=letter.depth,
    )
    return _queued(author, request, template)


def _queued(author: Membership, request: LetterRequest, template: Template) -> OutgoingMail:
    """An administrator chose the template: whether the author may use it for letters of their own is not asked."""
    try:
        checked = check_letter(author, request)
        checked.mail.template = template
        return store_letter(author, checked)
    except LetterRefused as error:
        raise LetterNotSent(Reason.LETTER_REFUSED, part=error.field) from error
    except NotFound as error:
        raise LetterNotSent(Reason.NO_SENDER) from error


def _request_of(template: Template, author: Membership) -> LetterRequest:
    is_text = template.format == Template.Format.TEXT
    files = upload_files(author, tuple(map(file_values, template.files.all())))
    return LetterRequest(
        mailbox_id=0,
        to=(),
        subject=template.subject,
        text=template.body if is_text else "",
        html="" if is_text else template.body,
        merge_fields=True,
        with_signature=not template.without_signature,
        attachment_url=template.attachment_url,
        upload_ids=[file.upload_id for file in files],
        content_ids={file.upload_id: file.content_id for file in files},
        triggers=read_choice(template.triggers),
        is_automatic=True,
    )


def _addresses(contacts: Sequence[Contact], best: str) -> list[str]:
    """Of each who wants any, the first that takes mail; `best` goes before the others."""
    if not contacts:
        raise LetterNotSent(Reason.NO_CONTACT)
    known = {contact.pk: _in_order(contact, best) for contact in contacts}
    refused = marks_of(row.email for rows in known.values() for row in rows)
    unsubscribed = unsubscribed_keys(contacts)
    asked = [rows for rows in known.values() if unsubscribed.isdisjoint(row.email_key for row in rows)]
    first = (next((row.email for row in rows if row.email_key not in refused), "") for rows in asked)
    found = list(dict.fromkeys(filter(None, first)))
    if not found:
        raise LetterNotSent(Reason.SUPPRESSED if any(known.values()) else Reason.NO_ADDRESS)
    return found


def _in_order(contact: Contact, best: str) -> list[ContactEmail]:
    return sorted(contact.emails.all(), key=lambda row: row.email_key != email_key(best))


def _fixed_addresses(letter: RuleLetter, author: Membership, mailbox: Mailbox) -> list[str]:
    """Where the template always goes (M42)."""
    contact = next(iter(letter.contacts), None)
    values = values_for(author, mailbox, contact=contact, lead=letter.lead)
    try:
        return resolve_send_to(letter.template, values)
    except (PartRefused, TemplateUnusable) as error:
        raise LetterNotSent(Reason.NO_RECIPIENT) from error


def _mailbox_of(letter: RuleLetter) -> Mailbox:
    """M41: the one that was chosen, else that of the responsible user or of the sender, else the account's default."""
    chosen = letter.mailbox or letter.template.from_mailbox
    found = _mailbox_by_itself(letter) if chosen is None else chosen if _is_lent(letter, chosen) else None
    if found is None or not _is_usable(found):
        found = Mailbox.objects.filter(is_account_default=True).first()
    if found is None or not _is_usable(found):
        raise LetterNotSent(Reason.NO_SENDER)
    return found


def _mailbox_by_itself(letter: RuleLetter) -> Mailbox | None:
    if letter.template.from_responsible:
        return _own_mailbox(responsible_for(next(iter(letter.contacts), None), letter.lead))
    return _mailbox_before(letter) or _own_mailbox(letter.member)


def _is_lent(letter: RuleLetter, mailbox: Mailbox) -> bool:
    """A personal one is, while whoever chose it may send from it: an administrator for a stage, its owner for a
    template. Else their words would go out in the name of somebody who shares it no more (K24, K25).
    """
    if mailbox.kind == Mailbox.Kind.SHARED:
        return True
    chose = Q(role=Membership.Role.ADMIN) if letter.mailbox else Q(pk=letter.template.owner_id)
    return readers_of(mailbox).filter(chose).exists()


def _is_usable(mailbox: Mailbox) -> bool:
    return mailbox.state not in (Mailbox.State.DISCONNECTED, Mailbox.State.REMOVING)


def _mailbox_before(letter: RuleLetter) -> Mailbox | None:
    return (letter.after.answers_to or letter.after.mailbox) if letter.after else None


def _own_mailbox(member: Membership | None) -> Mailbox | None:
    if member is None:
        return None
    return Mailbox.objects.sendable_by(member).filter(owner=member).order_by("address_key", "id").first()


def _alias_id(template: Template, mailbox: Mailbox) -> int | None:
    """The template's other From address, when it is of this mailbox and confirmed."""
    if template.from_alias_id is None or template.from_mailbox_id != mailbox.pk:
        return None
    confirmed = SenderAlias.objects.filter(pk=template.from_alias_id, mailbox=mailbox, confirmed_at__isnull=False)
    return template.from_alias_id if confirmed.exists() else None


def _author_for(letter: RuleLetter, mailbox: Mailbox) -> Membership:
    """Whoever wrote the letter before, or has the card, or the mailbox, or the first administrator: the first of them
    who may send from this mailbox. The rights of people hold for what rules do in their name.
    """
    for member in _candidates(letter, mailbox):
        if Mailbox.objects.sendable_by(member).filter(pk=mailbox.pk).exists():
            return member
    raise LetterNotSent(Reason.NO_SENDER)


def _candidates(letter: RuleLetter, mailbox: Mailbox) -> Iterator[Membership]:
    contact = next(iter(letter.contacts), None)
    for member in (letter.member, responsible_for(contact, letter.lead), mailbox.owner):
        if member is not None and member.is_active:
            yield member
    yield from Membership.objects.filter(is_active=True, role=Membership.Role.ADMIN).order_by("pk")
