"""`threads/{id}/merge/`, `split/` and `read/`: conversations put together and taken apart by hand."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.models import Customer
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, assert_closed, json_of, problem_of
from tests.api.conftest import MakeLetter
from threads.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.rule("G01")]


def test_merging_and_splitting_are_each_others_undo(
    bob_api: ApiClient, sales: Mailbox, make_letter: MakeLetter
) -> None:
    offer, bill = make_letter(sales, "Offer"), make_letter(sales, "Bill")
    merged = json_of(bob_api.post(f"threads/{offer.thread_id}/merge/", {"thread": str(bill.thread_id)}))
    assert (merged["id"], merged["message_count"]) == (str(offer.thread_id), 2)
    problem_of(bob_api.get(f"threads/{bill.thread_id}/"), 404)
    why = json_of(bob_api.get(f"messages/{bill.pk}/why/"))
    assert "Bob Baker merged this conversation" in str(why)
    split = json_of(bob_api.post(f"threads/{merged['id']}/split/", {"messages": [str(bill.pk)]}))
    assert (split["subject"], split["message_count"]) == ("Bill", 1)
    again = make_letter(sales, "Bill")
    assert str(again.thread_id) == split["id"]
    assert "Bob Baker split this conversation" in str(json_of(bob_api.get(f"messages/{bill.pk}/why/")))


def test_what_cannot_be_is_said_with_its_place(
    alice_api: ApiClient, sales: Mailbox, alices_own: Mailbox, make_letter: MakeLetter
) -> None:
    offer, private = make_letter(sales, "Offer"), make_letter(alices_own, "Private")
    path = f"threads/{offer.thread_id}/"
    problem = problem_of(alice_api.post(f"{path}merge/", {"thread": str(private.thread_id)}), 400, "invalid-request")
    assert problem["errors"][0]["pointer"] == "#/thread"
    problem = problem_of(alice_api.post(f"{path}split/", {"messages": [str(offer.pk)]}), 400)
    assert problem["errors"][0]["pointer"] == "#/messages"
    problem_of(alice_api.post(f"{path}merge/", {"thread": "999999"}), 404)
    problem_of(alice_api.post(f"{path}split/", {"messages": [str(private.pk)]}), 404)
    bodies: list[dict[str, object]] = [{}, {"messages": []}, {"messages": "all"}, {"messages": [True]}]
    for body in bodies:
        problem_of(alice_api.post(f"{path}split/", body), 400)


def test_reading_is_taken_back(bob_api: ApiClient, sales: Mailbox, make_letter: MakeLetter) -> None:
    path = f"threads/{make_letter(sales).thread_id}/read/"
    assert json_of(bob_api.post(path))["unread_count"] == 0
    assert json_of(bob_api.post(path, {"is_read": False}))["unread_count"] == 1
    problem_of(bob_api.post(path, {"is_read": "perhaps"}), 400)


def test_the_mail_of_a_customer(
    alice_api: ApiClient, alice: Membership, sales: Mailbox, make_letter: MakeLetter
) -> None:
    dana = json_of(alice_api.post("contacts/", {"emails": ["dana@client.example"]}), 201)["id"]
    letter = make_letter(sales)
    with tenant(alice.account_id):
        customer = Customer.objects.create(name="Client")
        customer.contacts.add(int(dana))
        other = Customer.objects.create(name="Other")
    for resource in ("threads", "messages"):
        assert len(json_of(alice_api.get(f"{resource}/", customer=customer.pk))["results"]) == 1
        assert json_of(alice_api.get(f"{resource}/", customer=other.pk))["results"] == []
    assert letter.pk


@pytest.mark.rule("K23")
def test_others_are_refused(
    sales: Mailbox, alices_own: Mailbox, make_letter: MakeLetter, charlie: Membership, bob: Membership
) -> None:
    offer, private = make_letter(sales), make_letter(alices_own)
    for action in ("merge", "split"):
        assert_closed("POST", f"threads/{offer.thread_id}/{action}/", stranger=charlie, without=["mail:read"])
    api = ApiClient(bob)
    problem_of(api.post(f"threads/{private.thread_id}/merge/", {"thread": str(offer.thread_id)}), 404)
    problem_of(api.post(f"threads/{offer.thread_id}/merge/", {"thread": str(private.thread_id)}), 404)
    problem_of(api.post(f"threads/{offer.thread_id}/split/", {"messages": [str(private.pk)]}), 404)
    with tenant(bob.account_id):
        assert Message.objects.filter(manual_group__isnull=False).count() == 0
