"""What went wrong with SMTP, in our own errors: 4xx may be tried again, 5xx may not (RFC 5321 section 4.2.1)."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtplib import SMTPException, SMTPResponseException

from mailkit.errors import (
    ConnectionFailed,
    LetterRefused,
    LoginRefused,
    MailError,
    ProtocolViolated,
    ServerThrottled,
    TemporaryMailError,
    TlsRefused,
)

_THROTTLED = re.compile(
    r"too many|rate limit|throttl|try again later due to|concurrent connections|quota exceeded for", re.IGNORECASE
)


@contextmanager
def translated(step: str) -> Iterator[None]:
    """Raise our errors instead of the library's."""
    try:
        yield
    except MailError:
        raise
    except SMTPResponseException as error:
        raise refusal(error.code, error.message, step) from error
    except (SMTPException, OSError, ValueError, RuntimeError) as error:
        raise _translate(error, step) from error


def refusal(code: int, reply: str, step: str) -> MailError:
    """The error for a reply that is no success."""
    text = reply[:500]
    if 400 <= code < 500:
        kind = ServerThrottled if _THROTTLED.search(text) else TemporaryMailError
        return kind("The server cannot take it now", step=step, code=code, reply=text)
    if not 500 <= code < 600:
        return ProtocolViolated("The server's answer is not SMTP", step=step, code=code, reply=text)
    if code == 530 and "starttls" in text.lower():
        return TlsRefused("The server wants an encrypted connection", step="tls", code=code, reply=text)
    if step == "login":
        return LoginRefused("The server does not accept the login", step=step, code=code, reply=text)
    return LetterRefused("The server refused the letter", step=step, code=code, reply=text)


def _translate(error: Exception, step: str) -> MailError:
    cause = error if isinstance(error, ssl.SSLError) else error.__cause__
    if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
        return TlsRefused("No verified encryption with this server", step="tls", reply=str(cause)[:500])
    if isinstance(error, OSError):  # the library's time-outs and disconnections are OSErrors too
        return ConnectionFailed("The connection was lost", step=step, reply=str(error)[:500])
    if step == "tls":
        return TlsRefused("The server offers no STARTTLS", step=step, reply=str(error)[:500])
    return ProtocolViolated("The server does not do what we need", step=step, reply=str(error)[:500])
