"""What can go wrong with pages.

PageNotFound       missing, or not yours
PageChanged        somebody saved it in between; `current` is how it is now
SubdomainRefused   a name before the pages' domain is not acceptable; the message says what to do

Values that are not acceptable are refused by letter_templates.errors, as those of templates are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.errors import NotFound, SettingRefused

if TYPE_CHECKING:
    from pages.models import Page


class PageNotFound(NotFound):
    """Missing, or not yours."""


class PageChanged(Exception):
    """Somebody saved it after it was read; nothing was written."""

    def __init__(self, current: Page) -> None:
        super().__init__(f"version {current.version}")
        self.current = current


class SubdomainRefused(SettingRefused):
    """A name before the pages' domain is not acceptable."""

    def __init__(self, message: str) -> None:
        super().__init__("label", message)
