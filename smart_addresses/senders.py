"""Who may write to the smart addresses of an account: anyone, its users, or its users and those on a list (G03)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from accounts.models import Account, Membership
from accounts.tenancy import current_account_id
from mailboxes.models import Mailbox, SenderAlias
from mailkit.addresses import email_key

Senders = Account.SmartSenders


@dataclass(frozen=True, slots=True)
class SenderRule:
    """The account's rule, with all that is needed to decide."""

    senders: str  # Account.SmartSenders
    users: frozenset[str]  # email keys of active users, of their mailboxes and aliases
    allowed: frozenset[str]  # email keys and domains

    @property
    def is_open(self) -> bool:
        return self.senders == Senders.ANYONE

    def allows(self, email: str) -> bool:
        """Of a listed domain its sub-domains are meant too."""
        if self.is_open:
            return True
        key = email_key(email)
        if key in self.users:
            return True
        return self.senders == Senders.ALLOWED and _is_listed(key, self.allowed)

    def refuses(self, *, mail_from: str, header_from: str) -> bool:
        """Before a letter is taken: when neither the envelope nor the letter names one who may write.

        Where only one does, it is taken and kept without making anything of it: a person can look at it then.
        """
        return not self.is_open and not any(self.allows(address) for address in (mail_from, header_from) if address)


def _is_listed(key: str, allowed: Collection[str]) -> bool:
    labels = key.rpartition("@")[2].split(".")
    domains = (".".join(labels[start:]) for start in range(len(labels)))
    return key in allowed or any(domain in allowed for domain in domains)


def sender_rule() -> SenderRule:
    """Of the account we are in."""
    accounts = Account.objects.filter(pk=current_account_id())
    senders, allowed = accounts.values_list("smart_senders", "smart_allowed").get()
    users = frozenset[str]() if senders == Senders.ANYONE else frozenset(_user_keys())
    return SenderRule(senders, users, frozenset(allowed))


def _user_keys() -> set[str]:
    members = Membership.objects.filter(is_active=True).values_list("user__email", flat=True)
    connected = Mailbox.objects.with_servers().exclude(state=Mailbox.State.REMOVING)
    aliases = SenderAlias.objects.filter(confirmed_at__isnull=False)
    return {
        *map(email_key, members),
        *connected.values_list("address_key", flat=True),
        *aliases.values_list("address_key", flat=True),
    }
