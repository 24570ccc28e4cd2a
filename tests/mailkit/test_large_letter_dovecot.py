"""Large letters on a real server: the same is read whatever the size, and little is fetched for it."""

from __future__ import annotations

import base64
import ssl

import pytest

from mailkit.imap_session import open_imap
from mailkit.large_letter import CHUNK_BYTES, fetch_skeleton, stream_file, stream_whole
from mailkit.letter_reader import list_files, read_letter
from tests.servers.dovecot import DovecotServer
from tests.servers.local import resolve_local

MEGABYTE = bytes(range(256)) * 4096


def letter(megabytes: int) -> bytes:
    encoded = base64.encodebytes(MEGABYTE * megabytes + b"end").replace(b"\n", b"\r\n")
    return (
        b"From: Bob <bob@x.example>\r\nSubject: plans\r\nMessage-ID: <plans@x.example>\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="outer"\r\n\r\n'
        b'--outer\r\nContent-Type: multipart/alternative; boundary="inner"\r\n\r\n'
        b"--inner\r\nContent-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + "Вот планы.\r\n".encode("koi8-r")
        + b'--inner\r\nContent-Type: text/html\r\n\r\n<p>Plans <img src="cid:logo"></p>\r\n--inner--\r\n'
        b"--outer\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: attachment; filename*0*=utf-8''%D0%BF; filename*1=lan.pdf\r\n\r\n"
        + encoded
        + b"--outer\r\nContent-Type: message/rfc822\r\n\r\n"
        b"Subject: inside\r\nContent-Type: multipart/mixed; boundary=deep\r\n\r\n"
        b"--deep\r\n\r\nwords\r\n--deep\r\nContent-Type: image/png; name=a.png\r\n\r\nPNG\r\n--deep--\r\n"
        b"\r\n--outer--\r\n"
    )


@pytest.mark.dovecot
@pytest.mark.rule("K62")
@pytest.mark.parametrize("megabytes", [5, 25])
def test_a_large_letter_reads_as_a_small_one(
    dovecot: DovecotServer, client_tls: ssl.SSLContext, megabytes: int
) -> None:
    raw, user = letter(megabytes), dovecot.new_user()
    dovecot.deliver(user, raw)
    with open_imap(
        dovecot.address(),
        dovecot.login(user),
        connect_seconds=10,
        read_seconds=30,
        tls=client_tls,
        resolve=resolve_local,
    ) as session:
        session.examine("INBOX")
        (uid,) = session.list_uids()
        skeleton = fetch_skeleton(session, uid, size=len(raw))
        assert len(skeleton) < 2000
        assert read_letter(skeleton, size=len(raw)) == read_letter(raw)
        for section, content in list_files(raw):
            chunks = list(stream_file(session, uid, section))
            # After a letter inside a letter Dovecot counts the line break before the delimiter as the part's.
            assert b"".join(chunks).removesuffix(b"\r\n") == content.removesuffix(b"\r\n")
            assert max(map(len, chunks)) <= CHUNK_BYTES
        assert b"".join(stream_whole(session, uid)) == raw
