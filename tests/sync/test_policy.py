"""Which letters a mailbox never stores (A08)."""

from __future__ import annotations

import pytest

from mailboxes.models import MailboxFilter
from mailkit.letter_reader import read_letter
from sync.policy import Policy
from tests.sync.conftest import USER, Office
from tests.sync.letters import letter
from threads.models import FolderEntry, Message


def skips(policy: Policy, *, sender: str = "carol@client.example", to: str = USER) -> str | None:
    return policy.skips(read_letter(letter(1, sender=sender, to=to)).parsed)


@pytest.mark.rule("A08")
@pytest.mark.parametrize(
    ("sender", "to", "expected"),
    [
        ("Carol <CAROL@Client.Example>", USER, "filtered"),
        ("dave@client.example", USER, None),
        (USER, "dave@client.example, carol@client.example", "filtered"),
        ("shop@news.example", USER, "filtered"),
        ("shop@mail.news.example", USER, "filtered"),
        ("shop@badnews.example", USER, None),
    ],
)
def test_letters_from_or_to_a_filtered_address_or_domain_are_skipped(sender: str, to: str, expected: str) -> None:
    policy = Policy(filtered_keys=frozenset(["carol@client.example"]), filtered_domains=frozenset(["news.example"]))
    assert skips(policy, sender=sender, to=to) == expected


@pytest.mark.rule("A08")
@pytest.mark.parametrize(
    ("sender", "to", "expected"),
    [
        ("bob@acme.example", USER, "internal"),
        ("bob@acme.example", f"{USER}, carol@client.example", None),
        ("carol@client.example", USER, None),
    ],
)
def test_letters_among_colleagues_are_skipped_when_the_mailbox_wants_it(sender: str, to: str, expected: str) -> None:
    ours = frozenset([USER, "bob@acme.example"])
    assert skips(Policy(stores_internal=False, own_keys=ours), sender=sender, to=to) == expected
    assert skips(Policy(stores_internal=True, own_keys=ours), sender=sender, to=to) is None


@pytest.mark.rule("A08", "G13")
def test_a_skipped_letter_leaves_nothing_but_its_place(settled_office: Office) -> None:
    MailboxFilter.objects.create(mailbox=settled_office.mailbox, kind="domain", value="spam.example")
    uid = settled_office.server.deliver(USER, letter(5, sender="x@spam.example"))
    settled_office.deliver(6)
    settled_office.visit()
    assert settled_office.outcomes()[uid] == FolderEntry.Outcome.FILTERED
    assert not Message.objects.filter(from_address="x@spam.example").exists()
    assert "Order 6" in settled_office.subjects
    settled_office.visit()
    assert settled_office.commands() == ["open", "folder_statuses"]
