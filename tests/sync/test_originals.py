"""A letter too long to be read as a whole says so, and the mail server has it (rule K62)."""

from __future__ import annotations

import pytest

from mailkit.errors import ConnectionFailed
from mailkit.mime_parts import MAX_TEXT_BYTES
from mailkit.mime_reader import parse_message
from sync.originals import open_letter
from tests.sync.conftest import USER, Office
from tests.sync.letters import letter
from threads.models import Message

pytestmark = pytest.mark.rule("K62")

LINE = b"All work and no play makes Jack a dull boy.\r\n"
NOVEL = letter(1) + LINE * (MAX_TEXT_BYTES // len(LINE) + 10_000)


@pytest.fixture
def novel(office: Office) -> Message:
    office.server.deliver(USER, NOVEL)
    office.visit()
    return Message.objects.get()


def test_the_whole_of_it_comes_from_the_server(office: Office, novel: Message) -> None:
    assert novel.body.is_cut
    assert len(novel.body.text) < len(NOVEL)
    whole = open_letter(novel, connect=office.connect)
    assert not isinstance(whole, bytes)
    with whole:
        assert whole.read() == NOVEL


@pytest.mark.rule("K61")
def test_what_is_gone_there_says_that_it_is_the_beginning(office: Office, novel: Message) -> None:
    office.server.expunge(USER, 1)
    begin = open_letter(novel, connect=office.connect)
    assert isinstance(begin, bytes)
    assert begin.startswith(b"X-CRM-Mail-Incomplete: yes\r\nFrom: carol@client.example\r\n")
    assert parse_message(begin).message_id == novel.message_id_header


def test_a_server_that_does_not_answer_is_no_letter_gone(office: Office, novel: Message) -> None:
    office.server.fail_next("open", ConnectionFailed("cut"))
    with pytest.raises(ConnectionFailed):
        open_letter(novel, connect=office.connect)


def test_html_that_is_only_shown_in_part_is_kept_whole(office: Office) -> None:
    html = letter(1).replace(b"text/plain", b"text/html") + b"<p>Long</p>\r\n" * 90_000
    office.server.deliver(USER, html)
    office.deliver(2)
    office.visit()
    office.server.calls.clear()
    long, short = Message.objects.order_by("received_at", "pk")
    assert (long.body.is_cut, short.body.is_cut) == (True, False)
    assert open_letter(long, connect=office.connect) == html
    assert open_letter(short, connect=office.connect) == letter(2)
    assert office.server.calls == []
