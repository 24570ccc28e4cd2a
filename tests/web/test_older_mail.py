"""A list never looks empty without a word: what the import left out is counted, with its button beside it (K10)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post

SignIn = Callable[[Membership], Client]
pytestmark = pytest.mark.rule("K10")
INBOX = reverse("mail_folder", args=["inbox"])
BUTTON = "Load older mail"


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    """Imported, and its window left 4,812 letters out."""
    made = make_mailbox("sales@acme.example", account_of=alice)
    change(made, imported_at=timezone.now(), import_older=4812)
    return made


def change(mailbox: Mailbox, **values: object) -> None:
    with tenant(mailbox.account_id):
        Mailbox.objects.filter(pk=mailbox.pk).update(**values)


def rows_of(client: Client, **query: str | int) -> str:
    return client.get(reverse("mail_rows", args=["inbox"]), query, headers={"HX-Request": "true"}).content.decode()


def test_an_empty_list_says_what_was_left_out(signed_in: SignIn, alice: Membership, sales: Mailbox) -> None:
    client = signed_in(alice)
    for page in (client.get(INBOX).content.decode(), rows_of(client), rows_of(client, mailbox=sales.pk)):
        assert "4,812 older letters are on the server" in page
        assert BUTTON in page
        assert "Connect your first mailbox" not in page
    assert "older letters" not in rows_of(client, q="offer")


def test_it_stands_below_the_last_row_as_well(signed_in: SignIn, alice: Membership, sales: Mailbox) -> None:
    with tenant(sales.account_id):
        Post(sales).file(Mail())
    assert "4,812 older letters are on the server" in rows_of(signed_in(alice))


def test_while_it_loads_the_number_left_is_shown(signed_in: SignIn, bob: Membership, sales: Mailbox) -> None:
    client = signed_in(bob)
    assert BUTTON not in rows_of(client)  # he reads it and does not manage it
    change(sales, load_older=True, import_older=1)
    assert "Loading older mail: 1 left" in rows_of(client)


def test_other_mailboxes_are_not_spoken_of(
    signed_in: SignIn, bob: Membership, alice: Membership, sales: Mailbox, make_mailbox: MakeMailbox
) -> None:
    change(sales, import_older=0)
    private = make_mailbox("alice@acme.example", owner=alice)
    change(private, imported_at=timezone.now(), import_older=77)
    assert "77 older" not in rows_of(signed_in(bob))
