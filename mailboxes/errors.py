"""What can go wrong with mailboxes.

MailboxesError
├── MailboxNotFound        missing, or not yours
├── SettingRefused         a value of the request is not acceptable; `field` names it
├── ServersFailed          the servers do not work; `report` says where
├── AliasNotFound          no such other address of this mailbox
├── AliasLinkInvalid       a link that confirms an address: unknown, used, withdrawn or expired
├── TooManyTries           too often in a short time; `retry_after` says when it may be tried again
├── WrongState             not possible while the mailbox is in this state: pausing, resuming, asking its server
├── SignInExpired          a return from a provider's page that nobody waits for
├── SignInFailed           the provider did not let us in; the message says what to do
├── LeaseLost              another worker holds the mailbox now: stop at once, write nothing
└── SecretUnreadable       the key is missing, or the row is not where it was written
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.errors import NotFound

if TYPE_CHECKING:
    from mailboxes.checking import CheckReport


class MailboxesError(Exception):
    """Base of all."""


class MailboxNotFound(MailboxesError, NotFound):
    """Missing, or not yours."""


class SettingRefused(MailboxesError):
    """A value is not acceptable; the message says what to do, in the reader's language."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field  # such as "address", "imap.host"
        self.message = message


class ServersFailed(MailboxesError):
    """Neither incoming nor outgoing mail works, or incoming fails and nobody asked for a send-only mailbox."""

    def __init__(self, report: CheckReport) -> None:
        super().__init__(f"servers: {report.status}")
        self.report = report


class TooManyTries(MailboxesError):
    """Asked too often, or too many wait already; the message says so in the reader's language."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after  # seconds


class AliasNotFound(MailboxesError, NotFound):
    """No such other address of this mailbox."""


class AliasLinkInvalid(MailboxesError):
    """A link that confirms an address: unknown, used, withdrawn or expired; one answer for all."""


class WrongState(MailboxesError):
    """Not possible while the mailbox is in this state; the message says what is, in the reader's language."""

    def __init__(self, message: str, *, state: str) -> None:
        super().__init__(message)
        self.message = message
        self.state = state


class SignInExpired(MailboxesError):
    """Nobody waits for this return from a provider's page: forged, used, too late, or of somebody else."""


class SignInFailed(MailboxesError):
    """The provider did not let us in, or not to the mailbox that was named; the message says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class LeaseLost(MailboxesError):
    """Another worker holds the mailbox now."""


class SecretUnreadable(MailboxesError):
    """The key is missing, or the row is not where it was written."""
