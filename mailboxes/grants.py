"""The tokens that a provider gave for a mailbox (K03): kept sealed, renewed before they end, by one at a time.

Renewing is the one place where the network is asked inside a transaction (docs/adr/0013): providers rotate refresh
tokens, and two renewals with the same one would end the permission. The rows of the tokens are locked, no other:
nothing but another renewal of the same mailbox ever waits for it.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.tenancy import on_commit
from mailboxes.errors import SecretUnreadable
from mailboxes.health import note_grant_ended
from mailboxes.models import Credential, Mailbox
from mailboxes.oauth_clients import http_client, oauth_client, provider_of
from mailboxes.revoking import can_be_revoked, seal_order
from mailboxes.secrets import read_secret, store_secret
from mailboxes.tasks import revoke_grant
from mailkit.errors import LoginRefused
from mailkit.oauth import GRANT_ENDED, Grant, fetch_renewed
from mailkit.types import Secret

logger = logging.getLogger(__name__)
ACCESS, REFRESH = Credential.Field.OAUTH_ACCESS, Credential.Field.OAUTH_REFRESH
RENEW_BEFORE = timedelta(minutes=5)  # so that a token does not end between here and the mail server


def store_grant(mailbox: Mailbox, grant: Grant) -> None:
    """In the caller's transaction. Passwords of the mailbox are forgotten."""
    Credential.objects.filter(mailbox=mailbox).exclude(field__in=[ACCESS, REFRESH]).delete()
    store_secret(mailbox, REFRESH, grant.refresh)
    store_secret(mailbox, ACCESS, grant.access, expires_at=grant.expires_at)


def forget_grant(mailbox: Mailbox) -> None:
    Credential.objects.filter(mailbox=mailbox, field__in=[ACCESS, REFRESH]).delete()


def give_back_grant(mailbox: Mailbox) -> None:
    """Forget it, in the caller's transaction, and tell the provider afterwards: nobody uses it here any more."""
    key = mailbox.oauth_provider
    if can_be_revoked(key) and Credential.objects.filter(mailbox=mailbox, field=REFRESH).exists():
        try:
            sealed = seal_order(key, mailbox.address_key, read_secret(mailbox, REFRESH))
        except SecretUnreadable:  # its key is not in use any more: nobody can give it back
            logger.warning("permission not given back: unreadable", extra={"mailbox": mailbox.pk})
        else:
            on_commit(partial(_order_revoking, key, mailbox.address_key, sealed))
    forget_grant(mailbox)


def _order_revoking(provider: str, address_key: str, sealed: str) -> None:
    try:
        revoke_grant.delay(provider, address_key, sealed)
    except OperationalError:
        logger.warning("permission not given back: no broker", extra={"provider": provider})


def access_token(mailbox: Mailbox, *, refused: Secret | None = None) -> Secret:
    """A token that the mail servers take now; a new one when `refused` is still the newest.

    Raises LoginRefused when the permission has ended (its caretakers are told, once), other MailErrors when the
    provider cannot be asked. Not to be called inside a transaction: a rotated token must not be rolled back.
    """
    return _current(mailbox, timezone.now(), refused) or _renew(mailbox, refused)


def _current(mailbox: Mailbox, now: datetime, refused: Secret | None) -> Secret | None:
    """What is stored, if it still lasts and was not refused. Asks no database where credentials were prefetched."""
    row = next((row for row in mailbox.credentials.all() if row.field == ACCESS), None)
    if row is None or row.expires_at is None or row.expires_at - RENEW_BEFORE <= now:
        return None
    try:
        token = read_secret(mailbox, ACCESS)
    except SecretUnreadable:
        return None
    return None if token == refused else token


def _renew(mailbox: Mailbox, refused: Secret | None) -> Secret:
    seen = None
    try:
        with transaction.atomic(durable=True):
            # Both, and before the provider is asked: what is to be written then must not end in a deadlock.
            rows = Credential.objects.select_for_update(no_key=True).filter(
                mailbox=mailbox, field__in=[ACCESS, REFRESH]
            )
            seen = {row.field: row.ciphertext for row in rows.order_by("pk")}.get(REFRESH)
            if seen is None:
                raise LoginRefused("The permission has ended", step="login", reason=GRANT_ENDED)
            return _renew_alone(Mailbox.objects.get(pk=mailbox.pk), refused)
    except LoginRefused as error:
        if error.reason == GRANT_ENDED:
            _note_ended(mailbox, error, seen)
        raise


def _renew_alone(fresh: Mailbox, refused: Secret | None) -> Secret:
    """Under the lock of the refresh token: whoever waited for it finds the token that the other one fetched."""
    now = timezone.now()
    if token := _current(fresh, now, refused):
        return token
    with http_client() as http:
        provider = provider_of(fresh.oauth_provider)
        grant = fetch_renewed(http, provider, oauth_client(provider.key), refresh=_refresh_token(fresh), now=now)
    store_secret(fresh, REFRESH, grant.refresh)
    store_secret(fresh, ACCESS, grant.access, expires_at=grant.expires_at)
    return grant.access


def _refresh_token(mailbox: Mailbox) -> Secret:
    """What cannot be read may be readable again, with the right keys: it is not given up."""
    try:
        return read_secret(mailbox, REFRESH)
    except SecretUnreadable as error:
        raise LoginRefused("The stored permission cannot be read", step="login") from error


@transaction.atomic
def _note_ended(mailbox: Mailbox, error: LoginRefused, seen: str | None) -> None:
    """Unless somebody has signed in anew meanwhile: `seen` is the refresh token that the provider did not take. What it
    never takes again is not kept.
    """
    row = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
    stored = Credential.objects.filter(mailbox=row, field=REFRESH).values_list("ciphertext", flat=True).first()
    if row.sign_in == Mailbox.SignIn.OAUTH2 and stored == seen:
        forget_grant(row)
        note_grant_ended(row, error)
