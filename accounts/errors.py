"""What can go wrong with accounts and people.

AccountsError
├── NotFound            missing, or not yours: one answer for both; the faces make it a 404
├── NotAllowed          the member may see it but may not do this; the faces make it a 403
├── SettingRefused      a value is not acceptable; `field` names it
├── LastAdministrator   an account keeps at least one
├── InvitationInvalid   unknown, used or expired; one answer for all three
└── AddressTaken        somebody with this address is a member already
"""


class AccountsError(Exception):
    """Base of all."""


class NotFound(AccountsError):
    """Missing, or not yours."""


class NotAllowed(AccountsError):
    """The member may not do this."""


class SettingRefused(AccountsError):
    """A value is not acceptable; the message says what to do, in the reader's language."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class LastAdministrator(AccountsError):
    """An account keeps at least one administrator."""


class InvitationInvalid(AccountsError):
    """Unknown, used or expired."""


class AddressTaken(AccountsError):
    """Somebody with this address is a member already."""
