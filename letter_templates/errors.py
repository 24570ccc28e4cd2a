"""What can go wrong with templates and merge fields.

TemplateRefused      merge fields that cannot be used as they are; says where and why
└── PartRefused      the same of one part of a template; `part` names it
TemplateNotFound     missing, or not yours
TemplateInUse        a stage or a trigger sends it; `places` name them
TemplateChanged      somebody saved it in between; `current` is how it is now
ValueRefused         a value of a template is not acceptable; `field` names it
TemplateUnusable     a letter cannot be made from it: nobody to send from, or to; `code` says which
ArchiveRefused       a file of templates that cannot be read

The messages are for the person who writes, in the language that is active when the error is raised.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.errors import NotFound

if TYPE_CHECKING:
    from letter_templates.models import Template


class TemplateRefused(Exception):
    """It cannot be used as it is; the message says where and why, in the reader's language.

    `field` is the field, filter or statement at fault, if there is one; `line` and `column` count from one.
    """

    def __init__(self, reason: str, message: str, *, field: str = "", line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.field, self.line, self.column = field, line, column

    @property
    def is_passing(self) -> bool:
        """Whether the machine may have been the reason: it was stopped, and might succeed another time."""
        return self.reason in ("too_slow", "stopped")


class PartRefused(TemplateRefused):
    """Merge fields of one part of a template, such as "subject"."""

    def __init__(self, part: str, error: TemplateRefused) -> None:
        super().__init__(error.reason, error.message, field=error.field, line=error.line, column=error.column)
        self.part = part


class TemplateNotFound(NotFound):
    """Missing, or not yours to see or to change."""


class TemplateInUse(Exception):
    """It is deleted only when nothing sends it any more. `places` are words, such as the name of a stage."""

    def __init__(self, places: Sequence[str]) -> None:
        words = _("This is sent by: %(places)s. Choose another template there first.")
        super().__init__(words % {"places": ", ".join(places)})
        self.places = tuple(places)


class TemplateChanged(Exception):
    """Somebody saved it after it was read; nothing was written."""

    def __init__(self, current: Template) -> None:
        super().__init__(f"version {current.version}")
        self.current = current


class ValueRefused(Exception):
    """A value is not acceptable; the message says what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field  # of TemplateFields, such as "name"
        self.message = message


class TemplateUnusable(Exception):
    """No letter can be made from it: `code` is "no_sender" (M41) or "no_recipient" (M42)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class ArchiveRefused(Exception):
    """A file of templates that cannot be read."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
