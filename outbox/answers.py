"""Answers to letters: they come to the mailbox that a letter was written in, or to the one that carried it (R07). That
somebody is out of the office is none, nor is what we write after it ourselves.
"""

from __future__ import annotations

from django.db.models import OuterRef, Q, QuerySet

from threads.models import Message


def answers() -> QuerySet[Message]:
    """To be asked of each outgoing letter, in Exists."""
    came_to = Q(mailbox=OuterRef("mailbox")) | Q(mailbox=OuterRef("answers_to"))
    incoming = Message.objects.filter(direction=Message.Direction.INCOMING, is_automatic=False)
    return incoming.filter(came_to, in_reply_to=OuterRef("message_id_header"))
