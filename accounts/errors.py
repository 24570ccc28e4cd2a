"""What can go wrong with accounts and people.

AccountsError
├── NotAllowed          the member may not do this
├── InvitationInvalid   unknown, used or expired; one answer for all three
└── AddressTaken        somebody with this address is a member already
"""


class AccountsError(Exception):
    """Base of all."""


class NotAllowed(AccountsError):
    """The member may not do this."""


class InvitationInvalid(AccountsError):
    """Unknown, used or expired."""


class AddressTaken(AccountsError):
    """Somebody with this address is a member already."""
