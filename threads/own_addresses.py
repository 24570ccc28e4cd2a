"""Who is one of us: the addresses that are never a client (K34)."""

from __future__ import annotations

from accounts.slugs import smart_addresses_of
from accounts.tenancy import current_account_id
from mailkit.addresses import email_key
from threads.grouping import OurSide
from threads.sql import select

OWN = """
SELECT address_key, id = %s AND collector, false FROM mailboxes_mailbox
UNION SELECT address_key, false, false FROM mailboxes_senderalias WHERE confirmed_at IS NOT NULL
UNION SELECT slug, false, true FROM accounts_account WHERE id = %s
UNION SELECT slug, false, true FROM accounts_formerslug WHERE given_up_by_id = %s
UNION SELECT u.email, false, false FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id
"""


def our_side_of(mailbox_id: int) -> OurSide:
    """The addresses of the account's mailboxes with their confirmed aliases, of its users, and its smart addresses.
    Former ones too: their old letters stay internal.
    """
    rows = select(OWN, [mailbox_id, current_account_id(), current_account_id()])
    slugs = [found for found, _collects, is_slug in rows if is_slug]
    found = [(email_key(address), collects) for address, collects, is_slug in rows if not is_slug]
    collector = next((key for key, collects in found if collects), "")
    smart = (email_key(address) for slug in slugs for address in smart_addresses_of(slug).all())
    return OurSide(frozenset([*(key for key, _ in found), *smart]), collector.rpartition("@")[2])


def own_address_keys() -> frozenset[str]:
    """The same addresses, whatever the mailbox."""
    return frozenset(our_side_of(0).keys)
