"""Giving a permission back to its provider when nobody here uses it any more (RFC 7009): a copy that somebody has,
in an old backup say, opens nothing then.

The provider is asked after the commit, by a worker, and once: it may be away, and the mailbox is disconnected all the
same. The token travels sealed.
"""

from __future__ import annotations

import logging

from accounts.tenancy import every_account
from mailboxes.errors import SecretUnreadable
from mailboxes.models import Credential, Mailbox
from mailboxes.oauth_clients import http_client, is_offered, oauth_client, provider_of
from mailboxes.secrets import seal, unseal
from mailkit.errors import MailError
from mailkit.oauth import revoke
from mailkit.types import Secret

logger = logging.getLogger(__name__)


def can_be_revoked(provider_key: str) -> bool:
    """Most providers have no place where a program could."""
    return is_offered(provider_key) and bool(provider_of(provider_key).revoke_url)


def seal_order(provider_key: str, address_key: str, token: Secret) -> str:
    """The token, which only `revoke_sealed` opens."""
    return seal(token, _place(provider_key, address_key))


def revoke_sealed(provider_key: str, address_key: str, sealed: str) -> None:
    """Unless the mailbox is connected again, here or by another account: providers end all permissions of a person with
    one of them.
    """
    if not can_be_revoked(provider_key) or _is_in_use(provider_key, address_key):
        return
    try:
        token = unseal(sealed, _place(provider_key, address_key))
        with http_client() as http:
            revoke(http, provider_of(provider_key), oauth_client(provider_key), token)
    except (MailError, SecretUnreadable) as error:
        facts = {"provider": provider_key, "error": type(error).__name__}
        logger.warning("permission not given back", extra=facts)


def _is_in_use(provider_key: str, address_key: str) -> bool:
    with every_account("is a permission still in use"):
        same = Mailbox.objects.filter(address_key=address_key, oauth_provider=provider_key)
        return Credential.objects.filter(mailbox__in=same, field=Credential.Field.OAUTH_REFRESH).exists()


def _place(provider_key: str, address_key: str) -> bytes:
    return f"revoke|{provider_key}|{address_key}|1".encode()
