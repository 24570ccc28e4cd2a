"""Which letters a program wrote as an answer (RFC 3834), and which only look like it."""

from __future__ import annotations

import pytest

from mailkit.automatic import is_automatic_reply, is_by_program, says_so
from mailkit.mime_reader import parse_message
from mailkit.types import ParsedMessage

ANSWERS = b"In-Reply-To: <offer@acme.example>\r\n"


def letter(header: bytes) -> ParsedMessage:
    return parse_message(b"From: anna@client.example\r\nSubject: Offer\r\n" + header + b"\r\nI am away.\r\n")


@pytest.mark.parametrize(
    "header",
    [
        b"Auto-Submitted: auto-replied\r\n",
        b"Auto-Submitted: Auto-Replied (vacation); owner=anna\r\n",
        b"Precedence: auto_reply\r\n",
        b"X-Autoreply: yes\r\n",
        b"X-Autorespond: Offer\r\n",
        b"Return-Path: <>\r\n" + ANSWERS,
        b"Precedence: bulk\r\n" + ANSWERS,  # older vacation programs
        b"Precedence: junk\r\nReferences: <offer@acme.example>\r\n",
        b"Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n" + ANSWERS,  # Exchange
        b"Content-Type: multipart/report; report-type=disposition-notification; boundary=x\r\n",
    ],
)
def test_a_program_answered(header: bytes) -> None:
    assert is_automatic_reply(letter(header))
    assert is_by_program(letter(header))
    assert says_so(letter(header))


@pytest.mark.parametrize(
    "header",
    [
        ANSWERS,
        b"Auto-Submitted: no\r\n" + ANSWERS,
        b"Auto-Submitted:\r\n" + ANSWERS,
        b"Precedence: list\r\nList-Id: <team.client.example>\r\n" + ANSWERS,  # a person, through the team's address
        b"Precedence: bulk\r\nList-Id: <team.client.example>\r\n" + ANSWERS,
        b"Auto-Submitted: auto-generated\r\n",  # a form of a web site: somebody waits for an answer
        b"Precedence: bulk\r\n",
        b"X-Loop: desk@client.example\r\n" + ANSWERS,  # what a person wrote in a help desk has it too
    ],
)
def test_a_person_answered_or_nobody_did(header: bytes) -> None:
    assert not is_automatic_reply(letter(header))
