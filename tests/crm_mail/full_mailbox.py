"""A mailbox with all that a mailbox can hold, and the word to delete it."""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Membership
from mailboxes.disconnecting import disconnect
from mailboxes.models import Mailbox
from mailkit.types import OutgoingAttachment as File
from outbox.models import OutgoingMail
from outbox.services import LetterRequest, queue_letter, store_upload
from outbox.storage import name_final, store_final
from tests.threads.builders import Mail, Post, fetched
from tests.threads.ledgers import set_aside
from threads.attachment_store import store_file
from threads.models import Message

Write = Callable[[Mailbox, str], OutgoingMail]


def write_letter(author: Membership, mailbox: Mailbox, words: str) -> OutgoingMail:
    """With a file, and its final bytes stored."""
    upload = store_upload(author, SimpleUploadedFile(f"{words}.txt", words.encode()))
    request = LetterRequest(
        mailbox_id=mailbox.pk, to=["ann@client.example"], subject=words, text=words, upload_ids=[upload.pk]
    )
    mail = queue_letter(author, request)
    name = name_final(mailbox.pk, mail.pk, None)
    store_final(name, words.encode())
    OutgoingMail.objects.filter(pk=mail.pk).update(raw_name=name)
    return mail


def fill(post: Post, words: str) -> None:
    """Letters with and without files, some of them copied, one set aside, one in Deleted."""
    files = (File(f"{words}.txt", "text/plain", words.encode()),)
    post.file(*(Mail(subject=f"{words} {number}", text=words, files=files) for number in range(3)))
    post.file_sent(Mail(sender=post.mailbox.address, to=f"{words}@client.example", subject=words))
    kept = store_file(post.mailbox.pk, [f"kept {words}".encode()])
    raw = Mail(subject=f"{words} kept", files=files).to_bytes()
    letter = fetched(90, raw)
    post.file_letters([letter])
    Message.objects.last().attachments.update(stored_name=kept)  # type: ignore[union-attr]
    set_aside(post.mailbox, raw=f"Subject: {words}\r\n\r\n".encode(), subject=words)
    Message.objects.filter(subject=f"{words} 1").update(deleted_at=timezone.now())


def give_up(alice: Membership, mailbox: Mailbox) -> None:
    disconnect(alice, mailbox.pk, emails="delete", confirmation=mailbox.address)
