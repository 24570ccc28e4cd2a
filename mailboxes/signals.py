"""News about mailboxes, for the rooms above. Sent on commit; receivers start a task, a sweep repeats what is lost."""

from django.dispatch import Signal

#: arguments: account_id, mailbox_id. A mailbox was connected, or its servers changed: it can be synced now.
mailbox_connected = Signal()

#: arguments: account_id, mailbox_id. "Group messages into threads" was changed; `needs_regrouping` is set.
grouping_changed = Signal()

#: arguments: account_id, mailbox_id. "Load older mail" was switched on; `history_due_at` is set.
older_wanted = Signal()
