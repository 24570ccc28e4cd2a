from __future__ import annotations

import pytest

from mailkit.mime_reader import parse_message
from mailkit.types import ParsedMessage
from tests.threads.builders import ANNA, BORIS, SALES, Mail
from threads.grouping import Direction, OurSide, client_of, direction_of

OWN = OurSide(frozenset({"sales@acme.example", "alice@acme.example", "bob@acme.example"}))
ALICE, BOB = "Alice <alice@acme.example>", "bob@acme.example"


def parsed(sender: str, to: str, cc: str = "") -> ParsedMessage:
    return parse_message(Mail(sender=sender, to=to, cc=cc).to_bytes())


def test_client_of_an_incoming_letter_is_its_sender() -> None:
    client = client_of(parsed(ANNA, SALES, BORIS), ours=OWN, is_from_sent=False)
    assert (client.key, client.address, client.name) == ("anna@client.example", "anna@client.example", "Anna Petrova")


@pytest.mark.parametrize(
    ("to", "cc", "key"),
    [
        (ANNA, "", "anna@client.example"),
        (f"{ALICE}, {ANNA}, {BORIS}", "", "anna@client.example"),
        (ALICE, BORIS, "boris@other.example"),
        ("ANNA@Client.Example", "", "anna@client.example"),
        (f"{ALICE}, {BOB}", "", ""),
    ],
)
def test_client_of_an_outgoing_letter_is_the_first_outside_recipient(to: str, cc: str, key: str) -> None:
    assert client_of(parsed(SALES, to, cc), ours=OWN, is_from_sent=True).key == key


@pytest.mark.rule("K34")
def test_a_copy_of_a_colleagues_letter_belongs_to_the_client_and_went_out() -> None:
    letter = parsed(ALICE, f"{ANNA}, {SALES}")
    assert client_of(letter, ours=OWN, is_from_sent=False).key == "anna@client.example"
    assert direction_of(letter, ours=OWN, is_from_sent=False) == Direction.OUTGOING


@pytest.mark.rule("K34")
def test_a_letter_among_ourselves_has_no_client() -> None:
    letter = parsed(ALICE, f"{BOB}, {SALES}")
    assert client_of(letter, ours=OWN, is_from_sent=False).key == ""
    assert direction_of(letter, ours=OWN, is_from_sent=False) == Direction.INCOMING


def test_what_lies_in_sent_went_out_whoever_wrote_it() -> None:
    letter = parsed("alias@elsewhere.example", ANNA)
    assert direction_of(letter, ours=OWN, is_from_sent=True) == Direction.OUTGOING
    assert client_of(letter, ours=OWN, is_from_sent=True).key == "anna@client.example"


def test_what_a_client_sent_came_in() -> None:
    assert direction_of(parsed(ANNA, SALES), ours=OWN, is_from_sent=False) == Direction.INCOMING


def test_a_letter_without_people_has_no_client() -> None:
    nobody = parse_message(b"Subject: x\r\n\r\nx")
    assert client_of(nobody, ours=OWN, is_from_sent=False).key == ""
    assert direction_of(nobody, ours=OWN, is_from_sent=False) == Direction.INCOMING
