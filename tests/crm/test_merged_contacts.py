"""What a merge does to old ids, and to what is known of who is who."""

from __future__ import annotations

import pytest

from accounts.models import Account, Membership
from crm.access import get_contact
from crm.contacts import ContactValues, create_contact
from crm.duplicates import mark_different
from crm.errors import ContactMerged
from crm.merging import merge_contacts, unmerge_contacts
from crm.models import Contact, NotDuplicate

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(in_account: Account) -> Contact:
    return create_contact(ContactValues("Ana"))


@pytest.fixture
def double(in_account: Account) -> Contact:
    return create_contact(ContactValues("Double"))


def test_known_differences_come_back_as_they_were(ana: Contact, double: Contact, alice: Membership) -> None:
    third, fourth = (create_contact(ContactValues(name)) for name in ("Third", "Fourth"))
    mark_different(alice, double, [ana, third, fourth])
    mark_different(alice, third, [ana, fourth])
    before = list(NotDuplicate.objects.order_by("pk").values())
    merge_contacts(alice, ana, [double, third])
    assert unmerge_contacts(alice, ana) == [double, third]
    assert list(NotDuplicate.objects.order_by("pk").values()) == before


def test_the_old_id_leads_to_the_one_that_stays(ana: Contact, double: Contact, alice: Membership) -> None:
    third = create_contact(ContactValues("Third"))
    merge_contacts(alice, double, [third])
    merge_contacts(alice, ana, [double])
    for old in (double, third):
        with pytest.raises(ContactMerged) as gone:
            get_contact(old.pk)
        assert gone.value.contact_id == ana.pk
    unmerge_contacts(alice, ana)
    assert get_contact(double.pk) == double
    with pytest.raises(ContactMerged) as gone:
        get_contact(third.pk)
    assert gone.value.contact_id == double.pk
