"""Other addresses of a mailbox, and the page behind the link that confirms one (R16)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.tokens import digest_of
from mailboxes.models import Mailbox, SenderAlias
from tests.conftest import MakeMailbox
from web.senders import list_senders

SignIn = Callable[[Membership], Client]
pytestmark = [pytest.mark.usefixtures("in_account"), pytest.mark.rule("R16")]


@pytest.fixture
def mailbox(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


@pytest.fixture
def alias(alice: Membership, mailbox: Mailbox) -> SenderAlias:
    """Its link holds "secret"."""
    return SenderAlias.objects.create(
        mailbox=mailbox,
        address="info@brand.example",
        address_key="info@brand.example",
        name="Brand",
        digest=digest_of("secret"),
        requested_by=alice,
        expires_at=timezone.now() + timedelta(hours=1),
    )


def test_a_stranger_confirms_it_with_one_click(client: Client, alice: Membership, alias: SenderAlias) -> None:
    url = reverse("alias_confirm", args=["secret"])
    page = client.get(url).content.decode()
    assert "May sales@acme.example write as info@brand.example?" in page
    assert "Alice Archer of Acme" in page
    assert not SenderAlias.objects.get().confirmed_at  # looking is not agreeing
    assert [sender.address for sender in list_senders(alice)] == ["sales@acme.example"]
    assert "may now write as" in client.post(url).content.decode()
    assert [sender.address for sender in list_senders(alice)] == ["sales@acme.example", "info@brand.example"]
    for answer in (client.get(url), client.post(url)):
        assert answer.status_code == 404
        assert "no longer works" in answer.content.decode()


def test_they_are_listed_and_withdrawn(
    signed_in: SignIn, alice: Membership, mailbox: Mailbox, alias: SenderAlias
) -> None:
    client = signed_in(alice)
    assert "not confirmed" in client.get(reverse("mailbox", args=[mailbox.pk])).content.decode()
    url = reverse("mailbox_aliases", args=[mailbox.pk])
    assert "Waits for the link" in client.get(url).content.decode()
    SenderAlias.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    assert "has run out" in client.get(url).content.decode()
    assert client.post(reverse("alias_withdraw", args=[mailbox.pk, alias.pk])).status_code == 302
    assert "No other addresses" in client.get(url).content.decode()


def test_what_is_refused_stays_typed(signed_in: SignIn, alice: Membership, mailbox: Mailbox) -> None:
    url = reverse("mailbox_aliases", args=[mailbox.pk])
    answer = signed_in(alice).post(url, {"address": "sales@acme.example", "name": "Brand"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "This is the address of the mailbox itself." in page
    assert 'value="Brand"' in page


def test_only_those_who_manage_the_mailbox(
    signed_in: SignIn, bob: Membership, charlie: Membership, mailbox: Mailbox, alias: SenderAlias
) -> None:
    for member in (bob, charlie):
        client = signed_in(member)
        assert client.get(reverse("mailbox_aliases", args=[mailbox.pk])).status_code == 404
        assert client.post(reverse("alias_withdraw", args=[mailbox.pk, alias.pk])).status_code == 404
