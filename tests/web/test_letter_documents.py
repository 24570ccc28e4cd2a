"""A letter as it came, on paper, and its files in the viewer and in one archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.http import StreamingHttpResponse
from django.test import Client

from accounts.models import Account, Membership
from mailkit.types import OutgoingAttachment
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post
from threads.attachment_store import store_file
from threads.models import Attachment, FolderEntry, Message, MessageBody

SignIn = Callable[[Membership], Client]
PDF, PNG = b"%PDF-1.7 plan", b"\x89PNG picture"


@pytest.fixture
def letter(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Message:
    """With files that the mailbox keeps copies of."""
    mailbox = make_mailbox(SALES, account_of=alice)
    files = [
        ("plan.pdf", "application/pdf", PDF),
        ("plan.PDF", "application/octet-stream", b"MZ"),
        ("p.png", "image/png", PNG),
    ]
    sent = tuple(OutgoingAttachment(*each) for each in files)
    Post(mailbox).file(Mail("Offer", text="Own words\n\n> Quoted words", files=sent))
    for file, (_name, _kind, content) in zip(Attachment.objects.order_by("pk"), files, strict=True):
        Attachment.objects.filter(pk=file.pk).update(stored_name=store_file(mailbox.pk, [content]))
    return Message.objects.get()


def archive(answer: Any) -> dict[str, bytes]:  # noqa: ANN401  (the test client's own class)
    assert isinstance(answer, StreamingHttpResponse)
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_the_original_shows_its_header_and_is_saved(signed_in: SignIn, alice: Membership, letter: Message) -> None:
    client = signed_in(alice)
    page = client.get(f"/mail/messages/{letter.pk}/original/", headers={"HX-Request": "true"}).content.decode()
    assert "Subject: Offer" in page
    assert "Own words" not in page
    saved = client.get(f"/mail/messages/{letter.pk}/raw/")
    assert saved["Content-Disposition"] == f'attachment; filename="{letter.pk}.eml"'
    assert b"Own words" in saved.content
    MessageBody.objects.update(raw_name="")
    for part in ("original", "raw"):
        assert client.get(f"/mail/messages/{letter.pk}/{part}/").status_code == 410


def test_on_paper_all_letters_stand_with_their_headers_and_nothing_folded(
    signed_in: SignIn, alice: Membership, letter: Message
) -> None:
    client = signed_in(alice)
    for url in (f"/mail/inbox/{letter.thread_id}/print/", f"/mail/messages/{letter.pk}/print/"):
        answer = client.get(url)
        page = answer.content.decode()
        assert all(words in page for words in ("Offer", "anna@client.example", "Own words", "Quoted words", "plan.pdf"))
        assert "<details" not in page
        assert "script-src" not in answer["Content-Security-Policy"]
        assert "allow-scripts" not in answer["Content-Security-Policy"]


def test_the_viewer_shows_pictures_and_real_pdfs_as_nothing_else(
    signed_in: SignIn, alice: Membership, letter: Message
) -> None:
    client = signed_in(alice)
    pdf, fake, png = Attachment.objects.order_by("pk")
    shown = client.get(f"/mail/attachments/{pdf.pk}/view/")
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert "default-src 'none'" in shown["Content-Security-Policy"]
    picture = client.get(f"/mail/attachments/{png.pk}/view/")
    assert picture["Content-Type"] == "image/png"
    assert picture["Content-Security-Policy"].endswith("; sandbox")
    assert client.get(f"/mail/attachments/{fake.pk}/view/").status_code == 404
    Attachment.objects.update(content_type="text/html", filename="page.html")
    assert client.get(f"/mail/attachments/{png.pk}/view/").status_code == 404


def test_all_files_come_in_one_archive_under_names_of_their_own(
    signed_in: SignIn, alice: Membership, letter: Message
) -> None:
    answer = signed_in(alice).get(f"/mail/messages/{letter.pk}/files/")
    assert 'filename="Offer.zip"' in answer["Content-Disposition"]
    assert archive(answer) == {"plan.pdf": PDF, "plan (2).PDF": b"MZ", "p.png": PNG}


@pytest.mark.rule("K62")
def test_the_archive_names_what_is_no_longer_on_the_server(
    signed_in: SignIn, alice: Membership, letter: Message
) -> None:
    Attachment.objects.filter(filename="p.png").update(stored_name="")
    FolderEntry.objects.update(is_on_server=False)
    files = archive(signed_in(alice).get(f"/mail/messages/{letter.pk}/files/"))
    assert files.keys() == {"plan.pdf", "plan (2).PDF", "NOT-IN-THIS-ARCHIVE.txt"}
    assert b"p.png: No longer on the mail server" in files["NOT-IN-THIS-ARCHIVE.txt"]


def test_others_are_refused(signed_in: SignIn, charlie: Membership, letter: Message) -> None:
    client = signed_in(charlie)
    for part in ("original", "raw", "print", "files"):
        assert client.get(f"/mail/messages/{letter.pk}/{part}/").status_code == 404
    assert client.get(f"/mail/inbox/{letter.thread_id}/print/").status_code == 404
    assert client.get(f"/mail/attachments/{Attachment.objects.all()[0].pk}/view/").status_code == 404
