"""Mail brought into a mailbox from a file: once, silently, with its files, in its threads (G16)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.models import AuditEvent, Membership, Notice
from crm.contacts import ContactValues, create_contact
from mailboxes.models import MailboxFilter
from mailkit.mbox import build_entry
from mailkit.types import OutgoingAttachment
from privacy.errors import FileRefused
from privacy.importing import request_import
from tests.privacy.builders import bring, counts, mbox_of
from tests.threads.builders import SALES, Mail, Post, ids
from threads.attachment_store import open_file
from threads.models import Message, Tombstone
from threads.raw_store import read_raw
from threads.signals import message_filed

PDF = OutgoingAttachment("plan.pdf", "application/pdf", b"%PDF of a plan")


@pytest.mark.rule("G16")
def test_the_same_file_twice_changes_nothing(post: Post, alice: Membership) -> None:
    content = mbox_of(Mail(), Mail(), Mail("Other"))
    assert counts(bring(alice, post.mailbox, content)) == (3, 0, 0, 0)
    before = list(Message.objects.order_by("pk").values())
    assert counts(bring(alice, post.mailbox, content)) == (0, 3, 0, 0)
    assert list(Message.objects.order_by("pk").values()) == before


@pytest.mark.rule("G16")
def test_what_the_mailbox_has_from_its_server_is_known(post: Post, alice: Membership) -> None:
    mail, new = Mail(), Mail()
    post.file(mail)
    assert counts(bring(alice, post.mailbox, mbox_of(mail, new, new))) == (1, 2, 0, 0)
    assert Message.objects.get(message_id_header=mail.message_id).on_server
    assert post.threads() == ids([mail, new])


def test_letters_come_whole_with_their_time_and_files(post: Post, alice: Membership) -> None:
    mail = Mail(files=(PDF,))
    raw = mail.to_bytes()
    bring(alice, post.mailbox, raw, "letter.eml")
    message = Message.objects.for_reading().get()
    assert (message.received_at, message.on_server, message.is_read) == (mail.received_at, False, True)
    assert message.body.raw_is_whole
    assert read_raw(message.body.raw_name) == raw
    with open_file(message.attachments.get().stored_name) as file:
        assert file.read() == PDF.content


def test_a_letter_keeps_its_date_where_the_file_names_the_day_of_copying(post: Post, alice: Membership) -> None:
    mail = Mail()
    copied_at = mail.received_at + timedelta(days=8)
    bring(alice, post.mailbox, b"".join(build_entry(mail.to_bytes(), sender="-", received_at=copied_at)))
    message = Message.objects.get()
    assert message.received_at == message.sent_at


def test_ours_went_out_and_the_others_came_in(post: Post, alice: Membership) -> None:
    bring(alice, post.mailbox, mbox_of(Mail("In"), Mail("Out", SALES, "anna@client.example")))
    found = dict(Message.objects.values_list("subject", "direction"))
    assert found == {"In": "incoming", "Out": "outgoing"}


@pytest.mark.rule("G15")
def test_nobody_is_told_but_cards_have_the_letters(post: Post, alice: Membership) -> None:
    contact = create_contact(ContactValues("Anna", emails=["anna@client.example"]))
    told: list[object] = []
    message_filed.connect(lambda **facts: told.append(facts), weak=False, dispatch_uid="test")
    bring(alice, post.mailbox, mbox_of(Mail()))
    message_filed.disconnect(dispatch_uid="test")
    assert (told, Notice.objects.count()) == ([], 0)
    assert Message.objects.visible_to(alice).of_contact(contact).count() == 1


def test_what_the_mailbox_never_stores_and_what_was_deleted_for_good_stays_out(post: Post, alice: Membership) -> None:
    MailboxFilter.objects.create(mailbox=post.mailbox, kind="domain", value="spam.example")
    gone = Mail()
    bring(alice, post.mailbox, mbox_of(gone))
    message = Message.objects.get()
    Tombstone.objects.create(mailbox=post.mailbox, identity=message.identity, deleted_at=message.received_at)
    message.delete()
    assert counts(bring(alice, post.mailbox, mbox_of(gone, Mail(sender="a@spam.example")))) == (0, 0, 2, 0)


@pytest.mark.rule("G14")
def test_a_letter_that_cannot_be_read_is_named_and_the_others_come(post: Post, alice: Membership) -> None:
    order = bring(alice, post.mailbox, mbox_of(Mail(), b"no header\r\n\r\nat all\r\n", Mail()))
    assert counts(order) == (2, 0, 0, 1)
    assert order.failures == [{"number": 2, "reason": "no_letter"}]


def test_the_file_does_not_stay(post: Post, alice: Membership) -> None:
    order = request_import(alice, post.mailbox, ContentFile(mbox_of(Mail())), "mail.mbox")
    assert default_storage.exists(order.stored_name)
    done = bring(alice, post.mailbox, mbox_of(Mail()))
    assert (done.state, done.stored_name) == ("done", "")
    assert AuditEvent.objects.filter(action="mailbox.mail_imported").count() == 2


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 From here", b"PK\x03\x04\x00\x00", b"just words\nand more"])
def test_what_is_no_mail_is_refused(content: bytes, post: Post, alice: Membership) -> None:
    with pytest.raises(FileRefused):
        request_import(alice, post.mailbox, ContentFile(content), "x.bin")
