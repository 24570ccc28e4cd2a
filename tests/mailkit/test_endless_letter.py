"""A server that always has another chunk fills no disk and holds no worker."""

from __future__ import annotations

import pytest

from mailkit import large_letter
from mailkit.errors import ProtocolViolated
from mailkit.large_letter import CHUNK_BYTES, fetch_skeleton, stream_file, stream_whole
from mailkit.mime_parts import parse_tree
from mailkit.types import RemotePart
from tests.servers.fake_imap import FakeServer, FakeSession

HEAD = b"Content-Type: application/pdf; name=a.bin\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"


class EndlessSession(FakeSession):
    """Says that the letter is small."""

    def fetch_section(self, uid: int, section: str, *, start: int = 0, count: int | None = None) -> bytes:
        if section == "HEADER":
            return HEAD
        return HEAD if section.endswith("MIME") else b"x" * (count or CHUNK_BYTES)

    def fetch_structure(self, uid: int) -> RemotePart:
        return RemotePart(section="1", content_type="application/pdf", encoding="quoted-printable", size=10)


@pytest.fixture
def session() -> EndlessSession:
    return EndlessSession(FakeServer(), "bob")


@pytest.mark.parametrize("section", ["", "1"])
def test_a_letter_without_end_is_given_up(
    session: EndlessSession, section: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large_letter._stream, "__kwdefaults__", {"most": 3 * CHUNK_BYTES})
    chunks = stream_file(session, 1, section) if section else stream_whole(session, 1)
    assert sum(len(next(chunks)) for _ in range(4)) == 4 * CHUNK_BYTES
    with pytest.raises(ProtocolViolated):
        next(chunks)


def test_a_file_is_not_counted_beyond_what_the_server_said_of_it(session: EndlessSession) -> None:
    """Then the begin of the letter has to do."""
    skeleton = fetch_skeleton(session, 1, size=2 * CHUNK_BYTES)
    assert parse_tree(skeleton).root.content_type == "text/plain"
