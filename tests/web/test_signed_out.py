"""Who was signed out meanwhile comes back to a page, not to an address that only takes forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership

SignIn = Callable[[Membership], Client]
FORM = "http://testserver/settings/mailer/pages/?from=2#subdomains"


@pytest.mark.parametrize(
    ("page", "after"),
    [
        (FORM, "/settings/mailer/pages/%3Ffrom%3D2"),
        ("https://evil.example/settings/", "/"),
        ("", "/"),
    ],
)
def test_the_sign_in_leads_back_to_the_page_of_the_form(client: Client, page: str, after: str) -> None:
    answer = client.post(reverse("subdomain_add"), {"label": "offers"}, headers={"Referer": page})
    assert answer["Location"] == f"/accounts/login/?next={after}"


def test_the_sign_in_leads_back_to_a_page(client: Client) -> None:
    assert client.get(reverse("tokens"))["Location"] == "/accounts/login/?next=/settings/tokens/"


def test_a_plain_form_asks_before_it_leaves_its_page(signed_in: SignIn, client: Client, bob: Membership) -> None:
    assert signed_in(bob).post(reverse("signed_in")).status_code == HTTPStatus.NO_CONTENT
    client.logout()
    gone = client.post(reverse("signed_in"), headers={"HX-Request": "true"})
    assert (gone.status_code, gone["HX-Trigger"]) == (HTTPStatus.UNAUTHORIZED, '{"signed-out": {}}')


def test_the_tab_stays_open_over_a_refused_subdomain(signed_in: SignIn, alice: Membership) -> None:
    page = signed_in(alice).post(reverse("subdomain_add"), {"label": "Bad label!"}).content.decode()
    assert re.search(r'<a[^>]*aria-current="page"[^>]*>Web pages</a>', page)
    assert re.search(r'<a[^>]*href="/settings/mailer/" aria-current="page"', page)
