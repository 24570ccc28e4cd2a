"""Settings, a mailbox, Servers and password: it is connected again in place, by password or at its provider (A13)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Credential, Mailbox
from tests.conftest import MakeMailbox
from tests.servers.pymap_server import PymapServer
from tests.servers.smtp_sink import SmtpSink
from tests.web.stale import make_stale

SignIn = Callable[[Membership], Client]


@pytest.fixture
def bobs(bob: Membership, pymap_server: PymapServer, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox(pymap_server.new_user(), owner=bob)


@pytest.fixture
def typed(pymap_server: PymapServer, smtp_sink: SmtpSink) -> dict[str, str]:
    return {
        "password": pymap_server.password,
        "imap_host": "localhost",
        "imap_port": str(pymap_server.port),
        "imap_security": "none",
        "smtp_host": "localhost",
        "smtp_port": str(smtp_sink.port),
        "smtp_security": "none",
        "smtp_username": smtp_sink.user,
        "smtp_password": smtp_sink.password,
    }


@pytest.mark.rule("A13", "K65")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", ["needs_login", "disconnected", "paused"])
def test_a_new_password_continues_where_it_was(
    signed_in: SignIn, bob: Membership, bobs: Mailbox, typed: dict[str, str], state: str
) -> None:
    with tenant(bob.account_id):
        Mailbox.objects.update(state=state, status="red", next_sync_at=None)
    client, url = signed_in(bob), reverse("mailbox_servers", args=[bobs.pk])
    assert "Test and reconnect" in client.get(url).content.decode()
    wrong = client.post(url, typed | {"password": "not-the-password-7"}, headers={"HX-Request": "true"})
    assert wrong.status_code == 422
    assert "not-the-password-7" not in wrong.content.decode()
    assert client.post(url, typed)["Location"] == reverse("mailbox", args=[bobs.pk])
    with tenant(bob.account_id):
        again = Mailbox.objects.with_servers().get()
        assert (again.pk, again.status) == (bobs.pk, "green")
        assert again.next_sync_at is not None
        assert Credential.objects.count() == 2


@pytest.mark.rule("K03", "A13")
def test_its_provider_may_be_gone_to_instead(
    signed_in: SignIn, bob: Membership, bobs: Mailbox, settings: Settings
) -> None:
    settings.OAUTH_CLIENTS = {"google": ("id", "secret")}
    url = reverse("mailbox_servers", args=[bobs.pk])
    client = signed_in(bob)
    assert "Continue with" not in client.get(url).content.decode()
    with tenant(bob.account_id):
        Mailbox.objects.update(imap_host="imap.gmail.com")
    page = client.get(url).content.decode()
    assert "Continue with Google" in page
    assert f'action="{reverse("oauth_reconnect", args=[bobs.pk])}"' in page
    assert "App passwords" in page


def test_it_asks_for_a_fresh_sign_in_and_is_closed_to_others(
    signed_in: SignIn, alice: Membership, bob: Membership, charlie: Membership, bobs: Mailbox
) -> None:
    url = reverse("mailbox_servers", args=[bobs.pk])
    for stranger in (alice, charlie):
        assert signed_in(stranger).get(url).status_code == 404
    assert make_stale(signed_in(bob)).get(url)["Location"].startswith(reverse("confirm_sign_in"))
