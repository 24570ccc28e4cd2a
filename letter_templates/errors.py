"""What can go wrong with merge fields."""

from __future__ import annotations


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
