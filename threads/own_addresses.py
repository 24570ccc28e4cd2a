"""Who is one of us: the addresses that are never a client (K34)."""

from __future__ import annotations

from mailkit.addresses import email_key
from threads.grouping import OurSide
from threads.sql import select

OWN = """
SELECT address_key, id = %s AND collector FROM mailboxes_mailbox
UNION SELECT u.email, false FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id
"""


def our_side_of(mailbox_id: int) -> OurSide:
    """The addresses of the account's mailboxes and of its users, former ones too: their old letters stay internal."""
    found = [(email_key(address), collects) for address, collects in select(OWN, [mailbox_id])]
    collector = next((key for key, collects in found if collects), "")
    return OurSide(frozenset(key for key, _ in found), collector.rpartition("@")[2])


def own_address_keys() -> frozenset[str]:
    """The same addresses, whatever the mailbox."""
    return frozenset(our_side_of(0).keys)
