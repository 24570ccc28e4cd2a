"""People known from the letters of mailboxes: kept by filing (threads.correspondent_rows), asked by suggestions and by
search, forgotten with the last letter that names them.

Only of letters that the asker may read: of readable mailboxes, in Deleted where it is shown (K63). Comparing goes by a
view: under row-level security it would use no index.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import Membership
from crm.models import Contact, ContactEmail
from crm.near_words import CANDIDATES, NEARLY, are_near, words_of
from mailboxes.models import Mailbox
from mailboxes.readable import readable_names
from threads.sql import run, select

MAX_WORDS = 8
SUGGESTED = 8
KNOWN = "mailbox_id = ANY(%s) AND (has_kept_letters OR mailbox_id = ANY(%s))"
NEWEST = f"""
SELECT email, email_key, name FROM (
  SELECT DISTINCT ON (email_key) email, email_key, name, last_at FROM threads_correspondent_search
  WHERE {KNOWN} AND {{conditions}} ORDER BY email_key, last_at DESC) found
ORDER BY last_at DESC LIMIT %s
"""  # noqa: S608  (constants only)
NEAR = f"""
SELECT email, email_key, name, sought FROM threads_correspondent_search
WHERE {KNOWN} AND %s <%% sought ORDER BY word_similarity(%s, sought) DESC LIMIT {CANDIDATES}
"""  # noqa: S608  (constants only)
FORGET = """
DELETE FROM threads_correspondent c WHERE c.mailbox_id = %s AND c.email_key = ANY(%s) AND NOT EXISTS (
  SELECT FROM threads_participant p JOIN threads_message m ON m.id = p.message_id
  WHERE p.email_key = c.email_key AND m.mailbox_id = c.mailbox_id)
"""
# Those whose last letter went to Deleted, or whose first one came back from there.
NOTE_DELETED = """
UPDATE threads_correspondent c SET has_kept_letters = NOT has_kept_letters
WHERE c.mailbox_id = %s AND c.email_key = ANY(%s) AND has_kept_letters <> EXISTS (
  SELECT FROM threads_participant p JOIN threads_message m ON m.id = p.message_id
  WHERE p.email_key = c.email_key AND m.mailbox_id = c.mailbox_id AND m.deleted_at IS NULL)
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a letter may go to. `contact_id` where there is a card."""

    email: str
    email_key: str
    name: str
    contact_id: int | None = None
    company: str = ""  # of the contact

    @property
    def shown_name(self) -> str:
        return self.name or self.email


@dataclass(frozen=True, slots=True)
class Reach:
    """Mailboxes by their ids: whose people count, and those whose people count although all their letters lie in
    Deleted."""

    mailbox_ids: Sequence[int]
    deleted_ids: Sequence[int]

    @property
    def params(self) -> list[list[int]]:
        """Those of KNOWN."""
        return [list(self.mailbox_ids), list(self.deleted_ids)]


def suggest_people(
    member: Membership, typed: str, *, limit: int = SUGGESTED, with_contacts: bool = True
) -> list[Person]:
    """Contacts, then correspondents of the mailboxes that this member reads: those with all the words that are typed,
    or their beginnings; where there are none, those whose names are nearly so. Each address once."""
    words = words_of(typed)[:MAX_WORDS]
    if not words:
        return []
    cards = _contacts(typed, words, limit) if with_contacts else []
    known = {person.email_key for person in cards}
    reach = _reach_of(member)
    others = newest_people(reach, words, limit=limit + len(known))
    if not cards and not others:
        others = near_people(reach, words)
    return [*cards, *(person for person in others if person.email_key not in known)][:limit]


def _contacts(typed: str, words: Sequence[str], limit: int) -> list[Person]:
    """A line for each address; of a contact with several, those that are meant come first."""
    contacts = Contact.objects.matching(typed).filter(emails__isnull=False).distinct().for_list().order_by("name", "id")
    people = [
        Person(row.email, row.email_key, *_facts(contact, row))
        for contact in contacts[:limit]
        for row in sorted(contact.emails.all(), key=lambda row: not are_near(words, row.email_key))
    ]
    return list({person.email_key: person for person in reversed(people)}.values())[::-1][:limit]


def _facts(contact: Contact, row: ContactEmail) -> tuple[str, int, str]:
    """A contact without a name is shown by his address."""
    return (
        contact.name if contact.name != row.email else "",
        contact.pk,
        contact.company.name if contact.company else "",
    )


def _reach_of(member: Membership) -> Reach:
    mailbox_ids = [pk for pk, _address, _name in readable_names(member)]
    if member.is_admin:
        return Reach(mailbox_ids, mailbox_ids)
    if not member.account.owners_see_deleted:
        return Reach(mailbox_ids, ())
    return Reach(mailbox_ids, list(Mailbox.objects.filter(owner=member).values_list("pk", flat=True)))


def newest_people(reach: Reach, words: Sequence[str], *, limit: int) -> list[Person]:
    """Those with all these words, from the beginnings of theirs; who wrote last comes first."""
    conditions = " AND ".join(["sought LIKE %s"] * len(words))
    params: list[Any] = [*reach.params, *(f"% {word}%" for word in words), limit]
    return [Person(*found) for found in select(NEWEST.format(conditions=conditions), params)]


def near_people(reach: Reach, words: Sequence[str]) -> list[Person]:
    """Those that were probably meant, the nearest first."""
    longest = max(words, key=len)
    found = select(NEAR, [*reach.params, longest, longest], NEARLY)
    return [Person(email, key, name) for email, key, name, sought in found if are_near(words, sought)]


def note_deleted(mailbox_id: int, email_keys: Collection[str]) -> int:
    """After letters of a mailbox went to Deleted or came back: for those who take part in them."""
    return run(NOTE_DELETED, [mailbox_id, list(email_keys)]) if email_keys else 0


def forget_unnamed(mailbox_id: int, email_keys: Collection[str]) -> int:
    """After letters of a mailbox are gone for good: those of their people whom no other letter of it names."""
    forgotten = run(FORGET, [mailbox_id, list(email_keys)]) if email_keys else 0
    note_deleted(mailbox_id, email_keys)
    return forgotten
