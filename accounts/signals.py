"""News about people, for the rooms above."""

from django.dispatch import Signal

#: arguments: member, actor. Sent inside the transaction that deactivates them, so that what the receivers do holds with
#: it: letters are withdrawn and mailboxes stopped in the same moment in which the member can no longer come in.
member_deactivated = Signal()
