"""Handing a letter on: its words, its files, its images."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage
from django.utils import translation

from accounts.models import Membership
from mailboxes.models import Mailbox
from mailkit.errors import MessageGone
from mailkit.mime_reader import parse_message
from mailkit.types import OutgoingAttachment
from outbox.composing import freeze
from outbox.errors import FileGone
from outbox.forwarding import FileBytes, forward_defaults, keep_attachment, keep_files
from outbox.models import OutgoingMail
from outbox.services import LetterRequest, queue_letter
from sync.attachments import AttachmentBytes
from tests.threads.builders import Mail, Post
from threads.access import get_message_for
from threads.errors import AttachmentNotFound
from threads.models import Attachment, Message

PICTURE = OutgoingAttachment("logo.png", "image/png", b"\x89PNG", content_id="logo@x")
OFFER = OutgoingAttachment("offer.pdf", "application/pdf", b"%PDF")
HTML = '<p>See <b>this</b> <img src="cid:logo@x"><img src="https://track.example/p.png"></p>'


def opened(attachment: Attachment) -> FileBytes:
    """As the mail server would give it."""
    content = {file.filename: file.content for file in (PICTURE, OFFER)}[attachment.filename]
    return AttachmentBytes(attachment.filename, attachment.content_type, content)


def gone(attachment: Attachment) -> FileBytes:
    raise MessageGone("The letter is no longer on the mail server", step="folders")


@pytest.fixture
def message(alice: Membership, sales: Mailbox) -> Message:
    letter = Mail(subject="Re: WG: Offer", text="See this", html=HTML, cc="c@c.example", files=(PICTURE, OFFER))
    Post(sales).file(letter)
    pk = Message.objects.get(message_id_header=letter.message_id).pk
    return get_message_for(alice, pk)


@pytest.mark.rule("A11")
def test_a_header_says_whose_words_these_are(message: Message) -> None:
    defaults = forward_defaults(message)
    assert (defaults.mailbox, defaults.subject) == (message.mailbox, "Fwd: Offer")
    lines = defaults.quoted_text.split("\n")
    assert lines[:2] == ["---------- Forwarded message ----------", "From: Anna Petrova <anna@client.example>"]
    assert "Cc: c@c.example" in lines
    assert lines[-2] == "See this"
    assert "<b>From:</b> Anna Petrova &lt;anna@client.example&gt;<br>" in defaults.quoted_html
    assert "<p>See <b>this</b>" in defaults.quoted_html


@pytest.mark.rule("A11")
def test_images_of_its_own_stay_and_those_of_the_web_wait(message: Message) -> None:
    defaults = forward_defaults(message)
    (image, offer) = defaults.files
    assert (image.filename, offer.filename, offer.content_id) == ("logo.png", "offer.pdf", "")
    assert f'src="cid:{image.content_id}"' in defaults.quoted_html
    assert ' src="https://' not in defaults.quoted_html
    assert forward_defaults(message, with_files=False).files == ()
    assert "cid:" not in forward_defaults(message, with_files=False).quoted_html


@pytest.mark.rule("A11", "K62")
def test_files_go_along(alice: Membership, message: Message) -> None:
    defaults = forward_defaults(message)
    files = keep_files(alice, defaults.files, opened)
    request = LetterRequest(
        mailbox_id=message.mailbox_id,
        to=["x@x.example"],
        subject=defaults.subject,
        quote_html=defaults.quoted_html,
        quote_text=defaults.quoted_text,
        forward_message_id=message.pk,
        upload_ids=[file.upload_id for file in files],
        content_ids={file.upload_id: file.content_id for file in files},
    )
    mail = queue_letter(alice, request)
    assert mail.forward_message_id == message.pk
    letter = parse_message(freeze(OutgoingMail.objects.get(pk=mail.pk)))
    assert [(file.filename, file.content_type) for file in letter.attachments] == [
        ("logo.png", "image/png"),
        ("offer.pdf", "application/pdf"),
    ]
    assert letter.text.startswith("---------- Forwarded message ----------")


@pytest.mark.rule("K62")
def test_a_file_that_is_gone_is_named(alice: Membership, bob: Membership, message: Message) -> None:
    offer = message.attachments.get(filename="offer.pdf")
    with pytest.raises(FileGone) as refused:
        keep_attachment(alice, offer.pk, gone)
    assert "offer.pdf" in refused.value.message
    with default_storage.open(keep_attachment(bob, offer.pk, opened).storage_name) as file:
        assert file.read() == b"%PDF"


def test_nobody_copies_files_of_letters_he_does_not_see(alice: Membership, bob: Membership, alices: Mailbox) -> None:
    letter = Mail(to=alices.address, files=(OFFER,))
    Post(alices).file(letter)
    attachment = Attachment.objects.get(message__message_id_header=letter.message_id)
    with pytest.raises(AttachmentNotFound):
        keep_attachment(bob, attachment.pk, opened)


@pytest.mark.parametrize(("language", "title"), [("ru", "От"), ("es", "De")])
def test_the_header_is_in_the_writers_language(message: Message, language: str, title: str) -> None:
    with translation.override(language):
        assert f"\n{title}: Anna" in forward_defaults(message).quoted_text
