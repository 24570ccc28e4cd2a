"""The mailbox "Smart addresses" of an account (K40): letters that came to them lie in it. It has no servers, nobody
connects, changes or deletes it, and nothing is sent from it (K47).
"""

from __future__ import annotations

from django.utils import timezone

from accounts.models import Account
from accounts.slugs import smart_addresses_of
from accounts.tenancy import current_account_id
from mailboxes.models import Mailbox
from mailkit.addresses import email_key


def system_mailbox() -> Mailbox:
    """That of the account we are in. It is made with the account; its address follows the account's name, and the
    setting MAIL_DOMAIN.
    """
    account = Account.objects.get(pk=current_account_id())
    return name_system_mailbox(account)


def name_system_mailbox(account: Account) -> Mailbox:
    """Make it if it is not there, and give it the address that it has now. In the account's scope."""
    address = smart_addresses_of(account.slug).filing
    named = {"address": address, "address_key": email_key(address)}
    mailbox, is_new = Mailbox.objects.get_or_create(kind=Mailbox.Kind.SYSTEM, defaults={**named, **_as_made()})
    if not is_new and mailbox.address != address:
        Mailbox.objects.filter(pk=mailbox.pk).update(**named)
        mailbox.address, mailbox.address_key = address, named["address_key"]
    return mailbox


def _as_made() -> dict[str, object]:
    """No server, nothing to fetch from: never due, and what comes with a letter is kept (K62)."""
    return {
        "smtp_host": "",
        "smtp_username": "",
        "state": Mailbox.State.SYNCED,
        "imported_at": timezone.now(),
        "push": False,
        "keep_attachments": True,
    }
