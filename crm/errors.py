"""What can go wrong with contacts, companies and leads.

CrmError
├── CardNotFound     missing, or of another account
├── ValueRefused     a value is not acceptable; `field` names it
└── StillInUse       it cannot be deleted while others stand on it
"""

from accounts.errors import NotFound


class CrmError(Exception):
    """Base of all."""


class CardNotFound(CrmError, NotFound):
    """Missing, or of another account."""


class ValueRefused(CrmError):
    """A value is not acceptable; the message says what to do, in the reader's language."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class StillInUse(CrmError):
    """It cannot be deleted while others stand on it."""
