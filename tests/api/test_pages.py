"""`pages/`, `page-links/` and `page-subdomains/`: what the screens can, programs can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Account, Membership
from crm.models import Contact
from pages.models import Page, PageLink
from pages.pages import create_page
from pages.requests import PageFields

pytestmark = pytest.mark.django_db
WithToken = Callable[..., Client]
JSON: dict[str, Any] = {"content_type": "application/json"}


@pytest.fixture
def page(alice: Membership, in_account: Account) -> Page:
    return create_page(alice, PageFields(name="Offer", body="<p>Dear {{ contact.first_name }}</p>"))


@pytest.fixture
def ana(in_account: Account) -> Contact:
    return Contact.objects.create(name="Ana Morales", first_name="Ana")


@pytest.mark.rule("M110", "M118")
def test_a_page_is_made_changed_and_deleted(alice: Membership, with_token: WithToken) -> None:
    client = with_token(alice)
    sent = {"name": "Offer", "number": 1028, "title": "offer", "lifetime_days": 30, "cache_seconds": 60}
    made = client.post("/api/v1/pages/", sent, **JSON)
    assert (made.status_code, made.json()["code"], made.json()["links_made"]) == (201, "{web:1028}", 0)
    url = made["Location"]
    changed = client.patch(url, {"header": "Hello"}, **JSON)
    assert (changed.json()["header"], changed.json()["title"], changed["ETag"]) == ("Hello", "offer", '"2"')
    stale = client.patch(url, {"header": "Old"}, headers={"If-Match": '"1"'}, **JSON)
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    assert client.post(f"{url}duplicate/").json()["number"] == 1029
    assert [row["name"] for row in client.get("/api/v1/pages/").json()["results"]] == ["Offer", "Offer (copy)"]
    assert client.delete(url).status_code == 204
    assert client.get(url).status_code == 404


@pytest.mark.rule("M111")
@pytest.mark.parametrize(
    ("sent", "name"), [({"header": "Your offer", "title": "offer"}, "Your offer"), ({"title": "offer"}, "offer")]
)
def test_without_a_name_it_has_that_of_its_tab_or_address(
    alice: Membership, with_token: WithToken, sent: dict[str, str], name: str
) -> None:
    made = with_token(alice).post("/api/v1/pages/", sent, **JSON)
    assert (made.status_code, made.json()["name"]) == (201, name)


def test_a_page_without_any_words_is_asked_for_its_name(alice: Membership, with_token: WithToken) -> None:
    answer = with_token(alice).post("/api/v1/pages/", {"body": "x"}, **JSON)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "#/name")


@pytest.mark.rule("M110")
def test_a_page_is_named_after_its_header_and_keeps_its_number(alice: Membership, with_token: WithToken) -> None:
    client = with_token(alice)
    made = client.post("/api/v1/pages/", {"header": "Our offer", "title": "offer"}, **JSON)
    assert (made.status_code, made.json()["name"]) == (201, "Our offer")
    url, number = made["Location"], made.json()["number"]
    assert client.patch(url, {"number": number}, **JSON).status_code == 200
    for refused, place in (
        (client.patch(url, {"number": number + 1}, **JSON), "#/number"),
        (client.post("/api/v1/pages/", {}, **JSON), "#/name"),
    ):
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, place)


def test_a_wrong_value_is_named(alice: Membership, with_token: WithToken) -> None:
    answer = with_token(alice).post("/api/v1/pages/", {"name": "Offer", "gtm_id": "<script>"}, **JSON)
    assert answer.status_code == 400
    assert "gtm_id" in answer.content.decode()


@pytest.mark.rule("M110")
def test_a_link_is_made_once_and_revoked(alice: Membership, page: Page, ana: Contact, with_token: WithToken) -> None:
    client = with_token(alice)
    sent = {"page": str(page.pk), "card": {"type": "contact", "id": str(ana.pk)}}
    first, second = (client.post("/api/v1/page-links/", sent, **JSON) for _ in range(2))
    assert (first.status_code, first.json()) == (201, second.json())
    assert "/p/" in first.json()["url"]
    listed = client.get(f"/api/v1/page-links/?contact={ana.pk}").json()["results"]
    assert [(row["card"]["id"], row["opens"]) for row in listed] == [(str(ana.pk), 0)]
    assert client.get(f"/api/v1/page-links/?lead={ana.pk}").json()["results"] == []
    assert client.delete(first["Location"]).status_code == 204
    assert not PageLink.objects.exists()


def test_the_preview_is_the_page_for_a_card(alice: Membership, page: Page, ana: Contact, with_token: WithToken) -> None:
    sent = {"card": {"type": "contact", "id": str(ana.pk)}}
    made = with_token(alice).post(f"/api/v1/pages/{page.pk}/preview/", sent, **JSON).json()
    assert "Dear Ana" in made["html"]
    assert made["empty_fields"] == []


@pytest.mark.rule("M115")
def test_subdomains_come_and_go(alice: Membership, with_token: WithToken, settings: Settings) -> None:
    settings.PAGES_DOMAIN = "pages.example"
    client = with_token(alice)
    made = client.post("/api/v1/page-subdomains/", {"label": "offers"}, **JSON).json()
    assert made["origin"].startswith("http://offers.pages.example")
    assert client.post("/api/v1/page-subdomains/", {"label": "www"}, **JSON).status_code == 400
    assert client.delete(f"/api/v1/page-subdomains/{made['id']}/").status_code == 204
    assert client.get("/api/v1/page-subdomains/").json()["results"] == []


def test_who_may_not_is_refused(
    bob: Membership, charlie: Membership, page: Page, ana: Contact, with_token: WithToken
) -> None:
    for path in ("pages/", "page-links/", "page-subdomains/", f"pages/{page.pk}/"):
        assert with_token(bob).get(f"/api/v1/{path}").status_code == 403
    bob.mailer_access = True
    bob.save()
    assert with_token(bob).get(f"/api/v1/pages/{page.pk}/").status_code == 200
    assert with_token(bob).patch(f"/api/v1/pages/{page.pk}/", {"name": "Mine"}, **JSON).status_code == 403
    assert with_token(charlie).get(f"/api/v1/pages/{page.pk}/").status_code == 404
    sent = {"page": str(page.pk), "card": {"type": "contact", "id": str(ana.pk)}}
    assert with_token(charlie).post("/api/v1/page-links/", sent, **JSON).status_code == 400


def test_a_token_for_cards_writes_no_pages(alice: Membership, with_token: WithToken) -> None:
    """A page may carry scripts of a tag manager: it is for whoever administers the account."""
    cards = with_token(alice, ["contacts:read", "contacts:write"])
    for path, body in (("pages", {"name": "Offer"}), ("page-subdomains", {"label": "offers"})):
        answer = cards.post(f"/api/v1/{path}/", body, content_type="application/json")
        assert (answer.status_code, path) == (403, path)
    assert cards.get("/api/v1/pages/").status_code == 200
