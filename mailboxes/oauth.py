"""Signing in at a provider's page (K03): there with a state that only this member's browser knows, back with a code.

A state is good for one return, of the same member, in the same browser, within ten minutes. Whoever brings another one
learns nothing, and nothing is saved. The mailbox is the one that the provider vouches for, never one that was typed.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from mailboxes import limits
from mailboxes.access import get_managed_mailbox_for
from mailboxes.errors import SecretUnreadable, SignInExpired, SignInFailed
from mailboxes.models import Mailbox, OAuthAttempt
from mailboxes.oauth_clients import http_client, oauth_client, offered_provider
from mailboxes.requests import ConnectRequest, ServerRequest, clean_address
from mailboxes.secrets import seal, unseal
from mailboxes.services import check_may_connect, connect_mailbox, reconnect_mailbox
from mailkit.addresses import email_key
from mailkit.errors import LoginRefused, MailError
from mailkit.oauth import (
    Grant,
    OAuthProvider,
    SignedIn,
    build_authorize_url,
    fetch_grant,
    new_state,
    new_verifier,
)
from mailkit.types import Mechanism, Secret, ServerAddress

GOOD_FOR = timedelta(minutes=10)
SESSION_KEY = "oauth_browser"


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """What is chosen before somebody leaves for the provider's page."""

    provider: str  # a key of mailkit.oauth_providers
    kind: str  # Mailbox.Kind
    address: str = ""  # as typed; "": that of the person who signs in there
    display_name: str = ""
    shared_with_admins: bool = False
    first_import: str = Mailbox.FirstImport.RECENT
    owner_id: int | None = None  # of a personal one; None: who asks (M02)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in on its way back: it cannot be used again."""

    request: SignInRequest
    mailbox: Mailbox | None  # to be connected again; None: a new one
    verifier: Secret


def browser_of(session: SessionBase) -> str:
    """A random mark of this browser session, for `start_sign_in` and `claim_attempt`."""
    mark: str = session.setdefault(SESSION_KEY, secrets.token_urlsafe(32))
    return mark


def start_sign_in(member: Membership, request: SignInRequest, *, browser: str) -> str:
    """The address of the provider's page, for a new mailbox. `browser` is "" for programs: then whoever is signed in as
    this member may come back, in any browser. Raises NotAllowed, SettingRefused, TooManyTries.
    """
    provider = offered_provider(request.provider)
    if request.address:
        request = replace(request, address=clean_address(request.address))
    check_may_connect(member, _connect_request(provider, request, request.address, grant=None))
    return _start(member, provider, request, mailbox=None, browser=browser)


def start_reconnecting(member: Membership, mailbox_id: int | str, provider: str, *, browser: str) -> str:
    """The same for a mailbox that is connected, or was. Raises MailboxNotFound, SettingRefused, TooManyTries."""
    mailbox = get_managed_mailbox_for(member, mailbox_id)
    request = SignInRequest(provider, mailbox.kind, mailbox.address, mailbox.display_name)
    return _start(member, offered_provider(provider), request, mailbox=mailbox, browser=browser)


def _start(
    member: Membership, provider: OAuthProvider, request: SignInRequest, *, mailbox: Mailbox | None, browser: str
) -> str:
    limits.check(member, "oauth")
    state, verifier = new_state(), new_verifier()
    digest = _digest(state, browser)
    OAuthAttempt.objects.filter(created_at__lt=timezone.now() - GOOD_FOR).delete()  # of this account
    OAuthAttempt.objects.create(
        membership=member,
        mailbox=mailbox,
        provider=provider.key,
        digest=digest,
        verifier=seal(verifier, _bound_to(member, digest)),
        request=asdict(request),
    )
    return build_authorize_url(
        provider, oauth_client(provider.key), state=state, verifier=verifier, address=request.address
    )


def claim_attempt(member: Membership, *, state: str, browser: str) -> Attempt:
    """Whoever comes back with a state. Raises SignInExpired: unknown, used, too old, another member's or browser's."""
    digests = [_digest(state, browser), _digest(state, "")]
    with transaction.atomic():
        rows = OAuthAttempt.objects.select_for_update(of=("self",)).select_related("mailbox")
        row = rows.filter(membership=member, digest__in=digests).first()
        if row is None:
            raise SignInExpired
        row.delete()
    if row.created_at < timezone.now() - GOOD_FOR:
        raise SignInExpired
    try:
        verifier = unseal(row.verifier, _bound_to(member, row.digest))
    except SecretUnreadable as error:  # its key has been taken out of use meanwhile
        raise SignInExpired from error
    return Attempt(SignInRequest(**row.request), row.mailbox, verifier)


def finish_sign_in(member: Membership, attempt: Attempt, code: str) -> Mailbox:
    """Connect the mailbox of who signed in, or connect it again: its servers are tried as always.

    Raises SignInFailed, and what connect_mailbox and reconnect_mailbox raise.
    """
    provider = offered_provider(attempt.request.provider)
    signed_in = _fetch_grant(provider, attempt, code)
    address = _address_of(signed_in, attempt.request.address)
    request = _connect_request(provider, attempt.request, address, grant=signed_in.grant)
    if attempt.mailbox:
        return reconnect_mailbox(member, attempt.mailbox.pk, request)
    return connect_mailbox(member, request)


def _fetch_grant(provider: OAuthProvider, attempt: Attempt, code: str) -> SignedIn:
    client, now = oauth_client(provider.key), timezone.now()
    try:
        with http_client() as http:
            return fetch_grant(http, provider, client, code=code, verifier=attempt.verifier, now=now)
    except MailError as error:
        raise SignInFailed(_words_of(error, provider)) from error


def _words_of(error: MailError, provider: OAuthProvider) -> str:
    name = {"provider": provider.name}
    if not isinstance(error, LoginRefused):
        return _("%(provider)s does not answer as it should. Try again in a few minutes.") % name
    if error.reason == "scope_missing":
        return _("%(provider)s did not let us read and send mail. Sign in again and allow all that is asked.") % name
    if error.reason == "no_address":
        return _("%(provider)s does not say which address is yours. Connect the mailbox with a password.") % name
    return _("The sign-in at %(provider)s was not completed. Start again.") % name


def _address_of(signed_in: SignedIn, wanted: str) -> str:
    """As the provider writes it, which is how its servers want it. Raises SignInFailed when somebody signed in to
    another mailbox than the one they named.
    """
    for address in signed_in.addresses:
        if not wanted or email_key(address) == email_key(wanted):
            return address
    raise SignInFailed(
        _("You signed in as %(other)s. Sign in again and choose %(address)s there.")
        % {"other": signed_in.addresses[0], "address": wanted}
    )


def _connect_request(
    provider: OAuthProvider, request: SignInRequest, address: str, *, grant: Grant | None
) -> ConnectRequest:
    """Without `grant`: what is known before the person has signed in."""
    token = grant.access if grant else Secret("")
    return ConnectRequest(
        address=address,
        display_name=request.display_name,
        kind=request.kind,
        imap=_server_request(provider.imap, address, token),
        smtp=_server_request(provider.smtp, address, token),
        shared_with_admins=request.shared_with_admins,
        first_import=request.first_import,
        grant=grant,
        owner_id=request.owner_id,
    )


def _server_request(server: ServerAddress, username: str, token: Secret) -> ServerRequest:
    return ServerRequest(server.host, server.port, server.security, username, token, Mechanism.BEARER)


def _digest(state: str, browser: str) -> str:
    """The state alone is worth nothing: the browser's mark is part of it."""
    return hashlib.sha256(f"{browser}|{state}".encode()).hexdigest()


def _bound_to(member: Membership, digest: str) -> bytes:
    return f"{member.account_id}|{member.pk}|oauth|{digest}|1".encode()
