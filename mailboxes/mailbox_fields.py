"""The account's own fields of its mailboxes (R03): an internet shop's phone, the hours of a brand.

Templates name them by code: `{{mailbox.CODE}}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.custom_fields import fields_of
from crm.errors import ValueRefused
from crm.field_values import merged_values, texts_of
from crm.models import CustomField
from mailboxes.errors import SettingRefused
from mailboxes.models import Mailbox

MAILBOX = CustomField.Entity.MAILBOX


def changed_values(mailbox: Mailbox, changes: Mapping[str, Any]) -> dict[str, Any]:
    """All values of the mailbox after these changes by number. Raises SettingRefused."""
    try:
        return merged_values(MAILBOX, mailbox.custom_values, changes)
    except ValueRefused as error:
        raise SettingRefused(error.field, error.message) from error


def mailbox_texts(mailbox: Mailbox | None) -> dict[str, str]:
    """What is filled in, by code, as people read it. Without a mailbox nothing is: the names are known all the same."""
    return texts_of(mailbox.custom_values if mailbox else {}, fields_of(MAILBOX))
