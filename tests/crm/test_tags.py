"""Tags: made as they are used, tidied by administrators."""

from __future__ import annotations

import pytest

from accounts.errors import NotAllowed
from accounts.models import AuditEvent, Membership
from accounts.tenancy import tenant
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.errors import NameTaken, ValueRefused
from crm.models import Contact, Tag, Tagging
from crm.tags import add_tags, delete_tag, merge_tags, remove_tags, rename_tag, set_tags, tags_of

pytestmark = pytest.mark.usefixtures("in_account")


def make_contact(name: str, *tags: str) -> Contact:
    return create_contact(ContactValues(first_name=name, tags=tags))


def test_a_new_word_makes_a_tag_that_cards_of_all_kinds_share() -> None:
    ana, acorn = make_contact("Ana", "  VIP \t client "), write_company(CompanyValues("Acorn", tags=["vip client"]))
    assert tags_of(ana) == tags_of(acorn) == ["VIP client"]
    assert Tag.objects.count() == 1


def test_setting_them_takes_the_others_away() -> None:
    ana = make_contact("Ana", "b", "a")
    set_tags(ana, ["C", "a"])
    assert tags_of(Contact.objects.get(pk=ana.pk)) == ["a", "C"]
    set_tags(ana, [])
    assert not Tagging.objects.exists()


def test_many_cards_get_and_lose_them_at_once() -> None:
    ana, ben = make_contact("Ana", "new"), make_contact("Ben")
    add_tags(Contact.objects.all(), ["New", "Spring"])
    assert [tags_of(one) for one in (ana, ben)] == [["new", "Spring"], ["new", "Spring"]]
    remove_tags(Contact.objects.filter(pk=ben.pk), ["NEW", "unheard"])
    assert tags_of(Contact.objects.get(pk=ben.pk)) == ["Spring"]
    assert not Tag.objects.filter(name="unheard").exists()


@pytest.mark.parametrize("names", [[""], ["x" * 61], [f"tag {number}" for number in range(51)]])
def test_what_is_no_tag_is_refused(names: list[str]) -> None:
    ana = make_contact("Ana", "kept")
    with pytest.raises(ValueRefused):
        set_tags(ana, names)
    assert tags_of(Contact.objects.get(pk=ana.pk)) == ["kept"]


def test_two_tags_become_one_only_when_that_is_wanted(alice: Membership) -> None:
    ana, ben = make_contact("Ana", "clients", "customer"), make_contact("Ben", "clients")
    clients, customer = Tag.objects.get(name="clients"), Tag.objects.get(name="customer")
    with pytest.raises(NameTaken) as refused:
        rename_tag(alice, clients, "Customer")
    assert refused.value.other_id == customer.pk
    merge_tags(alice, clients, customer)
    found = [tags_of(Contact.objects.get(pk=one.pk)) for one in (ana, ben)]
    assert found == [["customer"], ["customer"]]
    assert rename_tag(alice, customer, "Customer").name == "Customer"
    delete_tag(alice, customer)
    assert not Tagging.objects.exists()
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["tag.merged", "tag.renamed", "tag.deleted"]


@pytest.mark.rule("G11")
def test_only_administrators_tidy_the_list(alice: Membership, bob: Membership) -> None:
    make_contact("Ana", "a", "b")
    first, second = Tag.objects.order_by("name")
    for attempt in (
        lambda: rename_tag(bob, first, "c"),
        lambda: merge_tags(bob, first, second),
        lambda: delete_tag(bob, first),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert Tag.objects.count() == 2


@pytest.mark.rule("G10")
def test_another_account_has_its_own(charlie: Membership) -> None:
    make_contact("Ana", "vip")
    with tenant(charlie.account_id):
        theirs = make_contact("Carl", "VIP")
        assert tags_of(theirs) == ["VIP"]
        assert Tag.objects.count() == 1
