"""News about stored mail, for the rooms above. Sent on commit; receivers only start a task; a sweep repeats it."""

from django.dispatch import Signal

#: arguments: account_id, mailbox_id, message_ids. New letters were filed; silent during the first import (G15).
message_filed = Signal()
