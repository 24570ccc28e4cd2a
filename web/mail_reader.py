"""The right half of the mail screen: one thread with its letters and the card of the client, as templates show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from accounts.models import Membership
from crm.by_address import contact_names_of
from crm.models import Contact, Lead
from mailkit.addresses import email_key
from outbox.drafts import drafts_of_thread
from outbox.models import Draft, OutgoingMail
from smart_addresses.access import checks_of_arrived
from smart_addresses.models import ArrivedLetter
from threads.consents import allowed_senders
from threads.models import Attachment, Message, MessageBody, Participant, Thread
from threads.querysets import MessageQuerySet
from web.address_marks import Address, addresses_of, marked
from web.deliveries import Delivery, describe
from web.event_words import EventWords, events_of
from web.file_kinds import PDF, shown_type, stands_in_text
from web.image_consent import images_token
from web.lead_cards import LeadCard, cards_of
from web.run_lines import mails_with_runs
from web.smart_words import Said, sender_check_of

RECENT = 5  # conversations beside the open one
RECENT_LOOKED_AT = 40  # letters
SHOWN_AT_ONCE = 40  # letters: threads of reports that come each night have thousands


@dataclass(frozen=True, slots=True)
class File:
    """A file of a letter. `shown` is "image" or "pdf" when the viewer can show it."""

    attachment: Attachment
    is_available: bool

    @property
    def shown(self) -> str:
        kind = shown_type(self.attachment) if self.is_available else ""
        return {"": "", PDF: "pdf"}.get(kind, "image")


@dataclass(frozen=True, slots=True)
class Letter:
    message: Message
    who: str
    card_name: str  # of a sender that the letter does not name
    is_open: bool
    is_cut: bool  # its beginning is shown
    has_remote_images: bool
    shows_images: bool  # of this sender always
    images_token: str
    recipients: Sequence[Participant]
    files: Sequence[File]
    events: Sequence[EventWords]
    delivery: Delivery | None
    has_runs: bool  # of triggers
    sender_check: Said | None = None  # of a letter that came to a smart address

    @property
    def sender_key(self) -> str:
        return email_key(self.message.from_address)

    @property
    def has_available_files(self) -> bool:
        return any(file.is_available for file in self.files)

    @property
    def drawn_name(self) -> str:
        """Whose initials stand before it: "You" has none."""
        return self.message.from_name or self.card_name or self.message.from_address

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
    addresses: Sequence[Address]
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
    drafts: Sequence[Draft] = ()  # the reader's own answers that are not sent
    earlier_count: int = 0  # letters before these
    total: int = 0

    @property
    def newest(self) -> Letter | None:
        return self.letters[-1] if self.letters else None

    @property
    def first_id(self) -> int:
        return self.letters[0].message.pk if self.letters else 0

    @property
    def last_id(self) -> int:
        """What the next news begin after: ids are given in the order of filing."""
        return max((letter.message.pk for letter in self.letters), default=self.after)


def read_thread(member: Membership, thread: Thread, *, folder: str) -> Reader:
    """Before it is marked as read: unread letters and the newest one are open. The newest letters alone."""
    everything = _letters_of(member, thread, folder)
    newest, total = list(reversed(everything.newest_first()[:SHOWN_AT_ONCE])), everything.count()
    return Reader(
        thread=thread,
        letters=_letters(member, newest, newest=newest[-1] if newest else None),
        pending=_pending(member, thread),
        elsewhere=_elsewhere(member, thread),
        card=_card(member, thread),
        drafts=_drafts(member, thread, folder),
        earlier_count=total - len(newest),
        total=total,
    )


def read_earlier(member: Membership, thread: Thread, *, folder: str, before: Message) -> Reader:
    """The letters before this one of the thread, as many as are shown at once."""
    earlier = _letters_of(member, thread, folder).newest_first(before=(before.received_at, before.pk))
    shown = list(reversed(earlier[:SHOWN_AT_ONCE]))
    letters = _letters(member, shown, newest=None)
    return Reader(thread, letters, (), (), None, earlier_count=earlier.count() - len(shown))


def read_tail(member: Membership, thread: Thread, *, folder: str, after: int) -> Reader:
    """What has come since: letters filed later, our letters on their way, and the card, which a reply may have made."""
    messages = list(_letters_of(member, thread, folder).filter(pk__gt=after).in_order())
    letters = _letters(member, messages, newest=messages[-1] if messages else None)
    drafts, card = _drafts(member, thread, folder), _card(member, thread)
    return Reader(thread, letters, _pending(member, thread), _elsewhere(member, thread), card, after, drafts)


def _drafts(member: Membership, thread: Thread, folder: str) -> list[Draft]:
    return [] if folder == "deleted" else list(drafts_of_thread(member, thread))


def _letters_of(member: Membership, thread: Thread, folder: str) -> MessageQuerySet:
    """What the member may read, with all that is drawn around the bodies, which the browser asks for one by one."""
    bodies = Prefetch("bodies", MessageBody.objects.only("account", "message", "has_remote_images", "is_cut"))
    mine = Message.objects.visible_to(member).readable()
    letters = mine.filter(thread=thread, deleted_at__isnull=folder != "deleted")
    return letters.for_list().prefetch_related(bodies, "attachments", "events")


def _letters(member: Membership, messages: Sequence[Message], *, newest: Message | None) -> list[Letter]:
    sent = OutgoingMail.objects.select_related("tracked")
    mails = {mail.message_id: mail for mail in sent.filter(message__in=messages)}
    checks = checks_of_arrived(messages)
    started = mails_with_runs(member, mails.values())
    names = contact_names_of({email_key(each.from_address) for each in messages if not each.from_name})
    known = _Known(member, mails, allowed_senders(member, messages), events_of(messages), checks, started, names)
    return [_letter(message, known, is_newest=message is newest) for message in messages]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is asked for all letters at once. `events` and `mails` are by message."""

    member: Membership
    mails: Mapping[int | None, OutgoingMail]
    allowed: frozenset[str]
    events: Mapping[int, Sequence[EventWords]]
    checks: Mapping[int, ArrivedLetter]
    started: frozenset[int]  # letters of ours that started something
    names: Mapping[str, str]  # of contacts, by the key of their address


def _letter(message: Message, known: _Known, *, is_newest: bool) -> Letter:
    participants, mail = list(message.participants.all()), known.mails.get(message.pk)
    written_by_me = mail is not None and mail.author_id == known.member.pk
    to = [person for role in ("to", "cc", "bcc") for person in participants if person.role == role]
    files = [file for file in message.attachments.all() if not stands_in_text(file)]
    card_name = known.names.get(email_key(message.from_address), "")
    named = message.from_name or card_name or message.from_address or _("(unknown sender)")
    return Letter(
        message=message,
        who=_("You") if written_by_me else named,
        card_name=card_name,
        is_open=is_newest or not message.is_read,
        is_cut=any(body.is_cut for body in message.bodies.all()),
        has_remote_images=any(body.has_remote_images for body in message.bodies.all()),
        shows_images=email_key(message.from_address) in known.allowed,
        images_token=images_token(known.member, message),
        recipients=to,
        files=[File(file, bool(message.on_server or file.stored_name)) for file in files],
        events=known.events[message.pk],
        delivery=describe(mail) if mail else None,
        has_runs=mail is not None and mail.pk in known.started,
        sender_check=sender_check_of(known.checks[message.pk]) if message.pk in known.checks else None,
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
        return Card(name, thread.counterpart_address, marked([thread.counterpart_address]), None, (), ())
    leads = Lead.objects.of_contact(contact).open().for_list()
    recent = Message.objects.visible_to(member).kept().of_contact(contact).exclude(thread=thread)
    return Card(
        name=name,
        address=thread.counterpart_address,
        addresses=addresses_of(contact),
        contact=contact,
        leads=cards_of(leads.order_by("-created_at", "-id")),
        recent=_one_of_each_thread(recent.newest_first()[:RECENT_LOOKED_AT])[:RECENT],
    )


def _one_of_each_thread(newest_first: Iterable[Message]) -> list[Message]:
    newest: dict[int, Message] = {}
    for message in newest_first:
        newest.setdefault(message.thread_id, message)
    return list(newest.values())
