"""What rows a letter becomes."""

from __future__ import annotations

import pytest

from mailkit.types import OutgoingAttachment
from tests.threads.builders import ANNA, SALES, Mail, Post, fetched
from threads.models import Attachment, FolderEntry, Message, Participant, Thread
from threads.raw_store import read_raw

FILE = OutgoingAttachment("offer.pdf", "application/pdf", b"%PDF" * 1000)


def test_a_letter_becomes_message_body_people_and_thread(post: Post) -> None:
    mail = Mail("Re: Offer", cc="Carl <Carl@Third.example>", text="Yes, please.", html="<p>Yes<script>x</script></p>")
    assert len(post.file(mail).new_message_ids) == 1
    message = Message.objects.for_reading().get()
    assert (message.subject, message.from_name, message.snippet) == ("Re: Offer", "Anna Petrova", "Yes, please.")
    assert (message.direction, message.received_at, message.is_read) == ("incoming", mail.received_at, False)
    assert "script" not in message.body.html
    people = [(p.role, p.email, p.email_key) for p in message.participants.all()]
    assert ("cc", "Carl@third.example", "carl@third.example") in people
    thread = message.thread
    assert (thread.counterpart_key, thread.counterpart_name) == ("anna@client.example", "Anna Petrova")
    assert (thread.subject, thread.snippet, thread.last_message_at) == ("Re: Offer", "Yes, please.", mail.received_at)
    assert (thread.message_count, thread.incoming_count, thread.unread_count) == (1, 1, 1)


@pytest.mark.rule("K62")
def test_files_are_described_and_their_bytes_are_not_kept(post: Post) -> None:
    post.file(Mail(files=(FILE,)))
    attachment = Attachment.objects.get()
    assert (attachment.filename, attachment.content_type, attachment.size) == ("offer.pdf", "application/pdf", 4000)
    assert Message.objects.get().has_attachments
    assert Thread.objects.get().has_attachments
    raw = read_raw(Message.objects.get().body.raw_name)
    assert b"JVBERiVQREYl" not in raw
    assert b"offer.pdf" in raw


def test_the_thread_shows_its_newest_letter_whatever_comes_last(post: Post) -> None:
    post.file(Mail("Offer", text="new", minutes=9))
    post.file(Mail("RE: offer", text="old", minutes=1))
    thread = Thread.objects.get()
    assert (thread.subject, thread.snippet, thread.message_count) == ("Offer", "new", 2)


def test_what_lies_in_sent_is_outgoing_and_read(post: Post) -> None:
    post.file_sent(Mail(sender=SALES, to=ANNA))
    message = Message.objects.get()
    assert (message.direction, message.is_read) == ("outgoing", True)
    thread = Thread.objects.get()
    assert (thread.outgoing_count, thread.incoming_count, thread.unread_count) == (1, 0, 0)
    assert thread.counterpart_key == "anna@client.example"


def test_question_and_answer_share_a_thread_over_both_folders(post: Post) -> None:
    post.file_sent(Mail("Offer", sender=SALES, to="anna@client.example"))
    post.file(Mail("Re: Offer"))
    thread = Thread.objects.get()
    assert (thread.incoming_count, thread.outgoing_count, thread.counterpart_name) == (1, 1, "Anna Petrova")


@pytest.mark.rule("G06")
def test_the_read_state_starts_from_the_servers(post: Post) -> None:
    post.file(Mail(flags=frozenset({"\\Seen"})), Mail())
    assert sorted(Message.objects.values_list("is_read", flat=True)) == [False, True]
    assert Thread.objects.get().unread_count == 1


@pytest.mark.rule("G13")
def test_the_ledger_knows_every_place(post: Post) -> None:
    post.file_at({5: Mail(), 6: Mail()}, outcomes={3: "older", 4: "gone", 7: "failed"})
    entries = FolderEntry.objects.order_by("uid").values_list("uid", "outcome", "is_on_server")
    assert list(entries) == [
        (3, "older", True),
        (4, "gone", False),
        (5, "imported", True),
        (6, "imported", True),
        (7, "failed", True),
    ]
    post.inbox.refresh_from_db()
    assert (post.inbox.last_uid, post.inbox.uidnext) == (7, 8)


def test_what_was_left_out_can_become_a_letter_and_a_letter_stays_one(post: Post) -> None:
    post.file_at({}, outcomes={3: "older"})
    mail = Mail()
    post.file_at({3: mail})
    post.file_at({}, outcomes={3: "gone"})
    entry = FolderEntry.objects.get()
    assert (entry.outcome, entry.is_on_server) == ("imported", True)
    assert entry.message == Message.objects.get()


def test_odd_text_fails_no_batch(post: Post) -> None:
    raw = b"From: a@b.example\r\nSubject: =?utf-8?b?AGE=?= \xff\xfe\r\nMessage-ID: <x@y>\r\n\r\n\x00 body \xf0\x28"
    post.file_letters([Mail().fetched(1), fetched(2, raw)])
    assert Message.objects.count() == 2
    assert Participant.objects.filter(email="a@b.example").exists()
