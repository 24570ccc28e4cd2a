"""What the reader says of a letter's sender is found out of the bytes that it shows (G03)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from crm.contacts import ContactValues, create_contact
from smart_addresses.access import sender_checks
from tests.smart_addresses.arrivals import arrive
from tests.threads.builders import Mail

pytestmark = pytest.mark.usefixtures("in_account")


@pytest.mark.rule("G03")
def test_a_proven_letter_proves_nothing_for_a_forged_one_of_its_name(alice: Membership) -> None:
    """The forged one came first, with Message-ID, date and subject of one that is on its way."""
    honest = Mail(text="Our account is 1")
    forged = arrive("filing", honest.to_bytes().replace(b"account is 1", b"account is 2"), dmarc="fail")
    proven = arrive("lead", honest)
    assert forged.message_id is not None
    assert forged.message_id == proven.message_id
    assert not sender_checks([forged.message_id])[forged.message_id].is_verified


@pytest.mark.rule("G03")
def test_the_timeline_of_a_card_doubts_who_is_not_proven(alice: Membership) -> None:
    anna = create_contact(ContactValues("Anna", "", ["anna@client.example"]))
    arrive("filing", Mail("Forged"), dmarc="fail")
    arrive("filing", Mail("Honest"))
    client = Client()
    client.force_login(alice.user)
    assert client.get(reverse("contact", args=[anna.pk])).content.decode().count("The sender may be forged") == 1
    entries = client.get(f"/api/v1/contacts/{anna.pk}/timeline/", {"kind": "letter"}).json()["results"]
    checks = {entry["letter"]["subject"]: entry["letter"]["sender_check"]["is_verified"] for entry in entries}
    assert checks == {"Forged": False, "Honest": True}


@pytest.mark.rule("G03")
def test_one_letter_to_two_addresses_is_proven_if_either_is(alice: Membership) -> None:
    mail = Mail()
    first, _second = arrive("filing", mail, dmarc="temperror"), arrive("lead", mail)
    assert first.message_id is not None
    assert sender_checks([first.message_id])[first.message_id].is_verified
