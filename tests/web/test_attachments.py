"""Files of letters, as the browser gets them. How they are fetched: tests/sync."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Account, Membership
from mailkit.types import OutgoingAttachment
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post
from threads.attachment_store import store_file
from threads.models import Attachment, FolderEntry, Message

SignIn = Callable[[Membership], Client]


@pytest.fixture
def file(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Attachment:
    plan = OutgoingAttachment("plan.pdf", "application/pdf", b"%PDF")
    Post(make_mailbox(SALES, account_of=alice)).file(Mail("Offer", files=(plan,)))
    return Attachment.objects.get()


@pytest.mark.rule("K62")
def test_a_file_that_is_gone_from_the_server_says_so(signed_in: SignIn, alice: Membership, file: Attachment) -> None:
    FolderEntry.objects.update(is_on_server=False)
    client = signed_in(alice)
    answer = client.get(f"/mail/attachments/{file.pk}/")
    assert answer.status_code == 410
    assert "No longer on the mail server" in answer.content.decode()
    viewed = client.get(f"/mail/attachments/{file.pk}/view/")
    assert viewed.status_code == 410
    assert "max-age" not in viewed.headers.get("Cache-Control", ""), "it may come back"


@pytest.mark.parametrize(
    ("subject", "name"), [("???", "___.zip"), ("..", "letter.zip"), ("", "letter.zip"), ("a/../../b", "b.zip")]
)
def test_whatever_the_subject_is_the_files_come_in_one_archive(
    signed_in: SignIn, alice: Membership, file: Attachment, subject: str, name: str
) -> None:
    Message.objects.update(subject=subject)
    answer = signed_in(alice).get(f"/mail/messages/{file.message_id}/files/")
    assert answer.status_code == 200
    assert f'filename="{name}"' in answer.headers["Content-Disposition"]


def test_files_of_others_are_not_there(signed_in: SignIn, charlie: Membership, file: Attachment) -> None:
    assert signed_in(charlie).get(f"/mail/attachments/{file.pk}/").status_code == 404
    assert signed_in(charlie).get(f"/mail/messages/{file.message_id}/picture/?cid=x").status_code == 404


def test_only_pictures_are_shown_in_a_letter(signed_in: SignIn, alice: Membership, file: Attachment) -> None:
    Attachment.objects.update(content_id="plan@1", is_inline=True)
    assert signed_in(alice).get(f"/mail/messages/{file.message_id}/picture/?cid=plan@1").status_code == 404


@pytest.mark.parametrize(
    ("content_type", "filename", "shown"),
    [
        ("image/jpg", "", "image/jpeg"),
        ("image/pjpeg", "a.bin", "image/jpeg"),
        ("image/x-png", "a", "image/png"),
        ("application/octet-stream", "logo.PNG", "image/png"),
        ("application/octet-stream", "logo", ""),
        ("image/svg+xml", "logo.svg", ""),
        ("image/bmp", "logo.bmp", ""),
        ("image/heic", "logo.heic", ""),
    ],
)
def test_a_picture_stands_in_the_letter_or_with_its_files(
    signed_in: SignIn, alice: Membership, file: Attachment, content_type: str, filename: str, shown: str
) -> None:
    name = store_file(file.message.mailbox_id, [b"picture"])
    Attachment.objects.update(
        content_id="logo@1", is_inline=True, content_type=content_type, filename=filename, stored_name=name
    )
    client = signed_in(alice)
    answer = client.get(f"/mail/messages/{file.message_id}/picture/?cid=logo@1")
    assert (answer.headers["Content-Type"] if answer.status_code == 200 else "") == shown
    page = client.get(f"/mail/inbox/{file.message.thread_id}/", headers={"HX-Request": "true"}).content.decode()
    assert (f"/mail/attachments/{file.pk}/" in page) is not bool(shown)
