"""Files of letters, as the browser gets them. How they are fetched: tests/sync."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Account, Membership
from mailkit.types import OutgoingAttachment
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post
from threads.models import Attachment, FolderEntry

SignIn = Callable[[Membership], Client]


@pytest.fixture
def file(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Attachment:
    plan = OutgoingAttachment("plan.pdf", "application/pdf", b"%PDF")
    Post(make_mailbox(SALES, account_of=alice)).file(Mail("Offer", files=(plan,)))
    return Attachment.objects.get()


@pytest.mark.rule("K62")
def test_a_file_that_is_gone_from_the_server_says_so(signed_in: SignIn, alice: Membership, file: Attachment) -> None:
    FolderEntry.objects.update(is_on_server=False)
    answer = signed_in(alice).get(f"/mail/attachments/{file.pk}/")
    assert answer.status_code == 410
    assert "No longer on the mail server" in answer.content.decode()


def test_files_of_others_are_not_there(signed_in: SignIn, charlie: Membership, file: Attachment) -> None:
    assert signed_in(charlie).get(f"/mail/attachments/{file.pk}/").status_code == 404
    assert signed_in(charlie).get(f"/mail/messages/{file.message_id}/picture/?cid=x").status_code == 404


def test_only_pictures_are_shown_in_a_letter(signed_in: SignIn, alice: Membership, file: Attachment) -> None:
    Attachment.objects.update(content_id="plan@1", is_inline=True)
    assert signed_in(alice).get(f"/mail/messages/{file.message_id}/picture/?cid=plan@1").status_code == 404
