"""Tags of an import are those that are there if the database says so: its small letters are not Python's."""

from __future__ import annotations

import pytest

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.models import CardImport, Contact, Tag
from crm.tags import set_tags, tags_of
from tests.crm.importing import imported


@pytest.mark.parametrize(("there", "written"), [("ας", "ΑΣ"), ("ΑΣ", "ας"), ("ασ", "ΑΣ"), ("vip", "VIP"), ("i̇x", "İX")])
def test_a_tag_is_found_whatever_its_case(in_account: Account, alice: Membership, there: str, written: str) -> None:
    set_tags(create_contact(ContactValues("Ana")), [there])
    done = imported(alice, "contact", f"First name,Tags\nTom,{written}\n")
    assert done.state == CardImport.State.DONE
    [tag] = tags_of(Contact.objects.get(first_name="Tom"))
    assert tag in (there, written)
    assert Tag.objects.filter(name=tag).count() == 1
