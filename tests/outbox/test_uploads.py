"""Files for letters: their names, their types, their places."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from accounts.models import Membership
from outbox.errors import TooLarge
from outbox.services import store_upload
from outbox.uploads import content_type_of, safe_filename


@pytest.mark.rule("M16")
def test_a_file_is_kept_once(alice: Membership) -> None:
    first = store_upload(alice, SimpleUploadedFile("a.pdf", b"%PDF", content_type="application/pdf"))
    second = store_upload(alice, SimpleUploadedFile("b.pdf", b"%PDF"))
    assert (first.filename, first.content_type, first.size) == ("a.pdf", "application/pdf", 4)
    assert first.storage_name == second.storage_name
    assert first.storage_name.startswith(f"{alice.account_id}/uploads/")
    with default_storage.open(first.storage_name) as file:
        assert file.read() == b"%PDF"


@pytest.mark.rule("M16")
def test_a_file_over_the_limit_is_refused(alice: Membership, settings: Settings) -> None:
    settings.ATTACHMENTS_MAX_BYTES = 3
    with pytest.raises(TooLarge):
        store_upload(alice, SimpleUploadedFile("a.txt", b"1234"))


@pytest.mark.parametrize(
    ("typed", "safe"),
    [
        ("Offer 2026.pdf", "Offer 2026.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\offer.doc", "offer.doc"),
        ("Договор №5.docx", "Договор №5.docx"),
        ("a\r\nContent-Type: text.txt", "aContent-Type_ text.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        (".htaccess", "htaccess"),
        ('a"b<c>?.txt', "a_b_c__.txt"),
        ("", "file"),
        ("...", "file"),
        ("x" * 300 + ".pdf", "x" * 179 + ".pdf"),
    ],
)
def test_a_name_is_a_name_everywhere(typed: str, safe: str) -> None:
    assert safe_filename(typed) == safe


@pytest.mark.parametrize(
    ("filename", "claimed", "stored"),
    [
        ("a.pdf", "application/pdf", "application/pdf"),
        ("a.pdf", "", "application/pdf"),
        ("a.txt", "text/plain; charset=x", "text/plain"),
        ("a.bin", "text/html\r\nX: y", "application/octet-stream"),
        ("a.png", "nonsense", "image/png"),
        ("noending", "nonsense", "application/octet-stream"),
    ],
)
def test_a_type_is_a_media_type(filename: str, claimed: str, stored: str) -> None:
    assert content_type_of(filename, claimed) == stored
