"""News about mailboxes, for the rooms above. Sent on commit; receivers start a task, a sweep repeats what is lost."""

from __future__ import annotations

from django.db import models
from django.dispatch import Signal

from accounts.tenancy import current_account_id, on_commit

#: arguments: account_id, mailbox_id. A mailbox was connected, or its servers changed: it can be synced now.
mailbox_connected = Signal()

#: arguments: account_id, mailbox_id. "Group messages into threads" was changed; `needs_regrouping` is set.
grouping_changed = Signal()

#: arguments: account_id, mailbox_id. "Load older mail" was switched on; `history_due_at` is set.
older_wanted = Signal()

#: arguments: account_id, mailbox_id. It may send more letters a day than before, or fewer (M91).
daily_limit_changed = Signal()

#: arguments: mailbox. Sent in the transaction that gives up a mailbox and its mail (K64): who could see it is known
#: only now. All else that has to be done is found by its state.
mailbox_given_up = Signal()

#: arguments: mailbox, message_id. Sent in the transaction before a letter goes out through a mailbox that its readers
#: must not find there: it is not to be stored from the Sent folder.
private_letter = Signal()


def send_on_commit(signal: Signal, mailbox: models.Model) -> None:
    """With its account and its number."""
    account_id, mailbox_id = current_account_id(), mailbox.pk
    on_commit(lambda: _send(signal, type(mailbox), account_id, mailbox_id))


def _send(signal: Signal, sender: type[models.Model], account_id: int, mailbox_id: int) -> None:
    signal.send(sender, account_id=account_id, mailbox_id=mailbox_id)
