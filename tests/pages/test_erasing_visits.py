"""What is known of visits goes with the card they were of (G16)."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from accounts.tenancy import every_account
from crm.leads import LeadValues, create_lead
from crm.models import Contact
from pages.erasing import forget_visits
from pages.links import link_for, make_link
from pages.models import PageLink
from privacy.erasing import erase_contact
from tests.pages.conftest import MakePage, Visit
from tracking.models import Hit, Tracked

pytestmark = pytest.mark.django_db


@pytest.mark.rule("G16")
def test_an_erased_contact_leaves_no_visits(make_page: MakePage, alice: Membership, ana: Contact, visit: Visit) -> None:
    page = make_page()
    lead = create_lead(LeadValues("Deal", contacts=[ana]))
    for card in (ana, lead):
        visit(link_for(page, card=card))
    erase_contact(alice, ana, confirmation=ana.name)
    assert not PageLink.objects.exists()
    assert not Tracked.objects.exists()
    assert not Hit.objects.exists()


@pytest.mark.rule("G16")
def test_copies_of_other_pages_name_nobody_who_was_erased(
    make_page: MakePage, alice: Membership, ana: Contact, visit: Visit
) -> None:
    ben = Contact.objects.create(name="Zoe", first_name="Zoe")
    url = link_for(make_page(cache_seconds=600), card=create_lead(LeadValues("Deal", contacts=[ana, ben])))
    assert "Ana" in visit(url).text
    erase_contact(alice, ana, confirmation=ana.name)
    assert not PageLink.objects.filter(shown_html__contains="Ana").exists()
    assert "Dear Zoe" in visit(url).text


def test_visits_of_a_deleted_card_are_swept(make_page: MakePage, ana: Contact, visit: Visit) -> None:
    page, other = make_page(), Contact.objects.create(name="Ben")
    kept = make_link(page, other)
    visit(link_for(page, card=ana))
    ana.delete()
    with every_account("test"):
        assert forget_visits() == 1
    assert list(Tracked.objects.values_list("pk", flat=True)) == [kept.tracked_id]
