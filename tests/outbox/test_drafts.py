"""Letters that are being written: saved, in several windows, by their author alone."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.errors import CardNotFound
from mailboxes.errors import MailboxNotFound
from mailboxes.models import Mailbox
from outbox.drafts import (
    DraftFields,
    DraftFile,
    create_draft,
    delete_draft,
    drafts_of,
    drafts_of_thread,
    fields_of,
    get_draft_for,
    save_draft,
)
from outbox.errors import DraftChanged, DraftNotFound, LetterRefused, TooLarge, UnknownUpload
from outbox.member_counts import counts_of
from outbox.services import store_upload
from tests.threads.builders import Mail, Post
from threads.errors import MessageNotFound
from threads.models import Message


@pytest.fixture
def fields(alices: Mailbox) -> DraftFields:
    return DraftFields(mailbox_id=alices.pk, to=["ann@client"], subject="Off", body="<p>Dear</p>")


@pytest.mark.rule("G04")
def test_it_is_kept_as_far_as_it_is_written(alice: Membership, fields: DraftFields) -> None:
    file = store_upload(alice, SimpleUploadedFile("a.png", b"png"))
    whole = replace(fields, cc=["", "b@"], attachments=[DraftFile(file.pk, "i@x")], format="html", with_signature=False)
    draft = create_draft(alice, whole)
    assert fields_of(get_draft_for(alice, draft.pk)) == replace(
        whole, to=["ann@client"], cc=["", "b@"], bcc=[], attachments=(DraftFile(file.pk, "i@x"),)
    )
    assert (draft.version, counts_of(alice).drafts) == (1, 1)


@pytest.mark.rule("G04")
def test_the_second_of_two_windows_is_told(alice: Membership, fields: DraftFields) -> None:
    draft = create_draft(alice, fields)
    mine = save_draft(alice, draft.pk, replace(fields, subject="Offer"), 1)
    assert mine.version == 2
    with pytest.raises(DraftChanged) as told:
        save_draft(alice, draft.pk, replace(fields, subject="Other"), 1)
    assert (told.value.current.subject, told.value.current.version) == ("Offer", 2)
    with pytest.raises(DraftChanged):
        delete_draft(alice, draft.pk, 1)
    assert save_draft(alice, draft.pk, replace(fields, subject="Other"), None).version == 3
    delete_draft(alice, draft.pk, 3)
    assert counts_of(alice).drafts == 0


def test_saving_while_typing_is_one_update(alice: Membership, fields: DraftFields) -> None:
    draft = create_draft(alice, fields)
    with CaptureQueriesContext(connection) as queries:
        save_draft(alice, draft.pk, replace(fields, body="<p>Dear Ann</p>"), 1)
    writing = re.compile(r'(UPDATE|INSERT INTO|DELETE FROM) "(\w+)"')
    assert [found[2] for query in queries if (found := writing.search(query["sql"]))] == ["outbox_draft"]


@pytest.mark.rule("R08")
def test_nobody_else_sees_it(alice: Membership, bob: Membership, charlie: Membership, sales: Mailbox) -> None:
    draft = create_draft(alice, DraftFields(mailbox_id=sales.pk))
    for other in (bob, charlie):
        with tenant(other.account_id), pytest.raises(DraftNotFound):
            get_draft_for(other, draft.pk)
        with tenant(other.account_id):
            assert not drafts_of(other).exists()
    with pytest.raises(DraftNotFound):
        save_draft(bob, draft.pk, DraftFields(), None)
    with pytest.raises(DraftNotFound):
        get_draft_for(alice, "x1")


def test_it_names_only_what_its_author_sees(
    alice: Membership, bob: Membership, alices: Mailbox, sales: Mailbox
) -> None:
    letter = Mail(to=alices.address)
    Post(alices).file(letter)
    message = Message.objects.get(message_id_header=letter.message_id)
    file = store_upload(alice, SimpleUploadedFile("a.txt", b"a"))
    for fields, error in (
        (DraftFields(mailbox_id=alices.pk), MailboxNotFound),
        (DraftFields(reply_to_message_id=message.pk), MessageNotFound),
        (DraftFields(forward_message_id=message.pk), MessageNotFound),
        (DraftFields(attachments=[DraftFile(file.pk)]), UnknownUpload),
        (DraftFields(contact_id=77), CardNotFound),
        (DraftFields(lead_id=77), CardNotFound),
        (DraftFields(alias_id=77), LetterRefused),
        (DraftFields(format="rtf"), LetterRefused),
        (DraftFields(attachments=[DraftFile(file.pk, "a b")]), LetterRefused),
    ):
        with pytest.raises(error):
            create_draft(bob, fields)
    assert counts_of(bob).drafts == 0


def test_one_that_was_begun_stands_in_the_thread_it_answers(alice: Membership, sales: Mailbox, bob: Membership) -> None:
    letter = Mail()
    Post(sales).file(letter)
    message = Message.objects.get(message_id_header=letter.message_id)
    draft = create_draft(alice, DraftFields(mailbox_id=sales.pk, reply_to_message_id=message.pk))
    create_draft(alice, DraftFields(mailbox_id=sales.pk))
    assert list(drafts_of_thread(alice, message.thread)) == [draft]
    assert not drafts_of_thread(bob, message.thread).exists()


@pytest.mark.rule("M21")
def test_what_the_database_cannot_hold_is_left_out_and_what_is_too_long_refused(
    alice: Membership, fields: DraftFields
) -> None:
    draft = create_draft(alice, replace(fields, subject="a\0b\ud800", to=["\0"], body="x\0"))
    assert (draft.subject, draft.to, draft.body) == ("ab?", [""], "x")
    with pytest.raises(TooLarge):
        save_draft(alice, draft.pk, replace(fields, body="x" * (9 * 1024 * 1024)), None)
