"""What can go wrong here.

PrivacyError
├── FileRefused     a file that is no mail, or too large; the message says what to do, in the reader's language
├── NotConfirmed    what was typed is not the name of whom to erase
├── NothingThere    an export that is not there, is not ready, or belongs to somebody else
└── LeaseLost       another worker has this order now: stop at once, write nothing
"""

from __future__ import annotations

from accounts.errors import NotFound, SettingRefused


class PrivacyError(Exception):
    """Base of all."""


class FileRefused(PrivacyError, SettingRefused):
    """Not a file of letters."""


class NotConfirmed(PrivacyError, SettingRefused):
    """Nothing is erased by a slip of the hand."""


class NothingThere(PrivacyError, NotFound):
    """Missing, not ready, or not yours."""


class LeaseLost(PrivacyError):
    """Somebody else works on it."""
