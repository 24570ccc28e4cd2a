"""Writing from a card: "To" offers the people on it (M10, M12)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from crm.contacts import ContactValues, create_contact
from crm.leads import LeadValues, create_lead
from outbox.models import OutgoingMail
from tests.e2e.composing import send
from tests.e2e.looks import assert_accessible

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.rule("M10", "M12")]


def test_a_letter_from_a_lead_goes_to_somebody_on_it(
    page: Page, inbox: str, live_server: LiveServer, alice: Membership, no_errors: list[str]
) -> None:
    people = [create_contact(ContactValues(name, "Lee", [f"{name}@client.example"])) for name in ("Ana", "Tom")]
    lead = create_lead(LeadValues("40 licences", contacts=people))
    page.goto(f"{live_server.url}/leads/{lead.pk}/")
    expect(page.locator("[hx-trigger=load]")).to_have_count(0)  # what is left while it loads is an error to htmx
    page.get_by_role("link", name="Write", exact=True).click()
    page.get_by_role("combobox", name="To", exact=True).click()
    offered = page.get_by_role("listbox", name="Suggestions").first.get_by_role("option")
    expect(offered).to_have_count(2)
    assert_accessible(page)
    offered.filter(has_text="Tom").click()
    page.get_by_label("Subject").fill("Hello")
    send(page)
    expect(page.locator("#toasts")).to_contain_text("The letter goes out")
    mail = OutgoingMail.objects.get()
    assert (mail.lead, [row.address for row in mail.recipients.all()]) == (lead, ["Tom@client.example"])
