"""From a draft to a letter, and back again as long as it was not sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Membership
from letter_templates.models import Template
from mailboxes.models import Mailbox
from outbox import purging, states
from outbox.draft_sending import send_draft
from outbox.drafts import DraftFields, DraftFile, create_draft, fields_of, get_draft_for
from outbox.errors import DraftChanged, DraftNotFound, LetterRefused, NoRecipients, WrongState
from outbox.member_counts import counts_of
from outbox.models import Draft, OutgoingMail, Upload
from outbox.services import cancel, store_upload, take_back
from tests.outbox.conftest import Queue
from tests.threads.builders import Mail, Post
from threads.models import Message

State = OutgoingMail.State


@pytest.fixture
def draft(alice: Membership, alices: Mailbox) -> Draft:
    files = [store_upload(alice, SimpleUploadedFile(name, b"x")) for name in ("a.png", "b.png", "c.pdf")]
    fields = DraftFields(
        mailbox_id=alices.pk,
        to=["Ann <ann@client.example>"],
        subject="Offer",
        body='<p>Dear Ann,<img src="cid:one"></p>',
        quote_html="<blockquote>{{ not.a.field }}</blockquote>",
        quote_text="> {{ not.a.field }}",
        attachments=[DraftFile(files[0].pk, "one"), DraftFile(files[1].pk, "gone"), DraftFile(files[2].pk)],
    )
    return create_draft(alice, fields)


@pytest.mark.rule("G04", "M16")
def test_what_is_sent_is_what_was_written(alice: Membership, draft: Draft) -> None:
    mail = send_draft(alice, draft.pk, draft.version)
    assert (mail.subject, mail.html) == ("Offer", '<p>Dear Ann,<img src="cid:one"></p>')
    assert (mail.text, mail.quote_text) == ("Dear Ann,", "> {{ not.a.field }}")
    assert [(row.upload.filename, row.content_id) for row in mail.attachments.all()] == [
        ("a.png", "one"),
        ("c.pdf", ""),
    ]
    assert counts_of(alice).drafts == 0
    with pytest.raises(DraftNotFound):
        send_draft(alice, draft.pk, None)


@pytest.mark.rule("M20", "G04")
def test_undo_brings_the_same_draft_back(alice: Membership, draft: Draft) -> None:
    before = fields_of(draft)
    sent_at = timezone.now()
    mail = send_draft(alice, draft.pk, draft.version, undo_seconds=10)
    assert mail.due_at >= sent_at + timedelta(seconds=10)
    cancel(alice, mail.pk)
    back = get_draft_for(alice, draft.pk)
    assert fields_of(back) == before
    assert back.version > draft.version
    assert send_draft(alice, draft.pk, back.version).pk != mail.pk


def test_a_draft_that_was_changed_elsewhere_is_not_sent(alice: Membership, draft: Draft) -> None:
    with pytest.raises(DraftChanged):
        send_draft(alice, draft.pk, draft.version + 1)
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("fields", "error"),
    [({"to": []}, NoRecipients), ({"mailbox_id": None}, LetterRefused), ({"body": "{{ no.field }}"}, LetterRefused)],
)
def test_what_cannot_be_sent_stays_a_draft(
    alice: Membership, draft: Draft, fields: dict[str, object], error: type[LetterRefused]
) -> None:
    wrong = create_draft(alice, replace(fields_of(draft), **fields))  # type: ignore[arg-type]
    with pytest.raises(error) as refused:
        send_draft(alice, wrong.pk, wrong.version)
    assert refused.value.message
    assert get_draft_for(alice, wrong.pk).version == wrong.version
    assert not OutgoingMail.objects.exists()


@pytest.mark.rule("G04")
def test_a_letter_to_be_sent_later_can_be_written_on(alice: Membership, bob: Membership, draft: Draft) -> None:
    mail = send_draft(alice, draft.pk, None, send_at=timezone.now() + timedelta(days=1))
    assert take_back(alice, mail.pk).pk == draft.pk
    mail.refresh_from_db()
    assert mail.state == State.CANCELED


def test_a_letter_that_had_no_draft_becomes_one(alice: Membership, queue: Queue) -> None:
    mail = queue(text="", html="<p>Hello</p>", cc=["Boris <b@b.example>"])
    back = take_back(alice, mail.pk)
    assert (back.format, back.body, back.subject) == ("html", "<p>Hello</p>", "Offer")
    assert (back.to, back.cc) == (["Ann <ann@client.example>"], ["Boris <b@b.example>"])


def test_only_its_author_writes_on_in_it(alice: Membership, bob: Membership, sales: Mailbox, queue: Queue) -> None:
    mail = queue(mailbox_id=sales.pk)
    with pytest.raises(WrongState):
        take_back(bob, mail.pk)
    assert counts_of(bob).drafts == 0


def test_once_it_is_sent_the_draft_goes_and_its_files_stay(alice: Membership, draft: Draft) -> None:
    mail = send_draft(alice, draft.pk, None)
    now = timezone.now()
    purging.purge(now)
    assert Draft.objects.filter(pk=draft.pk).exists()
    states.claim(mail, now)
    states.mark_sent(mail, now)
    assert purging.list_accounts(now) == [alice.account_id]
    assert purging.purge(now) == 0
    assert not Draft.objects.filter(pk=draft.pk).exists()
    assert Upload.objects.count() == 3


def test_what_the_author_sees_no_more_does_not_hold_his_words_up(
    alice: Membership, bob: Membership, alices: Mailbox, sales: Mailbox, draft: Draft
) -> None:
    letter = Mail()
    Post(sales).file(letter)
    message = Message.objects.get(message_id_header=letter.message_id)
    template = Template.objects.create(name="t", owner=bob, is_public=True)
    bobs = create_draft(
        bob,
        DraftFields(
            mailbox_id=sales.pk,
            to=["a@b.example"],
            body="<p>Hi</p>",
            reply_to_message_id=message.pk,
            template_id=template.pk,
        ),
    )
    Message.objects.filter(pk=message.pk).update(mailbox=alices)
    Template.objects.filter(pk=template.pk).update(owner=alice, is_public=False)
    mail = send_draft(bob, bobs.pk)
    assert (mail.reply_to_message_id, mail.template_id) == (None, None)
    Draft.objects.filter(pk=draft.pk).update(author=bob)
    with pytest.raises(LetterRefused) as refused:
        send_draft(bob, draft.pk)
    assert refused.value.field == "mailbox_id"
