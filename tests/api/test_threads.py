"""`threads/`: conversations."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, assert_closed, json_of, problem_of
from tests.api.conftest import MakeLetter

pytestmark = pytest.mark.django_db


def listed(api: ApiClient, **query: Any) -> list[str]:
    return [row["subject"] for row in json_of(api.get("threads/", **query))["results"]]


def test_a_conversation_has_its_facts(alice_api: ApiClient, sales: Mailbox, make_letter: MakeLetter) -> None:
    contact = json_of(alice_api.post("contacts/", {"emails": ["dana@client.example"]}), 201)
    letter = make_letter(sales)
    (row,) = json_of(alice_api.get("threads/"))["results"]
    assert row == {
        "id": str(letter.thread_id),
        "mailbox": str(sales.pk),
        "subject": "Offer",
        "counterpart": {"address": "Dana@client.example", "name": "Dana Diaz", "contact": contact["id"]},
        "message_count": 1,
        "unread_count": 1,
        "last_message_at": letter.received_at.isoformat().replace("+00:00", "Z"),
        "snippet": "Dear all",
        "has_attachments": True,
    }
    assert json_of(alice_api.get(f"threads/{row['id']}/")) == row


def test_the_filters(alice_api: ApiClient, sales: Mailbox, alices_own: Mailbox, make_letter: MakeLetter) -> None:
    firm = json_of(alice_api.post("companies/", {"name": "Client"}), 201)["id"]
    asked = {"emails": ["dana@client.example"], "company": firm}
    dana = json_of(alice_api.post("contacts/", asked), 201)["id"]
    lead = json_of(alice_api.post("leads/", {"name": "Chairs", "contacts": [dana]}), 201)["id"]
    first, second = make_letter(sales, "Offer"), make_letter(alices_own, "Invoice")
    assert listed(alice_api) == ["Invoice", "Offer"]
    assert listed(alice_api, mailbox=sales.pk) == ["Offer"]
    assert listed(alice_api, folder="inbox") == ["Invoice", "Offer"]
    assert listed(alice_api, folder="sent") == []
    for query in ({"contact": dana}, {"company": firm}, {"lead": lead}):
        assert listed(alice_api, **query) == ["Invoice", "Offer"]
    for name in ("contact", "company", "lead", "mailbox"):
        assert listed(alice_api, **{name: "999999"}) == []
    assert listed(alice_api, after=second.received_at.isoformat()) == ["Invoice"]
    assert listed(alice_api, before=second.received_at.isoformat()) == ["Offer"]
    assert listed(alice_api, q="invoice") == ["Invoice"]
    json_of(alice_api.post(f"threads/{first.thread_id}/read/"))
    assert listed(alice_api, is_unread="true") == ["Invoice"]
    assert listed(alice_api, is_unread="false") == ["Offer"]


@pytest.mark.parametrize("query", [{"folder": "spam"}, {"after": "yesterday"}, {"q": "x" * 501}])
def test_a_wrong_filter_is_refused(query: dict[str, str], alice_api: ApiClient) -> None:
    problem_of(alice_api.get("threads/", **query), 400, "invalid-request")


@pytest.mark.rule("G06")
def test_reading_is_noted(bob_api: ApiClient, sales: Mailbox, make_letter: MakeLetter) -> None:
    path = f"threads/{make_letter(sales).thread_id}/read/"
    assert json_of(bob_api.post(path))["unread_count"] == 0


@pytest.mark.rule("K60", "K63")
def test_deleting_moves_to_deleted_which_administrators_see(
    alice_api: ApiClient, bob_api: ApiClient, sales: Mailbox, make_letter: MakeLetter
) -> None:
    path = f"threads/{make_letter(sales).thread_id}/"
    assert bob_api.post(f"{path}delete/").status_code == 204
    problem_of(bob_api.get(path), 404)
    assert listed(bob_api, folder="deleted") == []
    assert listed(alice_api, folder="deleted") == ["Offer"]
    assert listed(alice_api) == []


@pytest.mark.rule("K23")
def test_a_personal_mailbox_is_its_owners(
    alice_api: ApiClient, bob: Membership, alices_own: Mailbox, make_letter: MakeLetter
) -> None:
    path = f"threads/{make_letter(alices_own).thread_id}/"
    assert listed(ApiClient(bob)) == []
    assert_closed("GET", path, stranger=bob)
    json_of(alice_api.get(path))


def test_others_are_refused(sales: Mailbox, make_letter: MakeLetter, charlie: Membership, alice: Membership) -> None:
    path = f"threads/{make_letter(sales).thread_id}/"
    assert_closed("GET", path, stranger=charlie, without=["contacts:read"])
    assert_closed("POST", f"{path}read/", stranger=charlie, without=["mail:read"])
    assert_closed("POST", f"{path}delete/", stranger=charlie, without=["mail:read", "mail:send"])
    assert listed(ApiClient(charlie)) == []
    assert listed(ApiClient(charlie), q="offer") == []
    problem_of(ApiClient(alice, ["mail:read"]).post(f"{path}delete/"), 403)
