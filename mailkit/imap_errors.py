"""What a library says went wrong with IMAP, in our own errors.

Providers throttle in words, not in codes; the texts are collected from the issue trackers of wildduck (35), node-imap
(593), imapflow (75), imapsync (272) and php-imap (464).
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from imapclient.exceptions import CapabilityError, LoginError, ProtocolError

from mailkit.errors import (
    ConnectionFailed,
    FolderGone,
    LoginRefused,
    MailError,
    PermanentMailError,
    ProtocolViolated,
    ServerThrottled,
    TemporaryMailError,
    TlsRefused,
)

_THROTTLED = re.compile(
    r"too many (?:simultaneous |concurrent )?(?:connections|requests|commands|login)|\[THROTTLED\]|\[LIMIT\]"
    r"|rate limit|request is throttled|exceeded .{0,40}limits?|bandwidth limit|suggested backoff"
    r"|user is authenticated but not connected|maximum number of connections|connection limit|session limit",
    re.IGNORECASE,
)
_BACKOFF = re.compile(r"suggested backoff time:? *(\d{1,9}) *(milliseconds|seconds)", re.IGNORECASE)
_TEMPORARY = re.compile(
    r"\[(?:UNAVAILABLE|INUSE|SERVERBUG)\]|server unavailable|internal (?:server )?error|server error|try again later"
    r"|temporar|timed? ?out|system busy",
    re.IGNORECASE,
)
# Why a login was refused, where the provider says it; the first that fits. Yandex says one thing for two causes.
_REASONS = (
    ("web_login", re.compile(r"\[WEBALERT|web ?login required|log ?in via your web browser", re.IGNORECASE)),
    (
        "app_password",
        re.compile(r"app(?:lication)?[- ](?:specific )?password|aplication password|parol prilozheniya", re.IGNORECASE),
    ),
    (
        "imap_disabled",
        re.compile(
            r"not enabled for imap|imap (?:access )?(?:is |has been )?(?:disabled|not enabled|switched off)"
            r"|imap.{0,40}deaktiviert|(?:enable|activate) imap|not (?:allowed|permitted) to use imap"
            r"|imap access is not allowed",
            re.IGNORECASE,
        ),
    ),
    ("contact_admin", re.compile(r"\[CONTACTADMIN\]|contact (?:your )?(?:domain )?administrator", re.IGNORECASE)),
)
_NO_FOLDER = re.compile(
    r"\[(?:NONEXISTENT|TRYCREATE|CANNOT)\]|does ?n[o']t exist|not exist|no such|unknown (?:mailbox|folder|namespace)"
    r"|not found|not selectable|\\noselect|non-?existent",
    re.IGNORECASE,
)
# What our parsers may raise on bytes that are no IMAP.
_PARSE_ERRORS = (ProtocolError, ValueError, AssertionError, LookupError, TypeError, AttributeError)


@contextmanager
def translated(step: str, *, about_folder: bool = False) -> Iterator[None]:
    """Raise our errors instead of the libraries'. `about_folder`: a plain NO says that the folder is not there."""
    try:
        yield
    except MailError:
        raise
    except (imaplib.IMAP4.error, OSError, *_PARSE_ERRORS) as error:
        raise _translate(_unwrap(error), step, about_folder=about_folder) from error


def _unwrap(error: Exception) -> Exception:
    """imapclient calls it a LoginError too when the connection is lost before the server has answered."""
    hidden = error.__context__
    return hidden if isinstance(error, LoginError) and isinstance(hidden, imaplib.IMAP4.abort) else error


def _translate(error: Exception, step: str, *, about_folder: bool) -> MailError:
    reply = _reply_of(error)
    if _THROTTLED.search(reply):
        return ServerThrottled("The server asks us to slow down", step=step, reply=reply, retry_after=_backoff(reply))
    if isinstance(error, OSError):
        return _of_socket(error, step, reply)
    if isinstance(error, CapabilityError):
        return ProtocolViolated("The server cannot do what we need", step=step, reply=reply)
    if isinstance(error, imaplib.IMAP4.readonly):
        return PermanentMailError("The folder may be read only", step=step, reply=reply)
    if isinstance(error, imaplib.IMAP4.abort):
        return ConnectionFailed("The connection was lost", step=step, reply=reply)
    if isinstance(error, imaplib.IMAP4.error) and not isinstance(error, ProtocolError):
        return _of_answer(error, step, reply, about_folder=about_folder)
    return ProtocolViolated("The server's answer is not IMAP", step=step, reply=reply)


def _of_answer(error: imaplib.IMAP4.error, step: str, reply: str, *, about_folder: bool) -> MailError:
    # A login may be refused with a code that is clear, and words that are not: "... Please try again later".
    if _TEMPORARY.search(reply) and "[AUTHENTICATIONFAILED]" not in reply.upper():
        return TemporaryMailError("The server cannot do it now", step=step, reply=reply)
    if step == "tls" or "[PRIVACYREQUIRED]" in reply.upper():
        return TlsRefused("No encrypted connection with this server", step=step, reply=reply)
    if isinstance(error, LoginError) or step == "login":
        return LoginRefused("The server does not accept the login", step=step, reply=reply, reason=_reason(reply))
    if about_folder and _NO_FOLDER.search(reply):
        return FolderGone("The folder is not on the server", step=step, reply=reply)
    return PermanentMailError("The server refused the command", step=step, reply=reply)


def _of_socket(error: OSError, step: str, reply: str) -> MailError:
    is_handshake = isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError)
    if is_handshake and step == "tls":
        return TlsRefused("No verified encryption with this server", step=step, reply=reply)
    return ConnectionFailed("The connection was lost", step=step, reply=reply)


def _reply_of(error: Exception) -> str:
    """The server's words without the libraries' wrapping, cut to what people can read."""
    said = error.args[0] if error.args else error
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    if isinstance(error, ssl.SSLCertVerificationError):
        text = error.verify_message
    return re.sub(r"^(?:\w+ failed: |\w+ command error: \w+ )|^b'|'$|'\]$", "", text).removeprefix("[b'")[:500]


def _reason(reply: str) -> str:
    return next((reason for reason, words in _REASONS if words.search(reply)), "")


def _backoff(reply: str) -> float | None:
    found = _BACKOFF.search(reply)
    if not found:
        return None
    return int(found[1]) / (1000 if found[2].lower() == "milliseconds" else 1)
