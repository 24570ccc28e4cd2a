"""What can go wrong with stored mail.

ThreadsError
├── ThreadNotFound       missing, in Deleted, or not yours: one answer for all
├── MessageNotFound      the same
├── AttachmentNotFound   the same
├── QuarantinedNotFound  missing, filed meanwhile, or of another mailbox
├── LeftOutNotFound      missing, fetched meanwhile, or of another mailbox
├── RearrangingRefused   threads cannot be merged or split like this; `field` names what is wrong
├── ImageNotFound        the letter has no such remote image
├── ConsentNotFound      missing, or another member's
├── RawLetterGone        the stored bytes are missing or damaged, or belong to another account
└── StoredFileGone       the same, of a copy of an attachment
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


class QuarantinedNotFound(ThreadsError, NotFound):
    """Missing, filed meanwhile, or of another mailbox."""


class LeftOutNotFound(ThreadsError, NotFound):
    """Missing, fetched meanwhile, or of another mailbox."""


class RearrangingRefused(ThreadsError):
    """Threads cannot be merged or split like this; the message says why, in the reader's language."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field  # as the API names it
        self.message = message


class ImageNotFound(ThreadsError, NotFound):
    """The letter has no such remote image."""


class ConsentNotFound(ThreadsError, NotFound):
    """Missing, or another member's."""


class RawLetterGone(ThreadsError, NotFound):
    """The stored bytes are missing or damaged, or belong to another account."""


class StoredFileGone(ThreadsError, NotFound):
    """The copy of an attachment is missing or damaged, or belongs to another account."""
