"""Copies of attachments and whole raw letters, where a mailbox keeps them (K62, R10)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailkit.types import OutgoingAttachment
from tests.row_versions import row_versions
from tests.threads.builders import Mail, Post, fetched
from threads.attachment_store import open_file, store_file
from threads.letters import IncomingLetter
from threads.models import Attachment, MessageBody
from threads.raw_store import read_raw, store_raw_stream

MAILBOX = 7  # in whose folder the files lie

FILE = OutgoingAttachment("offer.pdf", "application/pdf", b"%PDF" * 1000)
RAW = Mail(files=(FILE,)).to_bytes()


def with_copies(uid: int) -> IncomingLetter:
    files = {"2": store_file(MAILBOX, [FILE.content])}
    return replace(fetched(uid, RAW), stored_files=files, raw_name=store_raw_stream(MAILBOX, [RAW]), raw_is_whole=True)


@pytest.mark.rule("K62", "R10")
def test_a_new_letter_brings_its_copies(post: Post) -> None:
    post.file_letters([with_copies(1)])
    with open_file(Attachment.objects.get().stored_name) as file:
        assert file.read() == FILE.content
    body = MessageBody.objects.get()
    assert body.raw_is_whole
    assert read_raw(body.raw_name) == RAW


@pytest.mark.rule("K62")
def test_copies_of_a_letter_that_is_stored_already_are_added(post: Post) -> None:
    post.file_letters([fetched(1, RAW)])
    assert not MessageBody.objects.get().raw_is_whole
    post.file_letters([with_copies(2)])
    assert Attachment.objects.get().stored_name
    assert MessageBody.objects.get().raw_is_whole
    assert read_raw(MessageBody.objects.get().raw_name) == RAW


def test_what_is_kept_already_stays_as_it_is(post: Post) -> None:
    letter = with_copies(1)
    post.file_letters([letter])
    before = row_versions()
    post.file_letters([replace(letter, stored_files={"2": "1/files/aa/other"}, raw_name="1/raw/aa/other.gz")])
    assert row_versions() == before


@pytest.mark.rule("R10")
def test_a_letter_without_files_is_whole_as_it_was_read(post: Post) -> None:
    plain = Mail()
    post.file_letters([plain.fetched(1)])
    post.file_letters([replace(plain.fetched(1), raw_is_whole=True)])
    body = MessageBody.objects.get()
    assert body.raw_is_whole
    assert read_raw(body.raw_name) == plain.to_bytes()
