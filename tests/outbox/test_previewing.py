"""What the writer is shown before sending is what is sent."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Membership
from crm.contacts import ContactValues, create_contact
from mailboxes.errors import MailboxNotFound
from mailboxes.models import Mailbox
from mailkit.mime_reader import parse_message
from mailkit.types import Address
from outbox.composing import freeze, own_copy
from outbox.draft_sending import send_draft
from outbox.drafts import DraftFields, DraftFile, create_draft
from outbox.errors import FieldsRefused
from outbox.models import OutgoingMail
from outbox.previewing import preview, show_images
from outbox.services import store_upload


@pytest.fixture
def fields(alice: Membership, alices: Mailbox) -> DraftFields:
    files = [store_upload(alice, SimpleUploadedFile(name, b"x")) for name in ("in.png", "a.pdf", "taken-out.png")]
    Membership.objects.filter(pk=alice.pk).update(signature="{{ user.name }}")
    alice.refresh_from_db()
    return DraftFields(
        mailbox_id=alices.pk,
        to=["Ann <ann@client.example>"],
        subject="{{ contact.name }}: offer",
        body='<p>Dear {{ contact.first_name }}, {{ contact.phone }} <img src="cid:in"></p>',
        quote_html="<blockquote>Shall we?</blockquote>",
        quote_text="> Shall we?",
        attachments=[DraftFile(files[0].pk, "in"), DraftFile(files[1].pk), DraftFile(files[2].pk, "out")],
    )


@pytest.mark.rule("M18")
def test_it_is_the_letter_that_is_sent(alice: Membership, fields: DraftFields) -> None:
    create_contact(ContactValues(first_name="Ann", last_name="Lee", emails=["ann@client.example"]))
    shown = preview(alice, fields)
    draft = create_draft(alice, fields)
    mail = send_draft(alice, draft.pk)
    queued = OutgoingMail.objects.get(pk=mail.pk)
    sent = parse_message(own_copy(queued, freeze(queued)))  # without what only its recipient gets (M97)
    assert (shown.subject, shown.html.rstrip(), shown.text.rstrip()) == (
        sent.subject,
        sent.html.rstrip(),
        sent.text.rstrip(),
    )
    assert "Alice Archer</div><blockquote>Shall we?" in shown.html
    assert shown.empty_fields == ("contact.phone",)
    assert shown.sender == Address("alice@acme.example", "Alice Archer")
    assert [file.filename for file in shown.attachments] == ["a.pdf"]


@pytest.mark.rule("M18")
def test_images_of_the_text_are_shown_by_their_uploads(alice: Membership, fields: DraftFields) -> None:
    shown = preview(alice, fields)
    upload_id = shown.images["in"]
    assert list(shown.images) == ["in"]
    assert f'<img src="/u/{upload_id}">' in show_images(shown, lambda upload: f"/u/{upload}")


@pytest.mark.rule("M18")
def test_another_card_may_be_chosen(alice: Membership, fields: DraftFields) -> None:
    eve = create_contact(ContactValues(first_name="Eve", emails=["eve@client.example"], phones=["7"]))
    shown = preview(alice, fields, contact=eve)
    assert (shown.subject, shown.empty_fields) == ("Eve: offer", ())


@pytest.mark.rule("M18", "M46")
def test_files_by_link_are_named(alice: Membership) -> None:
    links = "https://x.example/{{ user.email }}.pdf\n{{ contact.phone }}"
    shown = preview(alice, DraftFields(attachment_url=links))
    assert shown.links == ("https://x.example/alice@acme.example.pdf",)


def test_what_is_half_written_can_be_looked_at(alice: Membership) -> None:
    shown = preview(alice, DraftFields(to=["an"]))
    assert (shown.sender, shown.html, shown.text) == (None, "<p></p>", "")


def test_a_fault_is_told_and_a_strangers_mailbox_not_shown(
    alice: Membership, bob: Membership, alices: Mailbox, fields: DraftFields
) -> None:
    with pytest.raises(FieldsRefused) as refused:
        preview(alice, DraftFields(body="<p>{{ x }}</p>"))
    assert refused.value.field == "html"
    with pytest.raises(MailboxNotFound):
        preview(bob, DraftFields(mailbox_id=alices.pk))
