"""`mailboxes/`: another mailbox that sends, and mail of people without a card."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, assert_closed, json_of, problem_of
from tests.conftest import MakeMailbox
from tests.threads.builders import Post
from tests.threads.ledgers import add_place
from threads.models import FolderEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("orders@acme.example", account_of=alice)


@pytest.mark.rule("R07")
def test_letters_of_one_mailbox_go_out_through_another(alice_api: ApiClient, sales: Mailbox, orders: Mailbox) -> None:
    path = f"mailboxes/{orders.pk}/"
    assert json_of(alice_api.get(path))["outgoing_mailbox"] is None
    assert json_of(alice_api.patch(path, {"outgoing_mailbox": str(sales.pk)}))["outgoing_mailbox"] == str(sales.pk)
    letter = {"mailbox": str(orders.pk), "to": ["ann@client.example"], "subject": "Offer", "undo_seconds": 60}
    made = json_of(alice_api.post("outbox/", letter), 201)
    assert (made["mailbox"], made["answers_to"]) == (str(sales.pk), str(orders.pk))
    assert json_of(alice_api.patch(path, {"outgoing_mailbox": None}))["outgoing_mailbox"] is None
    made = json_of(alice_api.post("outbox/", letter), 201)
    assert (made["mailbox"], made["answers_to"]) == (str(orders.pk), None)


@pytest.mark.rule("R07", "K23")
def test_what_may_not_be_chosen_is_named(
    alice_api: ApiClient, bob_api: ApiClient, sales: Mailbox, orders: Mailbox, alices_own: Mailbox
) -> None:
    for wrong in (str(alices_own.pk), str(orders.pk), "no such", ""):
        answer = alice_api.patch(f"mailboxes/{orders.pk}/", {"outgoing_mailbox": wrong, "push": False})
        found = problem_of(answer, 400, "invalid-request")
        assert [error["pointer"] for error in found["errors"]] == ["#/outgoing_mailbox"]
    assert json_of(alice_api.get(f"mailboxes/{orders.pk}/"))["push"] is True
    with tenant(orders.account_id):
        Mailbox.objects.filter(pk=orders.pk).update(outgoing_mailbox=alices_own)
    letter = {"mailbox": str(orders.pk), "to": ["ann@client.example"], "subject": "Offer"}
    found = problem_of(bob_api.post("outbox/", letter), 400, "invalid-request")
    assert [error["pointer"] for error in found["errors"]] == ["#/mailbox"]


@pytest.mark.rule("R12")
def test_strangers_mail_is_stored_or_left(alice_api: ApiClient, sales: Mailbox) -> None:
    path = f"mailboxes/{sales.pk}/"
    assert json_of(alice_api.get(path))["unmatched"] == "store"
    assert json_of(alice_api.patch(path, {"unmatched": "skip"}))["unmatched"] == "skip"
    found = problem_of(alice_api.patch(path, {"unmatched": "burn"}), 400, "invalid-request")
    assert [error["pointer"] for error in found["errors"]] == ["#/unmatched"]


@pytest.mark.rule("R12", "G13")
def test_a_letter_left_out_is_counted_and_can_be_fetched(
    bob_api: ApiClient, sales: Mailbox, charlie: Membership
) -> None:
    with tenant(sales.account_id):
        post = Post(sales)
        add_place(post.inbox, 7, FolderEntry.Outcome.UNMATCHED)
        add_place(post.inbox, 8, FolderEntry.Outcome.FILTERED)
    ledger = json_of(bob_api.get(f"mailboxes/{sales.pk}/ledger/"))["folders"][0]
    assert {"reason": "unmatched", "count": 1} in ledger["skipped"]
    path = f"mailboxes/{sales.pk}/fetch/"
    assert bob_api.post(path, {"folder": "inbox", "uid": 7}).status_code == 202
    for uid in (8, 9):
        assert bob_api.post(path, {"folder": "inbox", "uid": uid}).status_code == 404
    assert problem_of(bob_api.post(path, {"folder": "inbox"}), 400, "invalid-request")
    assert_closed("POST", path, stranger=charlie, without=["mail:read"])
