"""Settings of a mailbox, "Sending domain"."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from mailboxes.limits import LIMITS, Limit
from tests.conftest import MakeMailbox
from tests.servers.dns_server import DnsServer

SignIn = Callable[[Membership], Client]
pytestmark = pytest.mark.rule("R15", "M100")
AS_HTMX = {"HX-Request": "true"}


@pytest.fixture
def url(alice: Membership, make_mailbox: MakeMailbox) -> str:
    """Of a shared mailbox."""
    sales = make_mailbox("sales@firma.example", account_of=alice)
    return reverse("mailbox_domain", args=[sales.pk])


def test_the_page_comes_before_anybody_is_asked(
    signed_in: SignIn, bob: Membership, url: str, dns_server: DnsServer
) -> None:
    page = signed_in(bob).get(url).content.decode()
    assert "Mail sent from firma.example" in page
    assert f'hx-get="{url}?check=1"' in page
    assert not dns_server.questions


@pytest.mark.parametrize("headers", [AS_HTMX, {}])
def test_the_report_names_the_record_to_add(
    signed_in: SignIn, bob: Membership, url: str, headers: dict[str, str]
) -> None:
    answer = signed_in(bob).get(url, {"check": "1"}, headers=headers).content.decode()
    assert '<code class="code-block" id="record-dmarc" tabindex="0">v=DMARC1; p=none</code>' in answer
    assert ("<html" in answer) is not bool(headers)


def test_a_record_of_a_stranger_is_shown_as_text(
    signed_in: SignIn, bob: Membership, url: str, dns_server: DnsServer
) -> None:
    dns_server.add("firma.example", "TXT", '"v=spf1 <script>alert(1)</script> -all"')
    answer = signed_in(bob).get(url, {"check": "1"}, headers=AS_HTMX).content.decode()
    assert "<script>" not in answer
    assert "&lt;script&gt;" in answer


def test_a_wrong_selector_and_too_many_tries_are_told_in_place(
    signed_in: SignIn, bob: Membership, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(bob)
    wrong = client.get(url, {"check": "1", "selector": "a b"})
    assert (wrong.status_code, "Latin letters" in wrong.content.decode()) == (422, True)
    monkeypatch.setitem(LIMITS, "detect", Limit(member=0, account=0))
    late = client.get(url, {"check": "1"}, headers=AS_HTMX)
    assert (late.status_code, "very often" in late.content.decode()) == (422, True)


@pytest.mark.rule("G10", "K23")
def test_others_find_nothing(
    signed_in: SignIn, alice: Membership, bob: Membership, charlie: Membership, make_mailbox: MakeMailbox, url: str
) -> None:
    own = make_mailbox("alice.private@firma.example", owner=alice)
    assert signed_in(charlie).get(url).status_code == 404
    assert signed_in(bob).get(reverse("mailbox_domain", args=[own.pk])).status_code == 404
    assert Client().get(url).status_code == 302
