"""Files that were given to us and never sent: how many there may be, and when they go."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Membership
from letter_templates.requests import TemplateFields
from letter_templates.services import create_template
from mailboxes.connections import imap_session
from mailboxes.models import Mailbox
from outbox import purging
from outbox.delivery import deliver
from outbox.drafts import DraftFields, DraftFile, create_draft
from outbox.errors import NotAnImage, TooLarge, TooManyFiles
from outbox.models import OutgoingMail, Upload
from outbox.services import store_upload
from outbox.template_files import GivenFile, upload_files, values_of_uploads
from outbox.uploads import store_image
from sync.attachments import open_attachment
from tests.outbox.conftest import Office, Queue
from threads.models import Folder, Message


def keep(member: Membership, content: bytes, name: str = "a.txt") -> Upload:
    return store_upload(member, SimpleUploadedFile(name, content))


def later() -> datetime:
    return timezone.now() + timedelta(days=7, minutes=1)


@pytest.mark.rule("M16")
def test_a_file_that_nothing_names_goes_after_a_week(
    alice: Membership, queue: Queue, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    in_draft, in_letter, nowhere, twin = (keep(alice, content) for content in (b"1", b"2", b"3", b"1"))
    create_draft(alice, DraftFields(attachments=[DraftFile(in_draft.pk)]))
    queue(upload_ids=[in_letter.pk])
    assert purging.list_accounts(timezone.now()) == []
    assert purging.list_accounts(later()) == [alice.account_id]
    with django_capture_on_commit_callbacks(execute=True):
        assert purging.purge(later()) == 2
    assert set(Upload.objects.all()) == {in_draft, in_letter}
    assert not default_storage.exists(nowhere.storage_name)
    assert default_storage.exists(twin.storage_name), "the draft's file has the same bytes"


@pytest.mark.rule("K62")
def test_files_of_a_sent_letter_stay_on_the_mail_server_alone(
    alice: Membership,
    office: Office,
    queue: Queue,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    Folder.objects.create(mailbox=office.mailbox, role=Folder.Role.SENT, name="Sent")
    sent, shared, waiting = (keep(alice, content) for content in (b"1", b"2", b"3"))
    queue(mailbox_id=office.mailbox.pk, upload_ids=[sent.pk, shared.pk])
    deliver(office.mailbox.pk)
    queue(mailbox_id=office.mailbox.pk, upload_ids=[shared.pk, waiting.pk], undo_seconds=60)
    with django_capture_on_commit_callbacks(execute=True):
        purging.purge(timezone.now())
        assert Upload.objects.count() == 3, "not at once: programs send one file with several letters"
        assert purging.list_accounts(later()) == [alice.account_id]
        assert purging.purge(later()) == 1
    assert set(Upload.objects.all()) == {shared, waiting}
    assert not default_storage.exists(sent.storage_name)
    files = Message.objects.get().attachments.order_by("section")
    assert [open_attachment(file, connect=imap_session).content for file in files] == [b"1", b"2"]


@pytest.mark.rule("K62")
@pytest.mark.parametrize("why", ["kept", "web copy", "no copy"])
def test_but_not_where_they_are_still_needed(alice: Membership, office: Office, queue: Queue, why: str) -> None:
    picture = store_image(alice, SimpleUploadedFile("a.png", b"123", content_type="image/png"))
    Mailbox.objects.update(keep_attachments=why == "kept")
    words = "{weblink}" if why == "web copy" else ""
    html = f'<p>{words}<img src="cid:i"></p>'
    queue(mailbox_id=office.mailbox.pk, text="", html=html, upload_ids=[picture.pk], content_ids={picture.pk: "i"})
    deliver(office.mailbox.pk)
    if why == "no copy":
        OutgoingMail.objects.update(sent_copy=OutgoingMail.SentCopy.FAILED)
    assert purging.purge(later()) == 0
    assert Upload.objects.get() == picture


@pytest.mark.rule("M16")
def test_files_that_were_not_sent_have_so_much_room(
    alice: Membership, bob: Membership, queue: Queue, settings: Settings
) -> None:
    settings.UNSENT_FILES_MAX_BYTES = 5
    first = keep(alice, b"123")
    with pytest.raises(TooManyFiles) as refused:
        keep(alice, b"456")
    assert "drafts" in refused.value.message
    keep(bob, b"456")
    queue(upload_ids=[first.pk])
    keep(alice, b"456")


@pytest.mark.rule("M16")
def test_files_of_templates_are_the_accounts(alice: Membership, bob: Membership, settings: Settings) -> None:
    """Whoever gave them, and whoever begins a letter with them."""
    settings.UNSENT_FILES_MAX_BYTES = 5
    upload = keep(alice, b"1234")
    create_draft(alice, DraftFields(attachments=[DraftFile(upload.pk)]))
    files = values_of_uploads(alice, [GivenFile(upload.pk)])
    template = create_template(alice, TemplateFields(name="Offer", is_public=True, files=tuple(files)))
    for member in (alice, bob):
        upload_files(member, files)
        keep(member, b"12345")
        with pytest.raises(TooManyFiles):
            keep(member, b"6")
    Upload.objects.filter(size=5).delete()
    template.delete()
    with pytest.raises(TooManyFiles):
        keep(bob, b"67")


@pytest.mark.rule("M16")
def test_an_image_in_the_text_is_small_and_an_image(alice: Membership, settings: Settings) -> None:
    settings.IMAGE_MAX_BYTES = 3
    assert store_image(alice, SimpleUploadedFile("a.png", b"123", content_type="image/png")).size == 3
    with pytest.raises(TooLarge) as refused:
        store_image(alice, SimpleUploadedFile("a.png", b"1234", content_type="image/png"))
    assert refused.value.limit == 3
    for name, kind in (("a.svg", "image/svg+xml"), ("a.txt", "text/plain")):
        with pytest.raises(NotAnImage):
            store_image(alice, SimpleUploadedFile(name, b"1", content_type=kind))


@pytest.mark.rule("M16")
def test_a_program_may_not_put_a_larger_one_into_the_text(alice: Membership, queue: Queue, settings: Settings) -> None:
    settings.IMAGE_MAX_BYTES = 3
    image = keep(alice, b"1234", "a.png")
    html = '<img src="cid:i">'
    with pytest.raises(TooLarge):
        queue(text="", html=html, upload_ids=[image.pk], content_ids={image.pk: "i"})
    queue(text="", html=html, upload_ids=[image.pk])
