"""The first step of the connect dialog: the address alone finds the provider, its servers and its guide (K02)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Membership
from mailboxes.limits import LIMITS, Limit
from tests.servers.dns_server import DnsServer

HTMX = {"HX-Request": "true", "HX-Target": "connect-form"}
SignIn = Callable[[Membership], Client]
pytestmark = pytest.mark.django_db


def find(client: Client, address: str, query: str = "", **more: str) -> str:
    return client.post(reverse("mailbox_find") + query, {"address": address, **more}, headers=HTMX).content.decode()


@pytest.fixture
def no_oauth(settings: Settings) -> None:
    settings.OAUTH_CLIENTS = {}


def test_only_the_address_is_asked_first(signed_in: SignIn, bob: Membership) -> None:
    page = signed_in(bob).get(reverse("mailbox_connect")).content.decode()
    assert 'name="address"' in page
    assert 'type="password"' not in page
    assert "imap_host" not in page


@pytest.mark.rule("K02", "M05")
@pytest.mark.usefixtures("no_oauth")
def test_a_known_provider_comes_with_its_servers_and_its_guide(signed_in: SignIn, bob: Membership) -> None:
    page = find(signed_in(bob), "bob@gmail.com")
    assert 'value="imap.gmail.com"' in page
    assert 'value="smtp.gmail.com"' in page
    assert "App passwords" in page
    assert "https://support.google.com/" in page
    assert '<details class="fold"><summary>' in page  # nobody needs to look at the servers
    assert "<html" not in page


@pytest.mark.rule("K03")
def test_a_provider_whose_sign_in_is_offered_leads_there_or_to_the_password(
    signed_in: SignIn, bob: Membership, settings: Settings
) -> None:
    settings.OAUTH_CLIENTS = {"google": ("id", "secret")}
    client = signed_in(bob)
    page = find(client, "bob@gmail.com")
    assert "Continue with Google" in page
    assert f'action="{reverse("oauth_start")}"' in page
    assert 'type="password"' not in page
    assert 'type="password"' in find(client, "bob@gmail.com", "?by_password=1")


@pytest.mark.rule("K02")
def test_an_unknown_domain_opens_the_servers_prefilled(
    signed_in: SignIn, bob: Membership, dns_server: DnsServer
) -> None:
    page = find(signed_in(bob), "bob@nowhere.example")
    assert 'value="imap.nowhere.example"' in page
    assert "not known" in page
    assert '<details class="fold" open><summary>' in page


@pytest.mark.rule("K06")
@pytest.mark.parametrize(("address", "words"), [("anna@почта.example", "Latin letters"), ("nobody", "such as name@")])
def test_what_is_no_address_stays_as_typed(signed_in: SignIn, bob: Membership, address: str, words: str) -> None:
    answer = signed_in(bob).post(reverse("mailbox_find"), {"address": address}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert f'value="{address}"' in page


def test_it_goes_back_to_the_address_and_no_password_goes_with_it(signed_in: SignIn, bob: Membership) -> None:
    page = find(signed_in(bob), "bob@gmail.com", "?back=1", password="typed-secret-3")
    assert 'value="bob@gmail.com"' in page
    assert 'type="password"' not in page
    assert "typed-secret-3" not in page


def test_looking_up_too_often_is_said_in_words(
    signed_in: SignIn, bob: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, "detect", Limit(member=1, account=9))
    client = signed_in(bob)
    find(client, "bob@gmail.com")
    page = find(client, "bob@gmail.com")
    assert "That was tried very often." in page
    assert 'value="bob@gmail.com"' in page


def test_without_scripts_each_step_is_a_page(signed_in: SignIn, bob: Membership) -> None:
    page = signed_in(bob).post(reverse("mailbox_find"), {"address": "bob@fastmail.com"}).content.decode()
    assert "<html" in page
    assert 'value="imap.fastmail.com"' in page


@pytest.mark.rule("M02")
def test_for_whom_it_is_stands_in_the_dialog_and_is_for_administrators(
    signed_in: SignIn, client: Client, alice: Membership, bob: Membership, charlie: Membership
) -> None:
    url = reverse("mailbox_connect")
    page = signed_in(alice).get(url, {"owner": bob.pk}).content.decode()
    assert "This mailbox will belong to Bob Baker" in page
    second = find(client, "bob@fastmail.com", owner=str(bob.pk))
    assert f'name="owner" value="{bob.pk}"' in second
    assert 'name="kind"' not in second
    assert client.get(url, {"owner": charlie.pk}).status_code == 404
    assert signed_in(bob).get(url, {"owner": alice.pk}).status_code == 403
    assert client.get(url, {"owner": bob.pk}).status_code == 200  # oneself


def test_nobody_looks_up_without_signing_in(client: Client) -> None:
    assert client.post(reverse("mailbox_find"), {"address": "a@gmail.com"}, headers=HTMX).status_code == 401
