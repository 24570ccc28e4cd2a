"""What can go wrong with outgoing letters.

OutboxError
├── MailNotFound         missing, or in a mailbox that is not yours
├── MailingNotFound      missing, in a mailbox that is not yours, or somebody else's draft
├── SuppressionNotFound  missing, or learned from a letter that is not yours to see
├── DraftNotFound        missing, somebody else's, or sent meanwhile
├── DraftChanged         it was saved elsewhere in between; `current` is how it is now
├── LetterRefused        the letter cannot be queued as it is; `field` names what to mend
│   ├── InvalidRecipient     an address nobody can be written to; `address` and `reason`
│   ├── NoRecipients
│   ├── TooManyRecipients
│   ├── TooManyPeople        for a letter to each: a mailing can do it; `limit`
│   ├── InvalidSubject
│   ├── TooLarge             body or attachments; `limit` in bytes
│   ├── UnknownUpload        no such file, or somebody else's; `upload_id`
│   ├── NotAnImage           what is to stand in the text is none that mail programs show
│   ├── TooManyFiles         the member's files that were not sent fill their room; `limit` in bytes
│   ├── FileGone             a file of the forwarded letter is no longer on the mail server; `filename`
│   └── FieldsRefused        merge fields that cannot be filled in; `line` and `column`, `name` of the field at fault
├── MailingRefused       a mailing cannot start as it is; `checks` say why
├── LinkFailed           a file by link could not be fetched when the letter was made; `url`
├── WrongState           cancel or retry came too late, or too early; `state`
└── LetterChanged        another worker (or a person) was first: stop at once, write nothing

The messages are for the person who writes, in the language that is active when the error is raised.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts.errors import NotFound

if TYPE_CHECKING:
    from letter_templates.errors import TemplateRefused
    from outbox.mailing_checks import Check
    from outbox.models import Draft


class OutboxError(Exception):
    """Base of all."""


class MailNotFound(OutboxError, NotFound):
    """Missing, or in a mailbox that is not yours."""


class MailingNotFound(OutboxError, NotFound):
    """Missing, in a mailbox that is not yours, or somebody else's draft."""


class SuppressionNotFound(OutboxError, NotFound):
    """Missing, or learned from a letter that is not yours to see."""


class DraftNotFound(OutboxError, NotFound):
    """Missing, somebody else's, or sent meanwhile."""


class DraftChanged(OutboxError):
    """It was saved elsewhere after it was read; nothing was written."""

    def __init__(self, current: Draft) -> None:
        super().__init__(f"version {current.version}")
        self.current = current


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


class TooManyPeople(LetterRefused):
    """For a letter to each of them. So many are a mailing."""

    def __init__(self, limit: int) -> None:
        words = _("At most %(limit)d people at once get a letter of their own. Choose fewer, or send a mailing.")
        super().__init__("to", words % {"limit": limit})
        self.limit = limit


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
            "image": _("The image is larger than %(limit)s. Make it smaller, or attach it as a file."),
        }
        super().__init__(field, words[field] % {"limit": filesizeformat(limit)})
        self.limit = limit


class UnknownUpload(LetterRefused):
    """No such file, or somebody else's."""

    def __init__(self, upload_id: int) -> None:
        super().__init__("upload_ids", _("An attached file is no longer here. Attach it again."))
        self.upload_id = upload_id


class NotAnImage(LetterRefused):
    """What is to stand in the text."""

    def __init__(self) -> None:
        super().__init__("file", _("Only PNG, JPEG, GIF and WebP images can stand in the text. Attach it as a file."))


class TooManyFiles(LetterRefused):
    """A member's files that were not sent fill their room."""

    def __init__(self, limit: int) -> None:
        words = _("Your files that were not sent fill %(limit)s. Send or delete drafts, then attach it again.")
        super().__init__("file", words % {"limit": filesizeformat(limit)})
        self.limit = limit


class FileGone(LetterRefused):
    """A file of the letter that is forwarded."""

    def __init__(self, filename: str) -> None:
        words = _("“%(name)s” is no longer on the mail server. Forward the letter without it.")
        super().__init__("upload_ids", words % {"name": filename})
        self.filename = filename


class FieldsRefused(LetterRefused):
    """Merge fields that cannot be filled in."""

    def __init__(self, field: str, cause: TemplateRefused) -> None:
        super().__init__(field, cause.message)
        self.name, self.line, self.column = cause.field, cause.line, cause.column


class MailingRefused(OutboxError):
    """A mailing cannot start as it is, or not before somebody has read the warnings."""

    def __init__(self, checks: Sequence[Check]) -> None:
        super().__init__(", ".join(check.code for check in checks))
        self.checks = checks


class LinkFailed(OutboxError):
    """A file by link could not be fetched when the letter was made (M46)."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url


class WrongState(OutboxError):
    """Too late, or too early."""

    def __init__(self, message: str, *, state: str) -> None:
        super().__init__(message)
        self.message = message
        self.state = state


class LetterChanged(OutboxError):
    """Another worker, or a person, was first."""
