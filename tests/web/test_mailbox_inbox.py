"""The "Inbox" tab of a mailbox: all rules of incoming mail together."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.groups import create_group
from accounts.models import Account, AuditEvent, Membership
from crm.custom_fields import FieldValues, create_field
from crm.models import CustomField
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox

SignIn = Callable[[Membership], Client]
VALUES = {"interval_minutes": "15", "push": "on"}


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


@pytest.fixture
def url(sales: Mailbox) -> str:
    return reverse("mailbox_inbox", args=[sales.pk])


@pytest.mark.rule("R12", "R13", "R14", "E01")
def test_the_rules_of_new_people_are_saved(
    signed_in: SignIn, alice: Membership, sales: Mailbox, url: str, in_account: Account
) -> None:
    group = create_group(alice, name="Sellers", member_ids=[alice.pk])
    switches = dict.fromkeys(["create_contacts", "contacts_only", "notify_manager", "create_lead_on_reply"], "on")
    client = signed_in(alice)
    choices = {"manager_group": group.pk, "lead_responsible": alice.pk}
    assert client.post(url, VALUES | switches | choices).status_code == 302
    sales.refresh_from_db()
    assert (sales.create_contacts, sales.contacts_only, sales.notify_manager) == (True, True, True)
    assert (sales.create_lead_on_reply, sales.manager_group, sales.lead_responsible) == (True, group, alice)
    assert AuditEvent.objects.filter(action="mailbox.settings_changed").count() == 1
    assert "Group of managers for new customers" in client.get(reverse("audit")).content.decode()
    client.post(url, VALUES)
    sales.refresh_from_db()
    assert (sales.create_contacts, sales.manager_group, sales.lead_responsible) == (False, None, None)


@pytest.mark.rule("R04")
def test_a_wrong_interval_keeps_what_was_typed(signed_in: SignIn, alice: Membership, url: str) -> None:
    answer = signed_in(alice).post(url, VALUES | {"interval_minutes": "900", "create_contacts": "on"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="900"' in page
    assert 'aria-invalid="true"' in page


@pytest.mark.rule("R03")
def test_the_accounts_own_fields_are_filled_in_here(
    signed_in: SignIn, alice: Membership, sales: Mailbox, url: str, in_account: Account
) -> None:
    phone = create_field(alice, FieldValues(CustomField.Entity.MAILBOX, "Phone of the shop", "text", code="PHONE"))
    budget = create_field(alice, FieldValues(CustomField.Entity.MAILBOX, "Orders a day", "numeric"))
    client = signed_in(alice)
    assert "Phone of the shop" in client.get(url).content.decode()
    client.post(url, VALUES | {f"custom_{phone.number}": "+1 555 0100", f"custom_{budget.number}": "40"})
    sales.refresh_from_db()
    assert sales.custom_values == {str(phone.number): "+1 555 0100", str(budget.number): 40}
    assert "+1 555 0100" in client.get(url).content.decode()
    answer = client.post(url, VALUES | {f"custom_{budget.number}": "many"})
    assert answer.status_code == 422
    assert "Orders a day: enter a number." in answer.content.decode()
    client.post(reverse("custom_field_delete", args=[phone.pk]))
    sales.refresh_from_db()
    assert sales.custom_values == {str(budget.number): 40}


@pytest.mark.rule("R01")
def test_it_says_how_many_mailboxes_collect(signed_in: SignIn, alice: Membership, url: str) -> None:
    assert "1 of 10 shared mailboxes of the account collect mail" in signed_in(alice).get(url).content.decode()


@pytest.mark.rule("E05")
def test_leads_go_to_administrators_only(
    signed_in: SignIn, alice: Membership, bob: Membership, sales: Mailbox, url: str, in_account: Account
) -> None:
    answer = signed_in(alice).post(url, VALUES | {"lead_responsible": bob.pk})
    assert answer.status_code == 422
    Mailbox.objects.filter(pk=sales.pk).update(lead_responsible=bob)  # an administrator until yesterday
    assert signed_in(alice).post(url, VALUES | {"lead_responsible": bob.pk}).status_code == 302
