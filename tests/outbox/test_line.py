"""The connection that letters of a mailbox share."""

from __future__ import annotations

from functools import partial

import pytest

from accounts.tenancy import tenant
from mailkit.errors import ServerThrottled, TemporaryMailError
from outbox.line import Line
from tests.mailkit.sending import RAW
from tests.outbox.conftest import Office

send_to = partial(Line.send, raw=RAW, on_data_accepted=lambda: None)


def test_after_a_letter_that_was_taken_the_next_one_follows_without_a_question(office: Office) -> None:
    with tenant(office.mailbox.account_id), Line() as line:
        for _ in range(3):
            send_to(line, office.mailbox, recipients=["b@x.example"])
    assert len(office.sink.letters) == 3
    assert office.sink.commands.count("AUTH PLAIN") == 1
    assert "RSET" not in office.sink.commands


def test_a_server_that_hung_up_in_between_gets_the_next_letter_by_a_new_connection(office: Office) -> None:
    with tenant(office.mailbox.account_id), Line() as line:
        send_to(line, office.mailbox, recipients=["b@x.example"])
        office.sink.hang_up()
        send_to(line, office.mailbox, recipients=["b@x.example"])
    assert len(office.sink.letters) == 2
    assert office.sink.commands.count("AUTH PLAIN") == 2


@pytest.mark.parametrize(
    ("words", "kind", "times"),
    [("421 4.3.2 Closing", TemporaryMailError, 3), ("421 4.7.0 Too many messages", ServerThrottled, 2)],
)
def test_one_that_closes_again_is_not_asked_a_third_time(
    office: Office, words: str, kind: type[TemporaryMailError], times: int
) -> None:
    with tenant(office.mailbox.account_id), Line() as line:
        send_to(line, office.mailbox, recipients=["b@x.example"])
        office.sink.replies["MAIL"] = words
        with pytest.raises(kind):
            send_to(line, office.mailbox, recipients=["b@x.example"])
    assert len(office.sink.letters) == 1
    assert office.sink.commands.count("MAIL") == times
