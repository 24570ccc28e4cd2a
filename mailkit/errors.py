"""What can go wrong with mail, named by consequence.

MailError
├── TemporaryMailError        try again later; `retry_after` when the server said how long
│   ├── ConnectionFailed      DNS, connect, time-out, connection lost
│   ├── ServerThrottled       the provider asks us to slow down
│   ├── SentFolderGone        the folder of sent letters cannot be opened, though the server named it just now
│   └── OutcomeUnknown        the connection was lost after DATA was accepted: never resend blindly
└── PermanentMailError        trying again changes nothing
    ├── HostRefused           an address we do not connect to: private networks, IP literals (rule K07)
    ├── TlsRefused            certificate, host name, STARTTLS stripped, PREAUTH on plaintext
    ├── LoginRefused          the server does not accept the credentials
    ├── FolderGone            the folder does not exist (any more)
    ├── UidValidityChanged    all UIDs known of the folder are worthless (RFC 9051 section 2.3.1.1)
    ├── MessageGone           the letter or part is no longer on the server
    ├── LetterRefused         the server refused the letter as a whole
    ├── LetterUnreadable      reading the letter took too long or failed; `reason` says which
    ├── RecipientRefused      every recipient was refused; `recipients` says why
    ├── PushNotOffered        the server has no IDLE: it must be polled
    ├── FetchRefused          a web address that we do not fetch, or an answer we do not take
    │   └── AnswerTooLarge    its answer has more bytes than we take
    ├── ImageUnreadable       a file that is no raster image, or too large a one
    ├── UnsafeText            a value holds NUL, CR or LF and would have become a command or a header
    └── ProtocolViolated      the server does not speak the protocol, or exceeds our limits

The exception of the library is chained as `__cause__`; nothing above mailkit catches imaplib or aiosmtplib errors.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Self

from mailkit.bearer import bearer_responses
from mailkit.types import Login, RecipientResult


class MailError(Exception):
    """Base of all. `reply` is the server's own text, for people who ask for the details; it may be empty."""

    is_permanent = False

    def __init__(self, message: str, *, step: str = "", code: int = 0, reply: str = "") -> None:
        super().__init__(message)
        self.step = step  # dns, connect, tls, login, folders, mail, rcpt, data
        self.code = code  # SMTP code, 0 when there is none
        self.reply = reply

    def without_secret(self, login: Login) -> Self:
        """The same, fit to be shown, stored and logged: some servers repeat the command that they refuse, password and
        all, as it was or in base64. What the library raised says it too, and so is the cause no more.
        """
        secret = login.secret.value
        said = (f"\0{login.username}\0{secret}", secret, *bearer_responses(login))
        encoded = [b64encode(one.encode()).decode() for one in said]
        quoted = secret.replace("\\", "\\\\").replace('"', '\\"')
        for hidden in filter(None, [*encoded, quoted, secret]):
            self.reply = self.reply.replace(hidden, str(login.secret))
        self.__cause__, self.__suppress_context__ = None, True
        return self


class TemporaryMailError(MailError):
    """Try again later."""

    def __init__(
        self, message: str, *, step: str = "", code: int = 0, reply: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(message, step=step, code=code, reply=reply)
        self.retry_after = retry_after  # seconds, as the server said; None when it did not


class ConnectionFailed(TemporaryMailError):
    """No connection, or it was lost."""


class ServerThrottled(TemporaryMailError):
    """The provider asks us to slow down."""


class SentFolderGone(TemporaryMailError):
    """The folder of sent letters cannot be opened, though the server named it just now."""


class OutcomeUnknown(TemporaryMailError):
    """The connection was lost after the server said 354: it may have the letter (RFC 1047)."""


class PermanentMailError(MailError):
    """Trying again changes nothing."""

    is_permanent = True


class HostRefused(PermanentMailError):
    """We do not connect to this host; the network was not touched."""


class TlsRefused(PermanentMailError):
    """No verified TLS, so nothing secret was sent."""


class LoginRefused(PermanentMailError):
    """The server does not accept the credentials. `reason` where it said why: "web_login" (the person must sign in with
    a browser first), "imap_disabled", "app_password" (an ordinary password is not enough), "contact_admin"; and from a
    provider's sign-in page "grant_ended", "scope_missing", "no_address" (see mailkit.oauth).
    """

    def __init__(self, message: str, *, step: str = "", code: int = 0, reply: str = "", reason: str = "") -> None:
        super().__init__(message, step=step, code=code, reply=reply)
        self.reason = reason


class FolderGone(PermanentMailError):
    """The folder does not exist (any more)."""


class UidValidityChanged(PermanentMailError):
    """All UIDs known of the folder are worthless."""


class MessageGone(PermanentMailError):
    """The letter or part is no longer on the server."""


class LetterRefused(PermanentMailError):
    """The server refused the letter as a whole."""


class LetterUnreadable(PermanentMailError):
    """Reading the letter took too long or failed. Its bytes are as they were: a newer reader may do better."""

    def __init__(self, message: str, *, reason: str, detail: str = "") -> None:
        super().__init__(message)
        self.reason = reason  # "too_slow" or "unreadable"
        self.detail = detail  # the name of the error's class, for those who mend the reader


class RecipientRefused(PermanentMailError):
    """Every recipient was refused."""

    def __init__(self, message: str, *, recipients: Sequence[RecipientResult], code: int = 0, reply: str = "") -> None:
        super().__init__(message, step="rcpt", code=code, reply=reply)
        self.recipients = recipients


class PushNotOffered(PermanentMailError):
    """The server has no IDLE (RFC 2177): it must be polled."""


class FetchRefused(PermanentMailError):
    """A web address that we do not fetch, or an answer that is not 200 (then `code` says what), or compressed."""


class AnswerTooLarge(FetchRefused):
    """Its answer has more bytes than we take."""


class ImageUnreadable(PermanentMailError):
    """A file that is no raster image, or more of it than we draw."""


class UnsafeText(PermanentMailError):
    """A value holds NUL, CR or LF."""


class ProtocolViolated(PermanentMailError):
    """The server does not speak the protocol, or exceeds our limits."""
