"""The right half of the mail screen: one thread with its letters and the card of the client, as templates show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Membership
from crm.models import Contact, Lead
from outbox.models import OutgoingMail
from threads.models import Attachment, Message, Participant, Thread
from web.deliveries import Delivery, describe
from web.lead_cards import LeadCard, cards_of

RECENT = 5


@dataclass(frozen=True, slots=True)
class Letter:
    message: Message
    who: str
    is_open: bool
    blocks_images: bool
    recipients: Sequence[Participant]
    files: Sequence[Attachment]
    delivery: Delivery | None

    @property
    def drawn_name(self) -> str:
        """Whose initials stand before it: "You" has none."""
        return self.message.from_name or self.message.from_address

    @property
    def first_recipient(self) -> str:
        first = self.recipients[0] if self.recipients else None
        return (first.name or first.email) if first else _("(no recipient)")

    @property
    def other_recipients(self) -> int:
        return max(0, len(self.recipients) - 1)


@dataclass(frozen=True, slots=True)
class Card:
    """The client beside the thread. Without a contact there is the offer to make one."""

    name: str
    address: str
    contact: Contact | None
    leads: Sequence[LeadCard]
    recent: Sequence[Message]


@dataclass(frozen=True, slots=True)
class Reader:
    thread: Thread
    letters: Sequence[Letter]
    pending: Sequence[Delivery]
    elsewhere: Sequence[OutgoingMail]  # answers of ours that went out from another mailbox and are filed there
    card: Card | None
    after: int = 0

    @property
    def newest(self) -> Letter | None:
        return self.letters[-1] if self.letters else None

    @property
    def last_id(self) -> int:
        """What the next news begin after: ids are given in the order of filing."""
        return max((letter.message.pk for letter in self.letters), default=self.after)


def read_thread(member: Membership, thread: Thread, *, folder: str) -> Reader:
    """Before it is marked as read: unread letters and the newest one are open."""
    messages = Message.objects.filter(thread=thread, deleted_at__isnull=folder != "deleted").for_reading().in_order()
    return Reader(
        thread=thread,
        letters=_letters(member, list(messages)),
        pending=_pending(member, thread),
        elsewhere=_elsewhere(member, thread),
        card=_card(member, thread),
    )


def read_tail(member: Membership, thread: Thread, *, after: int) -> Reader:
    """What has come since: letters filed later, and our letters that are on their way."""
    messages = Message.objects.filter(thread=thread, deleted_at__isnull=True, pk__gt=after).for_reading().in_order()
    letters = _letters(member, list(messages))
    return Reader(thread, letters, _pending(member, thread), _elsewhere(member, thread), None, after)


def _letters(member: Membership, messages: Sequence[Message]) -> list[Letter]:
    mails = {mail.message_id: mail for mail in OutgoingMail.objects.filter(message__in=messages)}
    return [_letter(member, message, message is messages[-1], mails.get(message.pk)) for message in messages]


def _letter(member: Membership, message: Message, is_newest: bool, mail: OutgoingMail | None) -> Letter:
    participants = list(message.participants.all())
    written_by_me = mail is not None and mail.author_id == member.pk
    to = [person for role in ("to", "cc", "bcc") for person in participants if person.role == role]
    return Letter(
        message=message,
        who=_("You") if written_by_me else message.from_name or message.from_address or _("(unknown sender)"),
        is_open=is_newest or not message.is_read,
        blocks_images=any(body.has_remote_images for body in message.bodies.all()),
        recipients=to,
        files=[file for file in message.attachments.all() if not (file.is_inline and file.content_id)],
        delivery=describe(mail) if mail else None,
    )


def _pending(member: Membership, thread: Thread) -> list[Delivery]:
    """Letters of ours that are not filed yet. A shared letter may be answered from a personal mailbox (K23)."""
    mine = OutgoingMail.objects.visible_to(member)
    of_thread = mine.filter(Q(thread=thread) | Q(reply_to_message__thread=thread))
    waiting = of_thread.undelivered().filter(message__isnull=True).for_list()
    return [describe(mail) for mail in waiting.order_by("created_at")]


def _elsewhere(member: Membership, thread: Thread) -> list[OutgoingMail]:
    """Threads belong to one mailbox (K31): without a word about them the conversation would look unanswered (R07)."""
    filed = OutgoingMail.objects.visible_to(member).filter(message__isnull=False, message__deleted_at__isnull=True)
    answers = filed.filter(reply_to_message__thread=thread).exclude(message__thread=thread)
    return list(answers.select_related("author__user", "mailbox", "message").order_by("sent_at", "id"))


def _card(member: Membership, thread: Thread) -> Card | None:
    if not thread.counterpart_address:
        return None
    contact = Contact.objects.with_address(thread.counterpart_address).for_list().first()
    name = contact.name if contact else thread.counterpart_name or thread.counterpart_address
    if contact is None:
        return Card(name, thread.counterpart_address, None, (), ())
    leads = Lead.objects.of_contact(contact).open().for_list()
    recent = Message.objects.visible_to(member).kept().of_contact(contact).exclude(thread=thread)
    return Card(
        name=name,
        address=thread.counterpart_address,
        contact=contact,
        leads=cards_of(leads.order_by("-created_at", "-id")),
        recent=list(recent.newest_first()[:RECENT]),
    )
