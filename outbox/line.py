"""The connection that letters of one mailbox go out through: kept from letter to letter, but not for long."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from mailboxes.connections import smtp_server, smtp_session
from mailboxes.models import Mailbox
from mailkit.errors import MailError, OutcomeUnknown, ServerThrottled
from mailkit.smtp_sender import SmtpSession
from mailkit.types import SmtpResult
from outbox.failures import CLOSING

MOST_LETTERS = 100  # of one connection: servers that mind say 421 a little later
MOST_SECONDS = 60.0


class Line:
    """To be used with `with`. Connects when the first letter comes, and anew when the mailbox's servers changed."""

    def __init__(self) -> None:
        self._session: SmtpSession | None = None
        self._leads_to: tuple[object, ...] = ()
        self._opened_at = 0.0

    def send(
        self, mailbox: Mailbox, *, recipients: Sequence[str], raw: bytes, on_data_accepted: Callable[[], None]
    ) -> SmtpResult:
        """Hand one letter over. Raises MailError; OutcomeUnknown when nobody can tell."""
        session = self._session_of(mailbox)
        is_used = session.letter_count > 0
        try:
            return session.send(
                mail_from=mailbox.address, recipients=recipients, raw=raw, on_data_accepted=on_data_accepted
            )
        except BaseException as error:
            if not _was_answered(error):
                self.hang_up()
            if not (is_used and _had_gone(error)):
                raise
        return self.send(mailbox, recipients=recipients, raw=raw, on_data_accepted=on_data_accepted)

    def hang_up(self) -> None:
        if self._session:
            self._session.close()
        self._session = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session:
            self._session.__exit__(kind, error, trace)
        self._session = None

    def _session_of(self, mailbox: Mailbox) -> SmtpSession:
        leads_to = (smtp_server(mailbox), mailbox.smtp_username, mailbox.sign_in)
        if self._session and (leads_to != self._leads_to or self._is_used_up() or not self._session.is_ready()):
            self.hang_up()
        if self._session is None:
            self._session = smtp_session(mailbox)
            self._leads_to, self._opened_at = leads_to, time.monotonic()
        return self._session

    def _is_used_up(self) -> bool:
        assert self._session is not None  # noqa: S101  (who asks has one)
        return self._session.letter_count >= MOST_LETTERS or time.monotonic() - self._opened_at > MOST_SECONDS


def _was_answered(error: BaseException) -> bool:
    """Whether both sides know where they are: the next letter may follow on this connection."""
    if not isinstance(error, MailError) or isinstance(error, OutcomeUnknown):
        return False
    return error.code not in (0, CLOSING)


def _had_gone(error: BaseException) -> bool:
    """Whether the server had hung up after the letter before: it heard nothing of this one but who writes it."""
    if not isinstance(error, MailError) or isinstance(error, ServerThrottled):
        return False
    return error.step == "mail" and error.code in (0, CLOSING)
