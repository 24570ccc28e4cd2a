"""Whether the author of a letter may send from its mailbox when its turn comes: it may have been planned months ago,
and rights follow at once (K21, K24, K25).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from mailboxes.models import Mailbox
from outbox.models import OutgoingMail

KNOWN_SECONDS = 1.0  # a mailing has one author for thousands of letters

_Question = tuple[int, int, int | None]  # author, carrier, mailbox that it was written in


def may_send(mail: OutgoingMail) -> bool:
    """From the mailbox that it was written in, and through the one that carries it (R07)."""
    wanted = {mail.mailbox_id, mail.answers_to_id or mail.mailbox_id}
    return Mailbox.objects.visible_to(mail.author).filter(pk__in=wanted).count() == len(wanted)


@dataclass(slots=True)
class Senders:
    """The same for one letter after the other."""

    _known: dict[_Question, tuple[bool, float]] = field(default_factory=dict)

    def may_send(self, mail: OutgoingMail) -> bool:
        question = (mail.author_id, mail.mailbox_id, mail.answers_to_id)
        answer, asked_at = self._known.get(question, (False, 0.0))
        if time.monotonic() - asked_at > KNOWN_SECONDS:
            answer = may_send(mail)
            self._known[question] = (answer, time.monotonic())
        return answer
