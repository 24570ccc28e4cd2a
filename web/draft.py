"""What stands in the compose dialog when it opens: something new, an answer, or a draft that is written on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.mailer import may_use_mailer
from accounts.models import Membership
from crm.access import get_contact, get_lead
from crm.models import Contact, Lead
from letter_templates.errors import TemplateRefused
from letter_templates.fields import picker_labels, sender_values
from letter_templates.signatures import make_signature
from mailboxes.access import get_mailbox_for
from mailboxes.errors import MailboxNotFound
from mailboxes.models import Mailbox
from mailkit.addresses import AddressRefused, parse_typed_address
from outbox.acts import switches_of
from outbox.draft_beginnings import begin_forward, begin_reply
from outbox.drafts import DraftFields, get_draft_for
from outbox.forwarding import ForwardFile, forward_defaults
from outbox.models import Draft
from outbox.previewing import for_one
from outbox.queueing import contact_with
from threads.access import get_message_for
from web.draft_json import draft_json, fields_json
from web.letter_cards import Card, card_of, people_of
from web.senders import Sender


@dataclass(frozen=True, slots=True)
class Line:
    """To, Cc or Bcc."""

    name: str
    label: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class OpenLetter:
    """`draft` is None as long as nothing was saved."""

    title: str
    fields: DraftFields
    draft: Draft | None = None
    copies: Sequence[ForwardFile] = ()  # files of the letter that is forwarded, to be fetched from its server
    card: Card | None = None  # whose people "To" offers

    @property
    def is_to_each(self) -> bool:
        return self.draft.is_to_each if self.draft else self.fields.to_each is not None

    @property
    def lines(self) -> list[Line]:
        """None for a letter to each. Cc and Bcc show when somebody is in them, or when they are asked for."""
        if self.is_to_each:
            return []
        return [Line("to", _("To"), True), Line("cc", _("Cc"), False), Line("bcc", _("Bcc"), False)]

    def as_json(self, member: Membership) -> dict[str, Any]:
        """All that the script starts with."""
        fresh = {"id": None, "version": None, "fields": fields_json(self.fields)}
        mailbox_id = self.draft.mailbox_id if self.draft else self.fields.mailbox_id
        return {
            **(draft_json(self.draft) if self.draft else fresh),
            "signature": signature_text(member, mailbox_id),
            "member": member.pk,
            "labels": picker_labels(),
            "copies": [_copy_json(file) for file in self.copies],
            "usual": usual_switches(member),
        }


def usual_switches(member: Membership) -> dict[int, list[bool]]:
    """By mailbox, whether opens and followed links are told when nobody says otherwise."""
    account = member.account
    switches = {mailbox.pk: switches_of(account, mailbox) for mailbox in Mailbox.objects.sendable_by(member)}
    return {pk: [one.opens, one.links] for pk, one in switches.items()} if may_use_mailer(member) else {}


def _copy_json(file: ForwardFile) -> dict[str, Any]:
    return {
        "attachment": file.attachment_id,
        "name": file.filename,
        "size": file.size,
        "content_id": file.content_id,
    }


def new_letter(senders: Sequence[Sender], *, to: str, card: Card | None) -> OpenLetter:
    """From the member's own mailbox, if there is one. Raises NotFound."""
    fields = DraftFields(
        mailbox_id=own_mailbox_of(senders),
        to=[to] if to else [],
        contact_id=card.row_id if card and card.kind == "contact" else None,
        lead_id=card.row_id if card and card.kind == "lead" else None,
    )
    if card:
        people_of(card)  # nobody writes from a card that is not there
    return OpenLetter(_("New message"), fields, card=card)


def letter_to_each(senders: Sequence[Sender]) -> OpenLetter:
    """Without anybody in it: for one that the script knows."""
    fields = DraftFields(mailbox_id=own_mailbox_of(senders), to_each=())
    return OpenLetter(_("New message"), fields)


def own_mailbox_of(senders: Sequence[Sender]) -> int | None:
    """The one to begin with: personal ones come first."""
    own = next((sender for sender in senders if sender.is_own), None) or next(iter(senders), None)
    return own.mailbox_id if own else None


def reply_letter(member: Membership, message_id: str, *, to_all: bool) -> OpenLetter:
    """Raises MessageNotFound. The letter answered stands folded below; it goes out with the answer."""
    fields = begin_reply(member, get_message_for(member, message_id), to_all=to_all)
    return OpenLetter(_("Reply to all") if to_all else _("Reply"), fields)


def forward_letter(member: Membership, message_id: str) -> OpenLetter:
    """Raises MessageNotFound."""
    message = get_message_for(member, message_id)
    known = forward_defaults(message)
    return OpenLetter(_("Forward"), begin_forward(message, known), copies=known.files)


def open_draft(member: Membership, draft_id: str) -> OpenLetter:
    """Raises DraftNotFound."""
    draft = get_draft_for(member, draft_id)
    card = card_of(draft.contact_id, draft.lead_id)
    return OpenLetter(_title_of(draft), DraftFields(), draft, card=card)


def _title_of(draft: Draft) -> str:
    if draft.forward_message_id:
        return _("Forward")
    return _("Reply") if draft.reply_to_message_id else _("New message")


def signature_text(member: Membership, mailbox_id: int | None) -> str:
    """What will stand below the letter, to be shown beside the editor; "" for one that cannot be filled in now."""
    try:
        mailbox = get_mailbox_for(member, mailbox_id) if mailbox_id else None
        source = member.signature.strip() or (mailbox.signature if mailbox else "")
        return make_signature(source, sender_values(member, mailbox)).text
    except (TemplateRefused, MailboxNotFound):
        return ""


def cards_of_letter(fields: DraftFields) -> tuple[Contact | None, Lead | None]:
    """Whose fields fill it in, as when it is sent: those of its cards, or of the first contact it is written to."""
    fields = for_one(fields)
    contact = get_contact(fields.contact_id) if fields.contact_id else None
    lead = get_lead(fields.lead_id) if fields.lead_id else None
    if contact or lead or not fields.to:
        return contact, lead
    try:
        return contact_with(parse_typed_address(fields.to[0]).email), None
    except AddressRefused:  # it is still being typed
        return None, None
