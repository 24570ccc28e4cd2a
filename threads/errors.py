"""What can go wrong with stored mail.

ThreadsError
├── ThreadNotFound       missing, in Deleted, or not yours: one answer for all
├── MessageNotFound      the same
├── AttachmentNotFound   the same
└── RawLetterGone        the stored bytes are missing or damaged, or belong to another account
"""

from accounts.errors import NotFound


class ThreadsError(Exception):
    """Base of all."""


class ThreadNotFound(ThreadsError, NotFound):
    """Missing, in Deleted, or not yours."""


class MessageNotFound(ThreadsError, NotFound):
    """Missing, in Deleted, or not yours."""


class AttachmentNotFound(ThreadsError, NotFound):
    """Missing, of a letter in Deleted, or not yours."""


class RawLetterGone(ThreadsError, NotFound):
    """The stored bytes are missing or damaged, or belong to another account."""
