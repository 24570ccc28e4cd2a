"""Who is one of us: the addresses that are never a client (K34)."""

from __future__ import annotations

from mailkit.addresses import email_key
from threads.sql import select

OWN = """
SELECT address_key FROM mailboxes_mailbox
UNION SELECT u.email FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id
"""


def own_address_keys() -> frozenset[str]:
    """The addresses of the account's mailboxes and of its users, former ones too: their old letters stay internal."""
    return frozenset(email_key(address) for (address,) in select(OWN))
