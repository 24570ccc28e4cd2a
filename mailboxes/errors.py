"""What can go wrong with mailboxes.

MailboxesError
├── MailboxNotFound        missing, or not yours
├── SettingRefused         a value of the request is not acceptable; `field` names it
├── ServersFailed             the servers do not work; `report` says where
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


class LeaseLost(MailboxesError):
    """Another worker holds the mailbox now."""


class SecretUnreadable(MailboxesError):
    """The key is missing, or the row is not where it was written."""
