"""The final bytes of a letter: headers, threading, files, signature; and nothing that does not belong there."""

from __future__ import annotations

from email import message_from_bytes

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Membership
from mailboxes.models import Mailbox, SenderAlias
from mailkit.mime_reader import parse_message
from mailkit.types import Address
from outbox.composing import freeze, own_copy, references_to
from outbox.errors import LetterRefused
from outbox.models import OutgoingMail
from outbox.services import store_upload
from tests.outbox.conftest import Queue
from tests.threads.builders import Mail, Post
from threads.models import Message


def header_lines(raw: bytes) -> list[str]:
    return raw.partition(b"\r\n\r\n")[0].decode().split("\r\n")


@pytest.mark.rule("M13", "A10")
def test_the_headers_say_who_writes_to_whom(queue: Queue, alice: Membership) -> None:
    mail = queue(to=["Ann <ann@a.example>", "b@b.example"], cc=["Цой <c@c.example>"], subject="Предложение")
    parsed = parse_message(freeze(mail))
    assert parsed.sender == Address("alice@acme.example", "Alice Archer")
    assert parsed.to == (Address("ann@a.example", "Ann"), Address("b@b.example"))
    assert parsed.cc == (Address("c@c.example", "Цой"),)
    assert (parsed.subject, parsed.text.strip()) == ("Предложение", mail.text)
    assert (parsed.message_id, parsed.in_reply_to, parsed.references) == (mail.message_id_header, "", ())


@pytest.mark.rule("M13")
def test_bcc_is_in_no_header_that_leaves_the_house(queue: Queue) -> None:
    mail = queue(bcc=["secret@c.example"])
    raw = freeze(mail)
    assert b"secret@c.example" not in raw
    assert parse_message(own_copy(mail, raw)).bcc == (Address("secret@c.example"),)
    assert parse_message(own_copy(mail, raw)).identity == parse_message(raw).identity
    assert own_copy(queue(), raw) == raw


def test_a_shared_mailbox_writes_in_its_own_name(queue: Queue, sales: Mailbox, bob: Membership) -> None:
    Mailbox.objects.filter(pk=sales.pk).update(display_name="Acme Sales")
    assert parse_message(freeze(queue(bob, mailbox_id=sales.pk))).sender == Address(sales.address, "Acme Sales")


def test_an_answer_names_the_letters_before_it(queue: Queue, sales: Mailbox) -> None:
    letter = Mail(references=("first@client.example", "second@client.example"), in_reply_to="second@client.example")
    Post(sales).file(letter)
    message = Message.objects.get(message_id_header=letter.message_id)
    parsed = parse_message(freeze(queue(mailbox_id=sales.pk, reply_to_message_id=message.pk, subject="Re: Offer")))
    assert parsed.in_reply_to == letter.message_id
    assert parsed.references == ("first@client.example", "second@client.example", letter.message_id)


def test_long_threads_keep_the_first_and_the_newest() -> None:
    message = Message(
        account_id=1, message_id_header="99@x.example", reference_ids=[f"{n}@x.example" for n in range(99)]
    )
    references = references_to(message)
    assert len(references) == 20
    assert (references[0], references[1], references[-1]) == ("0@x.example", "81@x.example", "99@x.example")


def test_odd_message_ids_of_strangers_do_not_stop_an_answer() -> None:
    message = Message(
        account_id=1, message_id_header="no at sign", in_reply_to="a b@x", reference_ids=["fine@x.example"]
    )
    assert references_to(message) == ("fine@x.example",)


@pytest.mark.rule("M16")
def test_files_are_attached_in_order(queue: Queue, alice: Membership) -> None:
    names = ["Договор.pdf", "2.txt"]
    ids = [store_upload(alice, SimpleUploadedFile(name, name.encode())).pk for name in names]
    parsed = parse_message(freeze(queue(upload_ids=ids)))
    assert [(file.filename, file.size) for file in parsed.attachments] == [(n, len(n.encode())) for n in names]


@pytest.mark.rule("M48")
@pytest.mark.parametrize(("own", "of_mailbox", "used"), [("Alice", "Acme", "Alice"), ("", "Acme", "Acme")])
def test_the_authors_signature_else_the_mailboxes(
    queue: Queue, alice: Membership, alices: Mailbox, own: str, of_mailbox: str, used: str
) -> None:
    Mailbox.objects.filter(pk=alices.pk).update(signature=of_mailbox)
    Membership.objects.filter(pk=alice.pk).update(signature=own)
    mail = OutgoingMail.objects.get(pk=queue(html="<p>Hi</p>").pk)
    parsed = parse_message(freeze(mail))
    assert parsed.text.rstrip().endswith(f"--\n{used}") or parsed.text.rstrip().endswith(f"-- \n{used}")
    assert parsed.html.rstrip() == f"<p>Hi</p><div>--<br>{used}</div>"


@pytest.mark.rule("G04")
def test_the_bytes_are_made_once(queue: Queue) -> None:
    mail = queue()
    raw = freeze(mail)
    OutgoingMail.objects.filter(pk=mail.pk).update(subject="changed", raw_name=mail.raw_name)
    assert freeze(OutgoingMail.objects.get(pk=mail.pk)) == raw
    assert "Subject: Offer" in header_lines(raw)


@pytest.mark.rule("M15", "M16")
def test_an_image_of_the_text_belongs_to_the_html(queue: Queue, alice: Membership) -> None:
    image = store_upload(alice, SimpleUploadedFile("logo.png", b"png", content_type="image/png"))
    offer = store_upload(alice, SimpleUploadedFile("offer.pdf", b"pdf", content_type="application/pdf"))
    html = '<p>Hi<img src="cid:logo@acme"></p>'
    mail = queue(text="", html=html, upload_ids=[offer.pk, image.pk], content_ids={image.pk: "logo@acme"})
    message = message_from_bytes(freeze(OutgoingMail.objects.get(pk=mail.pk)))
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    (picture,) = (part for part in message.walk() if part["Content-ID"])
    assert (picture["Content-ID"], picture.get_content_disposition()) == ("<logo@acme>", "inline")


@pytest.mark.rule("R16")
def test_a_letter_may_come_from_another_address_of_the_mailbox(
    queue: Queue, alice: Membership, alices: Mailbox, sales: Mailbox
) -> None:
    def alias_of(mailbox: Mailbox, *, is_confirmed: bool = True) -> SenderAlias:
        now = timezone.now()
        address = f"{SenderAlias.objects.count()}@offers.example"
        facts = {"address": address, "address_key": address, "digest": address, "name": "Offers"}
        confirmed_at = now if is_confirmed else None
        return SenderAlias.objects.create(
            mailbox=mailbox, requested_by=alice, expires_at=now, confirmed_at=confirmed_at, **facts
        )

    alias = alias_of(alices)
    mail = queue(alias_id=alias.pk)
    assert parse_message(freeze(OutgoingMail.objects.get(pk=mail.pk))).sender == Address(alias.address, "Offers")
    for wrong in (alias_of(alices, is_confirmed=False).pk, alias_of(sales).pk, 77):
        with pytest.raises(LetterRefused) as refused:
            queue(alias_id=wrong)
        assert refused.value.field == "alias_id"
