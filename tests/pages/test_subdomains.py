"""Up to three names before the pages' domain, which nobody else has (M115)."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from accounts.errors import NotAllowed
from accounts.models import Account, Membership
from accounts.tenancy import tenant
from crm.models import Contact
from pages.errors import PageNotFound, SubdomainRefused
from pages.links import link_for
from pages.models import Subdomain
from pages.subdomains import add_subdomain, list_subdomains, remove_subdomain
from tests.pages.conftest import MakePage, Visit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pages_domain(settings: Settings) -> None:
    settings.PAGES_DOMAIN = "pages.example"


@pytest.mark.rule("M115")
def test_a_page_is_shown_under_its_label(make_page: MakePage, alice: Membership, ana: Contact, visit: Visit) -> None:
    add_subdomain(alice, " Offers ")
    url = link_for(make_page(subdomain="offers"), card=ana)
    assert urlsplit(url).hostname == "offers.pages.example"
    assert visit(url).status_code == 200


def test_no_page_is_shown_under_the_label_of_another_account(
    charlie: Membership, make_page: MakePage, ana: Contact, visit: Visit
) -> None:
    with tenant(charlie.account_id):
        add_subdomain(charlie, "globex")
    path = urlsplit(link_for(make_page(), card=ana)).path
    assert visit(f"http://globex.pages.example{path}").status_code == 404
    assert visit(f"http://unknown.pages.example{path}").status_code == 404
    assert visit(f"{django_settings.PUBLIC_URL}{path}").status_code == 200


@pytest.mark.rule("M115")
def test_three_are_the_most(alice: Membership, in_account: Account) -> None:
    for label in ("one", "two", "three"):
        add_subdomain(alice, label)
    with pytest.raises(SubdomainRefused, match="at most 3"):
        add_subdomain(alice, "four")
    assert [row.label for row in list_subdomains(alice)] == ["one", "three", "two"]


@pytest.mark.parametrize("label", ["www", "mail", "-a", "a.b", "ä", "xn--a", "a" * 64, ""])
def test_some_names_are_nobodys(alice: Membership, label: str) -> None:
    with pytest.raises(SubdomainRefused):
        add_subdomain(alice, label)


def test_a_name_is_one_accounts(alice: Membership, charlie: Membership) -> None:
    with tenant(alice.account_id):
        mine = add_subdomain(alice, "offers")
    with tenant(charlie.account_id):
        with pytest.raises(SubdomainRefused, match="taken"):
            add_subdomain(charlie, "offers")
        with pytest.raises(PageNotFound):
            remove_subdomain(charlie, mine.pk)


def test_the_host_of_the_application_is_no_subdomain(alice: Membership, settings: Settings) -> None:
    settings.BASE_URL = "https://sales.pages.example"
    with pytest.raises(SubdomainRefused):
        add_subdomain(alice, "sales")


def test_under_an_address_of_numbers_there_are_none(alice: Membership, settings: Settings) -> None:
    settings.PAGES_DOMAIN = "127.0.0.1"
    with pytest.raises(SubdomainRefused, match="no domain"):
        add_subdomain(alice, "offers")


def test_one_that_a_page_has_stays(make_page: MakePage, alice: Membership, bob: Membership) -> None:
    mine = add_subdomain(alice, "offers")
    page = make_page(subdomain="offers")
    with pytest.raises(SubdomainRefused, match="Offer"):
        remove_subdomain(alice, mine.pk)
    with pytest.raises(NotAllowed):
        remove_subdomain(bob, mine.pk)
    page.delete()
    remove_subdomain(alice, mine.pk)
    assert not Subdomain.objects.exists()
