"""`outbox/to-each/`: the people of several cards get a letter each."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from tests.api.client import ApiClient, json_of, problem_of

pytestmark = [pytest.mark.django_db, pytest.mark.rule("M10", "M12")]
PATH = "outbox/to-each/"


@pytest.fixture
def people(alice_api: ApiClient) -> list[str]:
    """Ids. The last one has no address."""
    bodies = [
        {"first_name": "Ana", "emails": ["ana@client.example"]},
        {"first_name": "Ben", "emails": ["ben@client.example"]},
        {"first_name": "Cleo"},
    ]
    return [json_of(alice_api.post("contacts/", body), 201)["id"] for body in bodies]


@pytest.fixture
def body(sales: Mailbox, people: list[str]) -> dict[str, Any]:
    words = {"subject": "For {{contact.first_name}}", "text": "Hello"}
    return {"kind": "contact", "ids": people, "mailbox": str(sales.pk), **words}


def test_each_gets_one_of_their_own(alice_api: ApiClient, alice: Membership, body: dict[str, Any]) -> None:
    tried = json_of(alice_api.post(PATH, {**body, "dry_run": True}))
    assert tried == {"count": 2, "left_out": ["Cleo"], "letters": []}
    made = json_of(alice_api.post(PATH, body), 201)
    letters = [json_of(alice_api.get(f"outbox/{one}/")) for one in made["letters"]]
    assert [one["to"] for one in letters] == [["ana@client.example"], ["ben@client.example"]]
    assert [one["contact"] for one in letters] == body["ids"][:2]


def test_a_repeated_order_writes_once(alice_api: ApiClient, alice: Membership, body: dict[str, Any]) -> None:
    first = json_of(alice_api.post(PATH, body, Idempotency_Key="k"), 201)
    assert json_of(alice_api.post(PATH, body, Idempotency_Key="k"), 201) == first
    with tenant(alice.account_id):
        assert OutgoingMail.objects.count() == 2


def test_a_filter_chooses_them_and_too_many_are_refused(
    alice_api: ApiClient, alice: Membership, body: dict[str, Any]
) -> None:
    of_list = {name: value for name, value in body.items() if name != "ids"}
    assert json_of(alice_api.post(PATH, {**of_list, "filter": {"q": "ana"}}), 201)["count"] == 1
    for number in range(50):
        json_of(alice_api.post("contacts/", {"emails": [f"p{number}@client.example"]}), 201)
    refused = problem_of(alice_api.post(PATH, {**of_list, "filter": {}}), 400)
    assert refused["errors"][0]["pointer"] == "#/filter"
    problem_of(alice_api.post(PATH, of_list), 400)
    problem_of(alice_api.post(PATH, {**body, "text": "{{contact.nonsense}}"}), 400)
    with tenant(alice.account_id):
        assert OutgoingMail.objects.count() == 1


def test_it_needs_both_scopes_and_a_mailbox_of_the_asker(
    alice: Membership, bob_api: ApiClient, charlie: Membership, body: dict[str, Any], alices_own: Mailbox
) -> None:
    for scopes in (["mail:send"], ["contacts:read"]):
        problem_of(ApiClient(alice, scopes).post(PATH, body), 403)
    problem_of(bob_api.post(PATH, {**body, "mailbox": str(alices_own.pk)}), 400)
    problem_of(ApiClient(charlie).post(PATH, body), 400)
    problem_of(ApiClient().post(PATH, body), 401)
