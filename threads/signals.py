"""News about stored mail, for the rooms above. Sent on commit, if nothing else is said; receivers only start a task; a
sweep repeats it."""

from django.dispatch import Signal

#: arguments: account_id, mailbox_id, message_ids. New letters were filed; silent during the first import (G15).
message_filed = Signal()

#: arguments: message_id, message_id_header. A question: who wrote this letter of ours here? A receiver that knows
#: answers with the id of the member.
author_asked = Signal()

#: arguments: mailbox_id, client_key, since. A question: who wrote to this client last, in this mailbox though another
#: one carried it (R07), and after that moment if there is one? A receiver that knows answers with the id of the member.
replier_asked = Signal()

#: arguments: mailbox_id, message_ids. A question: which letters of these Message-IDs were written in this mailbox,
#: though another one carried them (R07)? Receivers answer with a set of Message-IDs.
written_asked = Signal()

#: arguments: body. What of a letter is about to be shown, as it will not be stored: a receiver that knows of addresses
#: in it that tell somebody who reads takes them out.
body_shown = Signal()

#: arguments: thread_ids. Letters went from some of these threads to others of them. Sent in the transaction, before
#: those that are empty are deleted: what refers to a thread follows its letters.
letters_moved = Signal()

#: arguments: message_ids. Sent in the transaction that deletes these letters for good: what else holds their words goes
#: with them (K63).
letters_purged = Signal()
