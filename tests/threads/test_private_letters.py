"""A letter that the readers of its mailbox must not find there is never stored from the Sent folder (R16)."""

from __future__ import annotations

from mailboxes.models import Mailbox
from mailboxes.signals import private_letter
from tests.threads.builders import SALES, Mail, Post
from threads.models import Message


def test_it_is_left_out_of_sent_and_comes_by_the_inbox(post: Post) -> None:
    link = Mail("May we write as you?", sender=SALES, to="info@brand.example")
    private_letter.send(Mailbox, mailbox=post.mailbox, message_id=link.message_id)
    post.file_sent(link)
    assert not Message.objects.exists()
    post.file(link)  # the other address leads into the same mailbox: there it is meant to be read
    assert Message.objects.get().message_id_header == link.message_id
