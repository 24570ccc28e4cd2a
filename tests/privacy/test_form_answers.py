"""What a person filled in goes with the person, also from the leads of others (G16)."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from crm.contacts import ContactValues, create_contact
from crm.models import Lead, LeadContact, Note
from pages.models import FormAnswer
from privacy.erasing import erase_contact
from tests.conftest import MakeMailbox
from tests.pages.forms import make_fields, post, send_form

pytestmark = pytest.mark.django_db


@pytest.mark.rule("G16")
def test_notes_of_forms_go_from_leads_that_others_take_part_in(
    alice: Membership, in_account: None, make_mailbox: MakeMailbox
) -> None:
    make_fields(alice)
    letter = send_form(alice, make_mailbox("alice@acme.example", owner=alice))
    LeadContact.objects.create(lead=letter.lead, contact=create_contact(ContactValues("Other")))
    post(letter.form_url, {"lead[620111]": "xylophone"})
    assert Note.objects.filter(text__contains="xylophone").exists()
    erase_contact(alice, letter.contact, confirmation=letter.contact.name)
    assert Lead.objects.filter(pk=letter.lead.pk).exists()
    assert not Note.objects.filter(text__contains="xylophone").exists()
    assert not FormAnswer.objects.exists()
