"""What happens elsewhere and concerns us. Receivers only start a task."""

from __future__ import annotations

from django.dispatch import receiver

from mailboxes.signals import mailbox_connected, older_wanted
from sync.services import start_older, start_sync


@receiver(mailbox_connected, dispatch_uid="sync.start_import")
def start_import(account_id: int, mailbox_id: int, **_kwargs: object) -> None:
    """The import begins at once (K09)."""
    start_sync(account_id, mailbox_id)


@receiver(older_wanted, dispatch_uid="sync.start_older")
def load_older(account_id: int, mailbox_id: int, **_kwargs: object) -> None:
    """It was switched on in the settings (A04)."""
    start_older(account_id, mailbox_id)
