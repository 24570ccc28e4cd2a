"""News about people, for the rooms above."""

from django.dispatch import Signal

#: arguments: member, actor. Sent inside the transaction that deactivates them, so that what the receivers do holds with
#: it: letters are withdrawn and mailboxes stopped in the same moment in which the member can no longer come in.
member_deactivated = Signal()

#: arguments: account. Sent in its scope, inside the transaction that creates it: what every account has from its first
#: moment on is made now.
account_created = Signal()

#: arguments: account. Sent inside the transaction in which its slug changes, and its smart addresses with it (K48).
account_renamed = Signal()
