"""A mailbox that collects mail of other addresses: the client is who really wrote (K15)."""

from __future__ import annotations

import pytest

from crm.models import Contact, ContactEmail
from mailboxes.models import Mailbox
from mailkit.mime_reader import parse_message
from mailkit.types import ParsedMessage
from tests.threads.builders import Post, fetched
from threads.grouping import Direction, OurSide, client_of, direction_of
from threads.models import CardLink, Message

OWN = frozenset({"sales@acme.example", "alice@acme.example"})
ON, OFF = OurSide(OWN, "acme.example"), OurSide(OWN)


def parsed(*lines: str) -> ParsedMessage:
    return parse_message(to_bytes(*lines))


def to_bytes(*lines: str) -> bytes:
    return "\r\n".join([*lines, "Message-ID: <1@x>", "Subject: Offer", "", "Hello"]).encode()


def judge(ours: OurSide, *lines: str, is_from_sent: bool = False) -> tuple[str, Direction]:
    letter = parsed(*lines)
    client = client_of(letter, ours=ours, is_from_sent=is_from_sent)
    return client.key, direction_of(letter, ours=ours, is_from_sent=is_from_sent)


COLLECTED = [
    ("From: Anna via Sales <sales@acme.example>", "Reply-To: Anna <anna@client.example>", "To: sales@acme.example"),
    ("From: forms@acme.example", "Reply-To: anna@client.example", "To: sales@acme.example"),
    ("From: sales@acme.example", "X-Original-From: anna@client.example", "To: carl@third.example"),
    ("From: sales@acme.example", "Reply-To: sales@acme.example, anna@client.example", "To: sales@acme.example"),
    (
        "Return-Path: <sales@acme.example>",
        "From: list@forwarder.example",
        "X-Original-From: anna@client.example",
        "To: sales@acme.example",
    ),
]


@pytest.mark.rule("K15")
@pytest.mark.parametrize("lines", COLLECTED)
def test_what_a_collector_passes_on_came_in_from_its_real_sender(lines: tuple[str, ...]) -> None:
    assert judge(ON, *lines) == ("anna@client.example", Direction.INCOMING)


@pytest.mark.rule("K15")
@pytest.mark.parametrize("lines", COLLECTED)
def test_without_the_switch_nothing_is_read_into_these_headers(lines: tuple[str, ...]) -> None:
    assert judge(OFF, *lines)[0] != "anna@client.example"


PLAIN = [
    ("From: anna@client.example", "To: sales@acme.example"),
    ("From: anna@client.example", "Reply-To: office@client.example", "To: sales@acme.example"),
    ("From: anna@client.example", "X-Original-From: victim@other.example", "To: sales@acme.example"),
    ("Return-Path: <sales@acme.example>", "From: anna@client.example", "Reply-To: x@y.example", "To: a@b.example"),
    ("From: alice@acme.example", "To: anna@client.example", "Cc: sales@acme.example"),
    ("From: alice@acme.example", "Reply-To: sales@acme.example", "To: anna@client.example"),
    ("From: alice@acme.example", "Reply-To: boss@acme.example", "To: sales@acme.example"),
    ("To: sales@acme.example", "Reply-To: anna@client.example"),
]


@pytest.mark.rule("K15")
@pytest.mark.parametrize("lines", PLAIN)
def test_a_plain_letter_is_judged_as_without_the_switch(lines: tuple[str, ...]) -> None:
    assert judge(ON, *lines) == judge(OFF, *lines)


def test_what_lies_in_sent_was_not_collected() -> None:
    lines = ("From: sales@acme.example", "Reply-To: x@other.example", "To: anna@client.example")
    assert judge(ON, *lines, is_from_sent=True) == ("anna@client.example", Direction.OUTGOING)


@pytest.mark.rule("K15")
def test_the_switch_of_the_mailbox_decides_for_new_mail_and_cards_follow(post: Post) -> None:
    contact = Contact.objects.create(name="Anna")
    ContactEmail.objects.create(contact=contact, email="anna@client.example", email_key="anna@client.example")
    raw = to_bytes("From: sales@acme.example", "X-Original-From: Anna <anna@client.example>", "To: sales@acme.example")
    post.file_letters([fetched(1, raw)])
    Mailbox.objects.filter(pk=post.mailbox.pk).update(collector=True)
    post.file_letters([fetched(2, raw.replace(b"<1@x>", b"<2@x>"))])
    before, after = Message.objects.order_by("id")
    assert (before.thread.counterpart_key, before.direction) == ("", "incoming")
    assert (after.thread.counterpart_key, after.thread.counterpart_name) == ("anna@client.example", "Anna")
    assert [link.message for link in CardLink.objects.all()] == [after]
