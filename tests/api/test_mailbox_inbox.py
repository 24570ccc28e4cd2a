"""The rules of incoming mail by API: new people, their managers, leads, the account's own fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.groups import create_group
from accounts.models import Account, Membership
from crm.custom_fields import FieldValues, create_field
from crm.models import CustomField
from letter_templates.fields import Cards, letter_values, names, sender_values
from letter_templates.signatures import checked_signature
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox

WithToken = Callable[[Membership], Client]


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


def patch(client: Client, mailbox: Mailbox, **values: object) -> tuple[int, dict[str, object]]:
    answer = client.patch(f"/api/v1/mailboxes/{mailbox.pk}/", values, content_type="application/json")
    return answer.status_code, answer.json()


@pytest.mark.rule("R12", "R13", "R14", "E01")
def test_the_rules_are_set_and_read(
    with_token: WithToken, alice: Membership, sales: Mailbox, in_account: Account
) -> None:
    group = create_group(alice, name="Sellers", member_ids=[alice.pk])
    rules = {
        "create_contacts": True,
        "contacts_only": True,
        "notify_manager": True,
        "create_lead_on_reply": True,
        "manager_group": str(group.pk),
        "lead_responsible": str(alice.pk),
    }
    status, given = patch(with_token(alice), sales, **rules)
    assert (status, {name: given[name] for name in rules}) == (200, rules)
    status, given = patch(with_token(alice), sales, manager_group=None, lead_responsible=None)
    assert (status, given["manager_group"], given["lead_responsible"]) == (200, None, None)


@pytest.mark.rule("R13", "E05")
def test_wrong_people_are_refused(
    with_token: WithToken, alice: Membership, bob: Membership, charlie: Membership, sales: Mailbox
) -> None:
    client = with_token(alice)
    for field, wrong in (("manager_group", "4711"), ("lead_responsible", str(bob.pk))):
        status, problem = patch(client, sales, **{field: wrong})
        assert (status, field in str(problem["errors"])) == (400, True)
    assert patch(client, sales, lead_responsible=str(charlie.pk))[0] == 400
    assert patch(with_token(bob), sales, create_contacts=True)[0] == 404
    assert patch(with_token(charlie), sales, create_contacts=True)[0] == 404


@pytest.mark.rule("R03", "K52")
def test_own_fields_are_filled_in_and_named_by_templates(
    with_token: WithToken, alice: Membership, sales: Mailbox, in_account: Account
) -> None:
    phone = create_field(alice, FieldValues(CustomField.Entity.MAILBOX, "Phone", "text", code="PHONE"))
    size = create_field(alice, FieldValues(CustomField.Entity.MAILBOX, "Size", "numeric"))
    client, number = with_token(alice), str(phone.number)
    assert patch(client, sales, custom_fields={number: "+1 555 0100"})[1]["custom_fields"] == {number: "+1 555 0100"}
    status, problem = patch(client, sales, custom_fields={str(size.number): "big"})
    assert (status, str(size.number) in str(problem["errors"])) == (400, True)
    sales.refresh_from_db()
    assert sender_values(alice, sales)["mailbox.PHONE"] == "+1 555 0100"
    assert sender_values(alice, None)["mailbox.PHONE"] == ""
    assert {"mailbox.PHONE", "mailbox.size"} <= names()
    assert "PHONE" not in names()  # bare codes are those of cards
    assert names() >= {"user.name", "mailbox.PHONE"}
    assert checked_signature("Call {{mailbox.PHONE}}")
    assert patch(client, sales, custom_fields={number: None})[1]["custom_fields"] == {}


def test_letters_know_all_names(alice: Membership, sales: Mailbox, in_account: Account) -> None:
    create_field(alice, FieldValues(CustomField.Entity.MAILBOX, "Phone", "text", code="PHONE"))
    create_field(alice, FieldValues(CustomField.Entity.LEAD, "Budget", "numeric", code="BUDGET"))
    assert letter_values(alice, sales, Cards()).keys() == names()


@pytest.mark.rule("R14")
def test_kinds_of_notices_are_chosen(with_token: WithToken, bob: Membership) -> None:
    client = with_token(bob)
    wanted = {"notices_off": ["mail.failed"], "notices_mailed": ["mail.arrived"]}
    answer = client.patch("/api/v1/me/", wanted, content_type="application/json").json()
    assert {name: answer[name] for name in wanted} == wanted
    wrong = client.patch("/api/v1/me/", {"notices_off": ["no.such"]}, content_type="application/json")
    assert wrong.status_code == 400
