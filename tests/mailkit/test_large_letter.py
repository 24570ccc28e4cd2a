"""A large letter without its files reads as the whole does; files come by chunks."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings

from mailkit import mime_reader
from mailkit.errors import MessageGone, ProtocolViolated
from mailkit.large_letter import (
    CHUNK_BYTES,
    MAX_SKELETON_BYTES,
    fetch_skeleton,
    may_be_begin,
    stream_file,
    stream_whole,
)
from mailkit.letter_reader import list_files, read_letter
from mailkit.mime_parts import MAX_TEXT_BYTES
from mailkit.mime_reader import INCOMPLETE, TEXT_CUT
from mailkit.types import ReadLetter, RemotePart
from tests.mailkit.letters import letters
from tests.servers.fake_imap import FakeServer, FakeSession

BINARY = bytes(range(256)) * 20_000
HEAD = b"From: bob@x.example\r\nMessage-ID: <1@x.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
TEXT = b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHere it is.\r\n"


FILE = b"--b\r\nContent-Type: application/pdf; name=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n"


def with_file(content: bytes) -> bytes:
    return HEAD + TEXT + FILE + base64.encodebytes(content).replace(b"\n", b"\r\n") + b"--b--\r\n"


def opened(raw: bytes) -> FakeSession:
    server = FakeServer()
    server.deliver("bob", raw, received_at=datetime(2026, 3, 2, tzinfo=UTC))
    session = server.open("bob")
    session.examine("INBOX")
    return session


def skeleton_of(raw: bytes) -> bytes:
    return fetch_skeleton(opened(raw), 1, size=len(raw))


def without_raw(letter: ReadLetter) -> ReadLetter:
    """What stands before the first part and after the last is not fetched, and nobody sees it."""
    return replace(letter, raw=b"")


@settings(max_examples=150)
@given(letters())
@pytest.mark.rule("K62")
def test_a_letter_of_any_shape_reads_the_same_without_its_files(raw: bytes) -> None:
    skeleton = skeleton_of(raw)
    whole, small = read_letter(raw), read_letter(skeleton, size=len(raw))
    assert without_raw(small) == without_raw(whole)
    assert read_letter(small.raw, size=len(raw)) == small  # what is stored reads the same again


@pytest.mark.rule("K62")
def test_of_five_megabytes_only_kilobytes_are_fetched() -> None:
    raw = with_file(BINARY)
    session = opened(raw)
    skeleton = fetch_skeleton(session, 1, size=len(raw))
    assert read_letter(skeleton, size=len(raw)) == read_letter(raw)
    assert len(skeleton) < 1000
    assert read_letter(skeleton).parsed.attachments[0].size == len(BINARY)


@settings(max_examples=30)
@given(letters())
def test_files_come_by_chunks_as_they_are(raw: bytes) -> None:
    session = opened(raw)
    for section, content in list_files(raw):
        assert b"".join(stream_file(session, 1, section)) == content
    assert b"".join(stream_whole(session, 1)) == raw


def test_no_chunk_is_large() -> None:
    raw = with_file(BINARY)
    session = opened(raw)
    for chunks in (list(stream_file(session, 1, "2", "base64")), list(stream_whole(session, 1))):
        assert max(map(len, chunks)) <= CHUNK_BYTES
        assert len(chunks) > 3
    assert b"".join(stream_file(session, 1, "2", "BASE64; x")) == BINARY


class Strange(FakeSession):
    """A server whose BODYSTRUCTURE is of no use."""

    def __init__(self, session: FakeSession, error: Exception | None) -> None:
        self.__dict__.update(session.__dict__)
        self._error = error

    def fetch_structure(self, uid: int) -> RemotePart:
        if self._error:
            raise self._error
        return replace(super().fetch_structure(uid), children=())


@pytest.mark.parametrize("error", [ProtocolViolated("odd"), MessageGone("no such part"), None])
@pytest.mark.rule("K62")
def test_without_a_usable_structure_all_of_it_is_read(error: Exception | None) -> None:
    second = FILE.replace(b"a.bin", b"b.bin") + base64.encodebytes(b"second") + b"--b--\r\n"
    raw = with_file(BINARY).removesuffix(b"--b--\r\n") + second
    skeleton = fetch_skeleton(Strange(opened(raw), error), 1, size=len(raw))
    assert len(skeleton) < 2000
    letter = read_letter(skeleton, size=len(raw))
    assert letter == read_letter(raw)
    files = [(part.filename, part.size) for part in letter.parsed.attachments]
    assert files == [("a.bin", len(BINARY)), ("b.bin", len(b"second"))]


@settings(max_examples=50)
@given(letters())
def test_a_letter_on_the_disk_reads_as_one_in_memory(raw: bytes) -> None:
    skeleton = fetch_skeleton(Strange(opened(raw), ProtocolViolated("odd")), 1, size=len(raw))
    assert skeleton == read_letter(raw).raw


def test_of_a_text_without_an_end_the_begin_is_read() -> None:
    raw = HEAD + TEXT + b"x" * MAX_SKELETON_BYTES
    skeleton = fetch_skeleton(Strange(opened(raw), ProtocolViolated("odd")), 1, size=len(raw))
    assert skeleton == INCOMPLETE.encode() + b": yes\r\n" + raw[:MAX_TEXT_BYTES]
    assert may_be_begin(skeleton)
    letter = read_letter(skeleton, size=len(raw))
    assert TEXT_CUT in letter.parsed.defects
    assert letter.parsed.identity == read_letter(raw).parsed.identity
    assert not may_be_begin(skeleton_of(HEAD + TEXT))


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8bit"])
def test_files_too_large_to_be_counted_at_once_have_the_same_size(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = with_file(BINARY[:5000]).replace(b"base64", encoding.encode())
    size = read_letter(raw).parsed.attachments[0].size
    monkeypatch.setattr(mime_reader, "COUNTED_BYTES", 700)
    assert read_letter(raw).parsed.attachments[0].size == size


def test_a_letter_that_is_gone_is_gone() -> None:
    with pytest.raises(MessageGone):
        fetch_skeleton(opened(HEAD), 7, size=9)


@settings(max_examples=30)
@example(b"Subject: x\r\n\r\n")
@given(letters())
def test_a_letter_without_files_is_its_own_skeleton(raw: bytes) -> None:
    if b"multipart" not in raw and not read_letter(raw).parsed.attachments:
        assert skeleton_of(raw) == raw
