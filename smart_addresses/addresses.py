"""Which account an address belongs to: `<account>@`, `contact@<account>.` and `lead@<account>.` of the mail domain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from accounts.models import Account
from accounts.tenancy import every_account
from mailkit.addresses import email_key
from smart_addresses.models import ArrivedLetter

Address = ArrivedLetter.Address
NO_SLUG = ""  # of no account
# The former names first: of two rows for a slug the last one, the account that has the name now, counts. Mailbox and
# rule stand here because each statement that a letter needs for itself costs.
_BY_SLUG = """
SELECT found.slug, account.id, mailbox.id, account.smart_senders FROM (
  SELECT slug, given_up_by_id AS id, 0 AS rank FROM accounts_formerslug
   WHERE slug = ANY(%s) AND alive_until > statement_timestamp()
  UNION ALL SELECT slug, id, 1 FROM accounts_account WHERE slug = ANY(%s)
) AS found
  JOIN accounts_account AS account ON account.id = found.id
  LEFT JOIN mailboxes_mailbox AS mailbox ON mailbox.account_id = account.id AND mailbox.kind = 'system'
 ORDER BY found.rank
"""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One of an account's smart addresses."""

    account_id: int
    address: str  # a value of ArrivedLetter.Address
    mailbox_id: int | None  # of the account's mailbox for these letters; None: not made yet
    is_open: bool  # anyone may write to it


def account_of(recipient: str) -> Recipient | None:
    """None for an address that nobody has (K44). A name that an account gave up works until its day (K48)."""
    return accounts_of([recipient])[0]


def accounts_of(recipients: Sequence[str]) -> list[Recipient | None]:
    """Of several, in their order. One statement whatever the addresses: the time of an answer tells nobody which
    accounts there are.
    """
    wanted = [_split(recipient) for recipient in recipients]
    slugs = [slug for _, slug in wanted]
    with every_account("whose is the address that a stranger names"), connection.cursor() as cursor:
        cursor.execute(_BY_SLUG, [slugs, slugs])
        found = {slug: about for slug, *about in cursor.fetchall()}
    return [_recipient(address, *found[slug]) if slug in found else None for address, slug in wanted]


def account_named_in(recipient: str) -> int | None:
    """Whose name stands in an address that is none of its smart addresses: most likely somebody mistyped one."""
    slug, _, rest = email_key(recipient).rpartition("@")[2].partition(".")
    if rest != settings.MAIL_DOMAIN:
        return None
    found = account_of(f"{slug}@{settings.MAIL_DOMAIN}")
    return found.account_id if found else None


def _recipient(address: str, account_id: int, mailbox_id: int | None, senders: str) -> Recipient:
    return Recipient(account_id, address, mailbox_id, is_open=senders == Account.SmartSenders.ANYONE)


def _split(recipient: str) -> tuple[str, str]:
    """What the address is for, and the account's name in it."""
    local, _, domain = email_key(recipient).rpartition("@")
    if domain == settings.MAIL_DOMAIN:
        return Address.FILING, local
    slug, _, rest = domain.partition(".")
    if rest == settings.MAIL_DOMAIN and local in (Address.CONTACT, Address.LEAD):
        return local, slug
    return Address.FILING, NO_SLUG
