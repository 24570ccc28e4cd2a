"""News of letters on their way, for the rooms above."""

from django.dispatch import Signal

#: arguments: account_id, mail_ids. Sent on commit: letters with triggers are sent, or have failed for good
#: (OutgoingMail.state), and told_at is not set yet. A sweep repeats it.
letters_ended = Signal()
