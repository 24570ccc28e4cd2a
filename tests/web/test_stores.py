"""Settings, Stores: the brands of the account, for administrators."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from crm.models import Store
from crm.stores import create_store
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox

SignIn = Callable[[Membership], Client]
pytestmark = pytest.mark.rule("R09")


@pytest.fixture
def toys(alice: Membership, in_account: Account) -> Store:
    return create_store(alice, "Toys")


def test_one_is_added_renamed_and_deleted(signed_in: SignIn, alice: Membership, in_account: Account) -> None:
    client = signed_in(alice)
    assert "No stores yet" in client.get(reverse("stores")).content.decode()
    assert client.post(reverse("stores"), {"name": "Toys"}).status_code == 302
    store = Store.objects.get()
    client.post(reverse("store", args=[store.pk]), {"name": "Acme Toys"})
    assert "Acme Toys" in client.get(reverse("stores")).content.decode()
    client.post(reverse("store_delete", args=[store.pk]))
    assert not Store.objects.exists()


def test_what_is_refused_stays_typed(signed_in: SignIn, alice: Membership, toys: Store) -> None:
    for url in (reverse("stores"), reverse("store", args=[create_store(alice, "Books").pk])):
        answer = signed_in(alice).post(url, {"name": "TOYS"})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "There is a store of this name already." in page
        assert 'value="TOYS"' in page


@pytest.mark.rule("K23")
def test_only_mailboxes_that_the_administrator_reads_are_named(
    signed_in: SignIn, alice: Membership, bob: Membership, toys: Store, make_mailbox: MakeMailbox
) -> None:
    make_mailbox("sales@acme.example", account_of=alice)
    make_mailbox("bob@acme.example", owner=bob)
    Mailbox.objects.update(store=toys)
    page = signed_in(alice).get(reverse("stores")).content.decode()
    assert "sales@acme.example" in page
    assert "bob@acme.example" not in page


@pytest.mark.rule("G10", "G11")
def test_others_do_not_come_here(
    signed_in: SignIn, bob: Membership, charlie: Membership, toys: Store, in_account: Account
) -> None:
    places = [reverse("stores"), reverse("store", args=[toys.pk])]
    assert [signed_in(bob).get(url).status_code for url in places] == [403, 403]
    assert signed_in(bob).post(reverse("store_delete", args=[toys.pk])).status_code == 403
    assert "Toys" not in signed_in(charlie).get(reverse("stores")).content.decode()
    assert signed_in(charlie).post(reverse("store_delete", args=[toys.pk])).status_code == 404
    assert Store.objects.get() == toys
