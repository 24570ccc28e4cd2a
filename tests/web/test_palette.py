"""The command palette: what this member can go to, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Account, Membership
from tests.conftest import MakeMailbox

SignIn = Callable[[Membership], Client]


def commands(client: Client) -> str:
    return client.get("/palette/", headers={"HX-Request": "true"}).content.decode()


@pytest.mark.rule("K23")
def test_it_names_the_mailboxes_and_screens_of_this_member(
    signed_in: SignIn, alice: Membership, bob: Membership, in_account: Account, make_mailbox: MakeMailbox
) -> None:
    make_mailbox("sales@acme.example", account_of=alice)
    make_mailbox("alice.private@acme.example", owner=alice)
    of_alice, of_bob = commands(signed_in(alice)), commands(signed_in(bob))
    for word in ("sales@acme.example", "alice.private@acme.example", "Audit log", "/mail/deleted/", "New message"):
        assert word in of_alice
    assert "sales@acme.example" in of_bob
    for word in ("alice.private@acme.example", "Audit log", "/mail/deleted/"):
        assert word not in of_bob


def test_charlie_sees_his_own(
    signed_in: SignIn, charlie: Membership, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    make_mailbox("sales@acme.example", account_of=alice)
    assert "acme" not in commands(signed_in(charlie))


def test_a_visitor_gets_nothing(client: Client, db: None) -> None:
    assert client.get("/palette/").status_code == 302
