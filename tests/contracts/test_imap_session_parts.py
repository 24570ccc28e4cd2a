"""One suite for the fake, pymap and Dovecot: the structure of a letter, its sections, and finding letters by people."""

from __future__ import annotations

from contextlib import suppress

import pytest

from mailkit.errors import MessageGone, UnsafeText
from mailkit.types import RemotePart
from tests.servers.sessions import WHEN, Connect, Server, letter

NESTED = b"""From: Bob <bob@x.example>\r
To: "A. Other" <other@x.example>\r
Cc: carol@x.example\r
Subject: nested\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary="outer"\r
\r
--outer\r
Content-Type: multipart/alternative; boundary="inner"\r
\r
--inner\r
Content-Type: text/plain; charset=utf-8\r
\r
plain words\r
--inner\r
Content-Type: text/html; charset=utf-8\r
Content-Transfer-Encoding: quoted-printable\r
\r
<p>html=20words</p>\r
--inner--\r
--outer\r
Content-Type: application/pdf; name="a.pdf"\r
Content-Transfer-Encoding: base64\r
Content-Disposition: attachment; filename="a.pdf"\r
Content-ID: <one@x.example>\r
\r
aGVsbG8=\r
--outer\r
Content-Type: message/rfc822\r
\r
Subject: inside\r
Content-Type: text/plain\r
\r
inner letter\r
--outer--\r
"""


def put(server: Server, user: str, raw: bytes = NESTED) -> None:
    server.deliver(user, raw, received_at=WHEN)


def by_section(root: RemotePart) -> dict[str, RemotePart]:
    return {part.section: part for part in root.walk()}


def test_the_structure_is_a_tree_of_sections(server: Server, user: str, connect: Connect) -> None:
    put(server, user)
    with connect() as session:
        session.examine("INBOX")
        (uid,) = session.list_uids()
        root = session.fetch_structure(uid)
        with pytest.raises(MessageGone):
            session.fetch_structure(uid + 9)
    parts = by_section(root)
    assert {section: part.content_type for section, part in parts.items()} == {
        "": "multipart/mixed",
        "1": "multipart/alternative",
        "1.1": "text/plain",
        "1.2": "text/html",
        "2": "application/pdf",
        "3": "message/rfc822",
        "3.1": "text/plain",
    }
    assert root.parameters["boundary"] == "outer"
    assert (parts["1.2"].encoding, parts["1.2"].parameters["charset"]) == ("quoted-printable", "utf-8")
    assert (parts["2"].encoding, parts["2"].content_id) == ("base64", "one@x.example")
    assert parts["2"].size >= 8  # pymap counts the part's header too


def test_dispositions_are_told(server: Server, user: str, connect: Connect) -> None:
    put(server, user)
    with connect() as session:
        session.examine("INBOX")
        pdf = by_section(session.fetch_structure(session.list_uids()[0]))["2"]
    assert (pdf.disposition, pdf.disposition_parameters) == ("attachment", {"filename": "a.pdf"})


def test_a_plain_letter_is_one_part(server: Server, user: str, connect: Connect) -> None:
    put(server, user, letter(body="hello"))
    with connect() as session:
        session.examine("INBOX")
        root = session.fetch_structure(session.list_uids()[0])
    assert (root.section, root.content_type, root.children) == ("1", "text/plain", ())
    assert root.size >= 7


def test_sections_are_raw(server: Server, user: str, connect: Connect) -> None:
    put(server, user)
    with connect() as session:
        session.examine("INBOX")
        (uid,) = session.list_uids()
        assert session.fetch_section(uid, "") == NESTED
        assert session.fetch_section(uid, "HEADER") + session.fetch_section(uid, "TEXT") == NESTED
        assert session.fetch_section(uid, "2").rstrip() == b"aGVsbG8="  # pymap takes the line break for a part of it
        assert b"filename" in session.fetch_section(uid, "2.MIME")
        assert session.fetch_section(uid, "3.HEADER").startswith(b"Subject: inside")
        assert [head.head for head in session.fetch_heads([uid])] == [session.fetch_section(uid, "HEADER")]


def test_a_section_comes_in_pieces(server: Server, user: str, connect: Connect) -> None:
    put(server, user)
    with connect() as session:
        session.examine("INBOX")
        (uid,) = session.list_uids()
        assert session.fetch_section(uid, "2", start=0, count=3) == b"aGV"
        assert session.fetch_section(uid, "2", start=3, count=100).rstrip() == b"sbG8="
        assert session.fetch_section(uid, "2", start=3).rstrip() == b"sbG8="
        assert session.fetch_section(uid, "2", start=18, count=100) == b""


@pytest.mark.parametrize(
    "section", ["2] BODY[", "0", "1.", "HEADER.FIELDS (TO)", "1.2.SIZE", "1\r\nX", "text", "1)", "*"]
)
def test_what_is_no_section_is_not_sent(connect: Connect, section: str) -> None:
    with connect() as session:
        session.examine("INBOX")
        with pytest.raises(UnsafeText):
            session.fetch_section(1, section)


def test_gone_letters_have_no_sections(connect: Connect) -> None:
    with connect() as session:
        session.examine("INBOX")
        for section in ("", "HEADER", "1", "1.MIME"):
            with pytest.raises(MessageGone):
                session.fetch_section(9, section)


def test_a_section_that_the_letter_lacks_is_gone_or_empty(server: Server, user: str, connect: Connect) -> None:
    put(server, user)
    with connect() as session:
        session.examine("INBOX")
        (uid,) = session.list_uids()
        with suppress(MessageGone):
            assert session.fetch_section(uid, "7.1") == b""  # Dovecot and pymap


def test_letters_are_found_by_the_people_in_them(server: Server, user: str, connect: Connect) -> None:
    put(server, user)
    put(server, user, letter(2))
    with connect() as session:
        session.examine("INBOX")
        first, second = session.list_uids()
        assert session.find_by_address("bob@x.example") == [first, second]
        assert session.find_by_address("Carol@X.example") == [first]
        assert session.find_by_address("other@x.example") == [first]
        assert session.find_by_address("her@x.example") == []  # a part of other@x.example
        with pytest.raises(UnsafeText):
            session.find_by_address('x" DELETED\r\nX')
