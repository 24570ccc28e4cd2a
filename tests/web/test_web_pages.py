"""The screens of web pages: who may see them, and what they say when something is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Account, Membership
from automation.models import Trigger
from crm.models import Contact
from pages.links import make_link
from pages.models import Page, PageLink, Subdomain
from pages.pages import create_page, save_page
from pages.requests import PageFields

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]
LIST = "/settings/mailer/pages/"


@pytest.fixture
def page(alice: Membership, in_account: Account) -> Page:
    return create_page(alice, PageFields(name="Offer", body="<p>Hello</p>"))


@pytest.fixture
def ana(in_account: Account) -> Contact:
    return Contact.objects.create(name="Ana Morales", first_name="Ana")


def test_bob_has_no_screens_and_charlie_no_page(
    bob: Membership, charlie: Membership, page: Page, signed_in: SignIn
) -> None:
    assert signed_in(bob).get(LIST).status_code == 403
    assert signed_in(charlie).get(f"{LIST}{page.pk}/").status_code == 404


@pytest.mark.rule("M113", "M114", "M116", "M117")
def test_all_of_a_page_is_saved(alice: Membership, page: Page, signed_in: SignIn) -> None:
    trigger = Trigger.objects.create(number=5, name="Call", type="note", settings={"text": "x"})
    typed = {
        "name": "Offer 2", "header": "Tab", "title": "offer", "format": "html", "body": "<b>Hi</b>", "version": "1",
        "lifetime_days": "30", "cache_seconds": "60", "metrica_id": "123", "gtm_id": "GTM-ABCD12",
        "on_open": [str(trigger.pk)],
    }  # fmt: skip
    assert signed_in(alice).post(f"{LIST}{page.pk}/", typed).status_code == 302
    page.refresh_from_db()
    assert (page.name, page.header, page.title, page.format, page.body) == (
        "Offer 2",
        "Tab",
        "offer",
        "html",
        "<b>Hi</b>",
    )
    assert (page.lifetime_days, page.cache_seconds, page.metrica_id, page.gtm_id) == (30, 60, "123", "GTM-ABCD12")
    assert page.on_open == [trigger.pk]


def test_who_saves_an_older_version_is_asked(alice: Membership, page: Page, signed_in: SignIn) -> None:
    save_page(alice, page.pk, PageFields(name="Theirs"))
    typed = {"name": "Mine", "format": "visual", "body": "", "version": "1"}
    answer = signed_in(alice).post(f"{LIST}{page.pk}/", typed)
    assert answer.status_code == 422
    assert "Somebody saved this page" in answer.text
    assert signed_in(alice).post(f"{LIST}{page.pk}/", {**typed, "version": "2"}).status_code == 302
    assert Page.objects.get().name == "Mine"


@pytest.mark.rule("M115")
def test_a_refused_subdomain_is_explained(alice: Membership, page: Page, signed_in: SignIn, settings: Settings) -> None:
    settings.PAGES_DOMAIN = "pages.example"
    client = signed_in(alice)
    refused = client.post("/settings/mailer/subdomains/", {"label": "www"})
    assert (refused.status_code, "is taken" in refused.text) == (422, True)
    assert client.post("/settings/mailer/subdomains/", {"label": "offers"}).status_code == 302
    made = Subdomain.objects.get()
    assert client.post(f"/settings/mailer/subdomains/{made.pk}/remove/").status_code == 302
    assert not Subdomain.objects.exists()


def test_the_preview_shows_what_is_typed_for_a_lead_or_contact(
    alice: Membership, page: Page, ana: Contact, signed_in: SignIn
) -> None:
    typed = {"name": "Offer", "format": "html", "body": "Dear {{ contact.name }}", "card": f"contact:{ana.pk}"}
    shown = signed_in(alice).post(f"{LIST}{page.pk}/preview/", typed)
    assert "Dear Ana Morales" in shown.text
    assert "sandbox" in shown["Content-Security-Policy"]
    refused = signed_in(alice).post(f"{LIST}{page.pk}/preview/", {**typed, "body": "{{ nothing.here }}"})
    assert (refused.status_code, "data-refused" in refused.text) == (422, True)


def test_links_stand_on_the_card_for_users_of_the_mailer(
    alice: Membership, bob: Membership, page: Page, ana: Contact, signed_in: SignIn
) -> None:
    link, address = make_link(page, ana), f"/cards/contact/{ana.pk}/pages/"
    assert "/p/" in signed_in(alice).get(address).text
    assert address in signed_in(alice).get(f"/contacts/{ana.pk}/").text
    assert address not in signed_in(bob).get(f"/contacts/{ana.pk}/").text
    assert signed_in(bob).post(f"/cards/page-links/{link.pk}/revoke/").status_code == 403
    assert signed_in(alice).post(f"/cards/page-links/{link.pk}/revoke/").status_code == 200
    assert not PageLink.objects.exists()


@pytest.mark.rule("M120")
def test_fields_that_are_lost_are_told_on_the_page(alice: Membership, page: Page, signed_in: SignIn) -> None:
    client, url = signed_in(alice), f"{LIST}{page.pk}/"
    form = '<form action="{formlink}"><input name="%s"></form>'
    typed = {"name": "Offer", "format": "html", "version": "1", "body": form % "lead[Price]"}
    assert "<code>lead[Price]</code>" in client.post(url, typed, follow=True).content.decode()
    typed |= {"version": "2", "body": form % "lead[5]"}
    assert "fields are lost" not in client.post(url, typed, follow=True).content.decode()
