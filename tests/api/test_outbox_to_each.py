"""`outbox/to-each/`: the people of several cards get a letter each."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.models import Contact
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from outbox.writing_to_each import MOST
from tests.api.client import ApiClient, json_of, problem_of
from tests.api.test_outbox import upload

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
    left_out = [{"contact": body["ids"][2], "name": "Cleo", "reason": "no_address"}]
    assert tried == {"count": 2, "left_out": left_out, "letters": []}
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
    with tenant(alice.account_id):
        Contact.objects.bulk_create(Contact(name=f"Person {number}") for number in range(MOST))
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


def test_it_takes_what_any_letter_takes(
    alice_api: ApiClient, alice: Membership, sales: Mailbox, people: list[str]
) -> None:
    words = {"name": "Offer", "subject": "For {{contact.first_name}}", "body": "<p>Hi</p>", "format": "html"}
    template = json_of(alice_api.post("templates/", words), 201)
    file = json_of(upload(alice_api), 201)["id"]
    body = {"kind": "contact", "ids": people, "mailbox": str(sales.pk), "template": template["id"]}
    more = {"attachments": [file], "send_at": "2099-01-01T00:00:00Z", "with_signature": False}
    made = json_of(alice_api.post(PATH, {**body, **more}), 201)
    letters = [json_of(alice_api.get(f"outbox/{one}/")) for one in made["letters"]]
    assert [one["html"] for one in letters] == ["<p>Hi</p>"] * 2
    assert [(one["attachments"], one["due_at"], one["with_signature"]) for one in letters] == [
        ([file], "2099-01-01T00:00:00Z", False)
    ] * 2
    problem_of(alice_api.post(PATH, {**body, "send_at": "2020-01-01T00:00:00Z"}), 400)
    problem_of(alice_api.post(PATH, {**body, "cc": ["boss@client.example"]}), 400)
