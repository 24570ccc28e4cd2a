"""What can go wrong with outgoing letters.

OutboxError
├── MailNotFound         missing, or in a mailbox that is not yours
├── LetterRefused        the letter cannot be queued as it is; `field` names what to mend
│   ├── InvalidRecipient     an address nobody can be written to; `address` and `reason`
│   ├── NoRecipients
│   ├── TooManyRecipients
│   ├── InvalidSubject
│   ├── TooLarge             body or attachments; `limit` in bytes
│   └── UnknownUpload        no such file, or somebody else's; `upload_id`
├── WrongState           cancel or retry came too late, or too early; `state`
└── LetterChanged        another worker (or a person) was first: stop at once, write nothing

The messages are for the person who writes, in the language that is active when the error is raised.
"""

from __future__ import annotations

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts.errors import NotFound


class OutboxError(Exception):
    """Base of all."""


class MailNotFound(OutboxError, NotFound):
    """Missing, or in a mailbox that is not yours."""


class LetterRefused(OutboxError):
    """The letter cannot be queued as it is."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field  # of LetterRequest, such as "to"
        self.message = message


class InvalidRecipient(LetterRefused):
    """Nobody can be written to at this address."""

    def __init__(self, field: str, address: str, reason: str) -> None:
        super().__init__(field, _("“%(address)s”: %(reason)s") % {"address": address, "reason": reason})
        self.address = address
        self.reason = reason


class NoRecipients(LetterRefused):
    """Nobody to send to."""

    def __init__(self) -> None:
        super().__init__("to", _("Enter at least one recipient."))


class TooManyRecipients(LetterRefused):
    """More than a mail server has to take in one go."""

    def __init__(self, limit: int) -> None:
        super().__init__("to", _("A letter can have up to %(limit)d recipients.") % {"limit": limit})


class InvalidSubject(LetterRefused):
    """The subject would not be one line of a header."""

    def __init__(self, message: str) -> None:
        super().__init__("subject", message)


class TooLarge(LetterRefused):
    """Over a limit of the instance."""

    def __init__(self, field: str, limit: int) -> None:
        words = {
            "text": _("The text is larger than %(limit)s. Shorten it, or attach it as a file."),
            "upload_ids": _("The files are larger than %(limit)s together. Take some off, or send a link to them."),
            "file": _("The file is larger than %(limit)s. Send a link to it instead."),
        }
        super().__init__(field, words[field] % {"limit": filesizeformat(limit)})
        self.limit = limit


class UnknownUpload(LetterRefused):
    """No such file, or somebody else's."""

    def __init__(self, upload_id: int) -> None:
        super().__init__("upload_ids", _("An attached file is no longer here. Attach it again."))
        self.upload_id = upload_id


class WrongState(OutboxError):
    """Too late, or too early."""

    def __init__(self, message: str, *, state: str) -> None:
        super().__init__(message)
        self.message = message
        self.state = state


class LetterChanged(OutboxError):
    """Another worker, or a person, was first."""
