"""A lead is made when we reply to a client who wrote first, in mailboxes that want it (E01-E06).

Which thread gets one is decided in the transaction that files the letters, by rows of ThreadLead; so nothing is decided
twice, or lost. The leads themselves are made a moment later: their contacts need the lock of linking alone, and filing
holds a share of it already (docs/adr/0028).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction

from accounts.models import Membership
from accounts.smart_settings import responsible_by_default
from crm.card_events import EventKind, note_event
from crm.contact_names import names_of
from crm.contacts import ContactValues, create_contact
from crm.errors import ValueRefused
from crm.leads import LeadValues, create_lead
from crm.models import Contact, Lead
from crm.new_people import in_store
from mailboxes.models import Mailbox
from threads.grouping import plan_threads
from threads.known_letters import KnownLetters
from threads.letters import PreparedLetter
from threads.linking import hold_cards
from threads.models import Message, Participant, ThreadLead
from threads.own_addresses import own_address_keys
from threads.signals import author_asked, replier_asked
from threads.sql import run

REPLY = "reply"  # one of crm.card_events.HOW
MAILBOX = [f"message__mailbox__{name}" for name in ("lead_responsible", "owner", "store")]

# The first letter of the thread came in, and a reply of ours is new, or was filed a little earlier than what it
# answers. One that came with the import makes no lead, whatever comes after it. What a program wrote is no reply, and
# what one answered no question.
NOTE = """
INSERT INTO threads_threadlead (account_id, message_id, is_due, created_at)
SELECT first.account_id, first.id, true, now()
FROM (SELECT DISTINCT thread_id FROM threads_message WHERE id = ANY(%(new)s)) AS touched,
  LATERAL (SELECT id, account_id, direction, client_key FROM threads_message
    WHERE thread_id = touched.thread_id AND NOT (is_automatic AND direction = 'incoming')
    ORDER BY received_at, id LIMIT 1) AS first
WHERE first.direction = 'incoming' AND first.client_key <> ''
  AND EXISTS (SELECT FROM threads_message reply
    WHERE reply.thread_id = touched.thread_id AND reply.direction = 'outgoing' AND NOT reply.is_automatic
      AND (reply.id = ANY(%(new)s) OR reply.received_at >= %(since)s AND EXISTS (SELECT FROM threads_message asked
        WHERE asked.id = ANY(%(new)s) AND asked.thread_id = reply.thread_id AND asked.direction = 'incoming'
          AND NOT asked.is_automatic AND asked.received_at <= reply.received_at)))
  AND NOT EXISTS (SELECT FROM threads_message m JOIN threads_threadlead made ON made.message_id = m.id
    WHERE m.thread_id = touched.thread_id)
ON CONFLICT (account_id, message_id) DO NOTHING
"""
# The same of replies that another mailbox carried, and that lie in a thread of that one (R07). So does our letter that
# the client may have answered with the first one here.
NOTE_ELSEWHERE = """
INSERT INTO threads_threadlead (account_id, message_id, is_due, created_at)
SELECT DISTINCT first.account_id, first.id, true, now()
FROM unnest(%(threads)s::bigint[], %(replies)s::bigint[]) AS touched (thread_id, reply_id)
  JOIN threads_message reply ON reply.id = touched.reply_id,
  LATERAL (SELECT id, account_id, direction, client_key, received_at FROM threads_message
    WHERE thread_id = touched.thread_id AND NOT (is_automatic AND direction = 'incoming')
    ORDER BY received_at, id LIMIT 1) AS first
WHERE first.direction = 'incoming' AND first.client_key <> '' AND NOT reply.is_automatic
  AND NOT EXISTS (SELECT FROM threads_message ours WHERE ours.thread_id = reply.thread_id
    AND ours.direction = 'outgoing' AND ours.received_at <= first.received_at)
  AND NOT EXISTS (SELECT FROM threads_message m JOIN threads_threadlead made ON made.message_id = m.id
    WHERE m.thread_id = touched.thread_id)
ON CONFLICT (account_id, message_id) DO NOTHING
"""


def note_answered(mailbox: Mailbox, new_ids: Collection[int]) -> None:
    """Of these new letters, filed into this held mailbox: which threads get a lead. Not for imports (E04)."""
    if mailbox.create_lead_on_reply and mailbox.kind != Mailbox.Kind.SYSTEM:
        run(NOTE, {"new": list(new_ids), "since": mailbox.imported_at or mailbox.created_at})


def note_answered_elsewhere(mailbox_id: int, replies: Mapping[int, PreparedLetter]) -> None:
    """Of these letters, by id, that were written in this mailbox and filed into the one that carried them: which of its
    threads get a lead. Those that the replies would lie in, had they been filed here.
    """
    wanting = Mailbox.objects.filter(pk=mailbox_id, create_lead_on_reply=True, group_messages=True)
    if not wanting.exists():
        return
    letters = list(replies.values())
    keys = {letter.group_key for letter in letters}
    known = KnownLetters.of(mailbox_id, [letter.parsed for letter in letters], group_keys=keys)
    plan = plan_threads((letter.for_grouping(pk) for pk, letter in replies.items()), known.threads())
    threads = {pk: placement.thread_id for pk, placement in plan.items() if placement.thread_id is not None}
    run(NOTE_ELSEWHERE, {"threads": list(threads.values()), "replies": list(threads)})


@transaction.atomic
def make_lead(row_id: int) -> None:
    """The one that this ThreadLead orders. Does nothing when another worker has made it."""
    hold_cards()
    wanted = ThreadLead.objects.select_for_update(of=("self",)).filter(pk=row_id, is_due=True)
    due = wanted.select_related(*MAILBOX).first()
    if due is None:
        return
    due.lead, due.is_due = _lead_for(due.message), False
    due.save(update_fields=["lead", "is_due"])


def _lead_for(first: Message) -> Lead | None:
    """The lead that the thread has already, else a new one; None when its client is one of us."""
    if first.client_key in own_address_keys():
        return None
    of_thread = Lead.objects.filter(thread_rows__message__thread=first.thread_id).order_by("pk").first()
    if of_thread:
        return of_thread
    contact = _contact_of(first)
    open_one = Lead.objects.open().of_contact(contact).order_by("-created_at", "-pk").first() if contact else None
    return open_one or _create(first, contact)


def _contact_of(first: Message) -> Contact | None:
    """The client's, as the mailbox finds it (R09)."""
    known = Contact.objects.filter(in_store(first.mailbox.store_id), emails__email_key=first.client_key)
    return known.order_by("pk").first()


def _create(first: Message, contact: Contact | None) -> Lead:
    """Named after the client: everybody sees a lead, but not everybody the letter and its subject."""
    responsible = _responsible_for(first)
    contact = contact or _create_contact(first, responsible)
    name = contact.name if contact else first.client_key
    company = contact.company if contact else None
    values = LeadValues(name[:200], company=company, responsible=responsible, contacts=[contact] if contact else [])
    lead = create_lead(values, how=REPLY)
    if contact:
        note_event(contact, EventKind.LEAD_MADE, how=REPLY, lead=lead.pk, name=lead.name)
    return lead


def _create_contact(first: Message, responsible: Membership | None) -> Contact | None:
    """None for an address that nobody can write to."""
    written = Participant.objects.filter(message=first, email_key=first.client_key).order_by("-name").first()
    email, name = (written.email, written.name) if written else (first.client_key, "")
    about = {"responsible": responsible, "store": first.mailbox.store}
    try:
        return create_contact(ContactValues(*names_of(name), [email], **about), how=REPLY)
    except ValueRefused:
        return None


def _responsible_for(first: Message) -> Membership | None:
    """Whom the mailbox names, else who replied, else whose mailbox it is, else who gets what nobody has asked for."""
    asked = [first.mailbox.lead_responsible, _replier_to(first), first.mailbox.owner]
    return next((member for member in asked if member and member.is_active), None) or responsible_by_default()


def _replier_to(first: Message) -> Membership | None:
    """Who wrote the last of our letters to the client; it may lie in a mailbox that carries those of this one (R07)."""
    replies = Message.objects.filter(thread=first.thread_id, direction=Message.Direction.OUTGOING, is_automatic=False)
    reply = replies.in_order().last()
    since = reply.received_at if reply else None
    answers = replier_asked.send(Message, mailbox_id=first.mailbox_id, client_key=first.client_key, since=since)
    author_id = next((found for _receiver, found in answers if found), None)
    if author_id:
        return Membership.objects.filter(pk=author_id).first()
    return _author_of(reply) if reply else None


def _author_of(reply: Message) -> Membership | None:
    """Who sent it from here, or, of one that was sent by another program, the user whose address it comes from."""
    answers = author_asked.send(Message, message_id=reply.pk, message_id_header=reply.message_id_header)
    author_id = next((found for _receiver, found in answers if found), None)
    if author_id:
        return Membership.objects.filter(pk=author_id).first()
    return Membership.objects.filter(user__email__iexact=reply.from_address).first()
