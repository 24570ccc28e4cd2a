"""What can go wrong with contacts, companies and leads.

CrmError
├── CardNotFound     missing, or of another account
│   └── ContactMerged   it became another one
├── ValueRefused     a value is not acceptable; `field` names it
│   └── NameTaken    another one is called so already
├── StillInUse       it cannot be deleted while others stand on it
└── WrongState       too early, too late, or being worked on
"""

from accounts.errors import NotFound


class CrmError(Exception):
    """Base of all."""


class CardNotFound(CrmError, NotFound):
    """Missing, or of another account."""


class ContactMerged(CardNotFound):
    """It became another contact; `contact_id` is that one's id."""

    def __init__(self, contact_id: int) -> None:
        super().__init__()
        self.contact_id = contact_id


class ValueRefused(CrmError):
    """A value is not acceptable; the message says what to do, in the reader's language."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class NameTaken(ValueRefused):
    """Another one is called so already; `other_id` is its id."""

    def __init__(self, field: str, message: str, other_id: int) -> None:
        super().__init__(field, message)
        self.other_id = other_id


class StillInUse(CrmError):
    """It cannot be deleted while others stand on it."""


class WrongState(CrmError):
    """Too early, too late, or being worked on; the message says so in the reader's language."""
