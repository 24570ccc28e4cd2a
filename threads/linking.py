"""Which letters show on which contacts' cards: those in which an address of the contact takes part (R08, K14, G02).

Filing a letter and giving a contact an address may happen at the same time, and neither would see the other's rows. So
filing holds a shared lock of the account from before it links until it commits, and linking a contact holds it alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction

from accounts.models import Membership
from accounts.tenancy import current_account_id
from crm.models import Contact
from threads.models import CardLink
from threads.sql import run, select

_KEY = "(hashtextextended('card links of account', %s))"
HOLD_CARDS = f"pg_advisory_xact_lock_shared{_KEY}"  # for filing: many at once
HOLD_CARDS_SHARED = f"SELECT {HOLD_CARDS}"
HOLD_CARDS_ALONE = f"SELECT pg_advisory_xact_lock{_KEY}"

# Few of the many who take part are contacts: these are looked up first, by their index.
LINK_MESSAGES = """
WITH known AS MATERIALIZED (SELECT email_key, contact_id FROM crm_contactemail WHERE email_key = ANY(%s))
INSERT INTO threads_cardlink (account_id, contact_id, message_id, received_at)
SELECT DISTINCT m.account_id, known.contact_id, m.id, m.received_at
FROM unnest(%s::bigint[], %s::text[]) AS people(message_id, email_key)
JOIN known ON known.email_key = people.email_key JOIN threads_message m ON m.id = people.message_id
ON CONFLICT (account_id, contact_id, message_id) DO NOTHING
"""
LINK_CONTACTS = """
INSERT INTO threads_cardlink (account_id, contact_id, message_id, received_at)
SELECT DISTINCT m.account_id, e.contact_id, m.id, m.received_at
FROM crm_contactemail e
JOIN threads_participant p ON p.email_key = e.email_key
JOIN threads_message m ON m.id = p.message_id
WHERE e.contact_id = ANY(%s)
ON CONFLICT (account_id, contact_id, message_id) DO NOTHING
"""
# NOT IN, because it is hashed whatever the planner thinks: few rows are expected of an address, and it may have many.
UNLINK_CONTACTS = """
DELETE FROM threads_cardlink WHERE contact_id = ANY(%s) AND (contact_id, message_id) NOT IN (
  SELECT e.contact_id, p.message_id FROM crm_contactemail e JOIN threads_participant p ON p.email_key = e.email_key
  WHERE e.contact_id = ANY(%s))
"""


def link_messages(people: Sequence[tuple[int, str]]) -> int:
    """Put new letters, given by (message id, email key), on the cards of all who take part.

    Inside the transaction that files them, which holds HOLD_CARDS.
    """
    keys = [key for _, key in people]
    return run(LINK_MESSAGES, [list(set(keys)), [pk for pk, _ in people], keys])


def hold_cards() -> None:
    """Until the commit nobody else links, or makes a contact that has to be linked: so who looks for an address first
    and finds none is the only one to make its contact. Not inside filing, which holds its share of the lock.
    """
    select(HOLD_CARDS_ALONE, [current_account_id()])


@transaction.atomic
def link_contacts(contact_ids: Collection[int]) -> int:
    """Put the stored letters of these contacts' addresses on their cards; the number of new ones, Deleted included.
    One statement, however many contacts and letters.
    """
    hold_cards()
    return run(LINK_CONTACTS, [list(contact_ids)])


def link_contact(contact: Contact) -> int:
    return link_contacts([contact.pk])


@transaction.atomic
def relink_contacts(contact_ids: Collection[int]) -> int:
    """After any change of their addresses: the letters that belong on the cards now, and no others."""
    linked = link_contacts(contact_ids)
    run(UNLINK_CONTACTS, [list(contact_ids), list(contact_ids)])
    return linked


def relink_contact(contact: Contact) -> int:
    return relink_contacts([contact.pk])


def count_card_mail(member: Membership, contact: Contact) -> int:
    """How many letters this member sees on the card (G02)."""
    return CardLink.objects.visible_to(member).of_contact(contact).count()
