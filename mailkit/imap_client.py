"""imapclient around a connection that we made, with its traps closed: its debug log, a TLS context per connection,
naive dates, CAPABILITY asked for what the server has told already.
"""

from __future__ import annotations

import ssl
from contextlib import suppress

from imapclient import IMAPClient
from imapclient.imap_utf7 import encode as encode_utf7
from imapclient.imapclient import SocketTimeout

from mailkit.bearer import answer_to_reason, bearer_response, choose_mechanism
from mailkit.errors import LoginRefused, MailError, TlsRefused
from mailkit.failpoints import failpoint
from mailkit.imap_connection import SESSION_SECONDS, ImapConnection, imap_safe
from mailkit.imap_errors import translated
from mailkit.network import Resolver
from mailkit.types import Login, Mechanism, Secret, ServerAddress


def open_connection(  # noqa: PLR0913  (all by name, and passed on)
    server: ServerAddress,
    login: Login,
    *,
    connect_seconds: float,
    read_seconds: float,
    tls: ssl.SSLContext,
    resolve: Resolver,
    seconds: float = SESSION_SECONDS,
) -> tuple[ImapClient, frozenset[str]]:
    """Connect and sign in; the client and what the server can do. The step at which it failed is in the error: dns,
    connect, tls or login. The caller hangs up, within so many `seconds`.
    """
    username, secret = imap_safe(login.username), Secret(imap_safe(login.secret.value))
    addresses = resolve(server.host, server.port)
    connection = ImapConnection(server, addresses, connect_seconds=connect_seconds, tls=tls)
    client = ImapClient(connection, read_seconds)
    failpoint("Y2")
    try:
        with translated("login"):
            client.sign_in(Login(username, secret, login.mechanism))
            capabilities = client.learn_capabilities()
    except MailError as error:
        client.hang_up()
        raise error.without_secret(login) from None
    connection.allow(seconds)
    return client, capabilities


class ImapClient(IMAPClient):  # type: ignore[misc]  # imapclient has no types
    """One connection that is signed in, or about to be."""

    def __init__(self, connection: ImapConnection, read_seconds: float) -> None:
        self.connection = connection
        super().__init__(
            connection.host,
            connection.port,
            ssl=connection.is_encrypted,
            timeout=SocketTimeout(connect=None, read=read_seconds),
        )
        # imapclient sets 5: every line and literal is then formatted for a log that must never hold mail, which also
        # takes two thirds of the time of a fetch.
        self._imap.debug = 0
        self.normalise_times = False  # else: naive dates in the zone of this machine

    def _create_IMAP4(self) -> ImapConnection:
        return self.connection

    def sign_in(self, login: Login) -> None:
        """LOGIN for passwords in ASCII; AUTHENTICATE PLAIN for others, which LOGIN cannot carry everywhere."""
        offered = self.connection.capabilities
        username, secret = login.username, login.secret.value
        if login.mechanism is Mechanism.BEARER:
            self._sign_in_with_token(login)
        elif "AUTH=PLAIN" in offered and not (username + secret).isascii():
            self.plain_login(username, secret)
        elif "LOGINDISABLED" in offered:
            raise TlsRefused("The server takes no password on this connection", step="login")
        else:
            self.connection.login(username, secret)

    def _sign_in_with_token(self, login: Login) -> None:
        mechanism = choose_mechanism([word.removeprefix("AUTH=") for word in self.connection.capabilities])
        if mechanism is None:
            raise LoginRefused("The server takes no sign-in of its provider's page", step="login")
        words = iter((bearer_response(mechanism, login), answer_to_reason(mechanism)))
        self.sasl_login(mechanism, lambda _challenge: next(words, ""))

    def learn_capabilities(self) -> frozenset[str]:
        """What the server can do for someone who is signed in: more than before, with many."""
        told = self.connection.told_capabilities()
        if told:
            self.connection.capabilities = told
        else:
            self.connection.ask_capabilities()
        # Else imapclient would ask again, at a time of its own.
        self._cached_capabilities = tuple(word.encode() for word in self.connection.capabilities)
        return frozenset(self.connection.capabilities)

    def hang_up(self) -> None:
        """Close, in whatever state the connection is."""
        with suppress(MailError), translated("connect"):
            self.connection.hang_up()


def folder_word(name: str) -> bytes:
    """A folder's name as it is sent: quoted, in modified UTF-7 (RFC 3501 section 5.1.3)."""
    encoded: bytes = encode_utf7(imap_safe(name))
    return b'"' + encoded.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
