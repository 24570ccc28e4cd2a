"""The letters of the demo: enough of them, in three languages, with everything a mailbox has."""

import email
import email.policy
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from crm_mail.embedded.demo_letters import Letter, all_letters
from crm_mail.embedded.demo_people import COLLEAGUES, SPARE

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def letters() -> list[Letter]:
    return list(all_letters(NOW))


def parsed(letter: Letter) -> EmailMessage:
    message = email.message_from_bytes(letter.content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_each_colleague_has_a_full_mailbox(letters: list[Letter]) -> None:
    counts = Counter(letter.owner for letter in letters)
    assert set(counts) == {SPARE.email, *(person.email for person in COLLEAGUES)}
    assert min(counts[person.email] for person in COLLEAGUES) >= 50
    assert {letter.folder for letter in letters} == {"INBOX", "Sent"}


def test_all_lie_in_the_last_thirty_days_and_in_order(letters: list[Letter]) -> None:
    for person in COLLEAGUES:
        times = [letter.at for letter in letters if letter.owner == person.email]
        assert times == sorted(times)
        assert times[0] > NOW - timedelta(days=30)
        assert times[-1] < NOW


def test_message_ids_are_unique_and_the_same_at_every_first_start(letters: list[Letter]) -> None:
    ids = [parsed(letter)["Message-ID"] for letter in letters]
    assert len(set(ids)) == len(ids)
    assert ids == [parsed(letter)["Message-ID"] for letter in all_letters(NOW)]


def test_answers_refer_to_letters_of_the_same_mailbox(letters: list[Letter]) -> None:
    answers = 0
    for person in (SPARE, *COLLEAGUES):
        messages = [parsed(letter) for letter in letters if letter.owner == person.email]
        known = {message["Message-ID"] for message in messages}
        parents = [message["In-Reply-To"] for message in messages if message["In-Reply-To"]]
        assert set(parents) <= known
        answers += len(parents)
    assert answers > 80


def test_there_are_attachments_inline_images_and_newsletters(letters: list[Letter]) -> None:
    messages = [parsed(letter) for letter in letters]
    attached = {part.get_content_type() for message in messages for part in message.iter_attachments()}
    assert {"application/pdf", "text/csv", "image/png"} <= attached
    assert any(part["Content-ID"] for message in messages for part in message.walk())
    assert sum("List-Unsubscribe" in message for message in messages) >= 10


def test_new_letters_are_unread_and_own_ones_are_read(letters: list[Letter]) -> None:
    unread = [letter for letter in letters if "\\Seen" not in letter.flags]
    assert {letter.owner for letter in unread} >= {person.email for person in COLLEAGUES}
    assert {letter.folder for letter in unread} == {"INBOX"}
