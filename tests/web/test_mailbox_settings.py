"""Settings, Mailboxes: whose they are, what can be changed, and who may not see them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox

SignIn = Callable[[Membership], Client]
VALUES = {"display_name": "Acme Sales", "signature": "Yours", "group_messages": "on"}


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


@pytest.fixture
def private(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("alice@acme.example", owner=alice)


@pytest.mark.rule("K21", "K23")
def test_the_list_shows_what_the_member_reads(
    signed_in: SignIn, bob: Membership, sales: Mailbox, private: Mailbox
) -> None:
    page = signed_in(bob).get(reverse("mailboxes")).content.decode()
    assert sales.address in page
    assert private.address not in page
    assert f'href="{reverse("mailbox", args=[sales.pk])}"' not in page  # reads it, but does not manage it


@pytest.mark.rule("M91")
def test_the_usual_limits_are_named(signed_in: SignIn, alice: Membership, sales: Mailbox, settings: Settings) -> None:
    settings.DAILY_LIMIT, settings.SEND_PER_SECOND = 3000, 1
    page = signed_in(alice).get(reverse("mailbox", args=[sales.pk])).content.decode()
    shown = [
        re.findall(rf'name="{name}"[^>]*placeholder="([^"]+)"', page) for name in ("daily_limit", "letters_per_minute")
    ]
    assert shown == [["3,000"], ["60"]]


def test_settings_are_saved(signed_in: SignIn, alice: Membership, sales: Mailbox, in_account: Account) -> None:
    answer = signed_in(alice).post(reverse("mailbox", args=[sales.pk]), VALUES)
    sales.refresh_from_db()
    assert answer.status_code == 302
    assert (sales.display_name, sales.group_messages) == ("Acme Sales", True)


def test_a_wrong_limit_keeps_what_was_typed(signed_in: SignIn, alice: Membership, sales: Mailbox) -> None:
    answer = signed_in(alice).post(reverse("mailbox", args=[sales.pk]), VALUES | {"daily_limit": "-9"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="-9"' in page
    assert 'value="Acme Sales"' in page
    assert 'aria-invalid="true"' in page


@pytest.mark.rule("M20")
def test_a_pace_of_its_own(signed_in: SignIn, alice: Membership, sales: Mailbox, in_account: Account) -> None:
    client, url = signed_in(alice), reverse("mailbox", args=[sales.pk])
    client.post(url, VALUES | {"letters_per_minute": "20"})
    sales.refresh_from_db()
    assert sales.letters_per_minute == 20
    assert 'value="20"' in client.get(url).content.decode()
    client.post(url, VALUES | {"letters_per_minute": ""})
    sales.refresh_from_db()
    assert sales.letters_per_minute == 0


@pytest.mark.rule("K24")
def test_only_the_owner_shares_a_personal_mailbox(
    signed_in: SignIn, alice: Membership, sales: Mailbox, private: Mailbox, in_account: Account
) -> None:
    client = signed_in(alice)
    client.post(reverse("mailbox", args=[private.pk]), VALUES | {"shared_with_admins": "on"})
    private.refresh_from_db()
    assert private.shared_with_admins
    assert "shared_with_admins" not in client.get(reverse("mailbox", args=[sales.pk])).content.decode()


@pytest.mark.parametrize("name", ["mailbox", "mailbox_inbox", "mailbox_servers"])
def test_a_colleague_without_the_right_finds_nothing(
    signed_in: SignIn, bob: Membership, sales: Mailbox, name: str
) -> None:
    assert signed_in(bob).get(reverse(name, args=[sales.pk])).status_code == 404


@pytest.mark.parametrize("name", ["mailbox", "mailbox_inbox", "mailbox_servers", "mailbox_progress"])
def test_another_account_finds_nothing(signed_in: SignIn, charlie: Membership, sales: Mailbox, name: str) -> None:
    client = signed_in(charlie)
    assert client.get(reverse(name, args=[sales.pk])).status_code == 404
    assert client.post(reverse("mailbox_sync", args=[sales.pk])).status_code == 404
    assert sales.address not in client.get(reverse("mailboxes")).content.decode()


@pytest.mark.rule("K09")
def test_progress_shows_counts_and_asks_again_until_done(signed_in: SignIn, bob: Membership, sales: Mailbox) -> None:
    client, url = signed_in(bob), reverse("mailbox_progress", args=[sales.pk])
    with tenant(sales.account_id):
        Mailbox.objects.update(state="importing", import_done=312, import_total=500)
    assert "312 of 500 letters" in (page := client.get(url).content.decode())
    assert "every 3s" in page
    with tenant(sales.account_id):
        Mailbox.objects.update(state="synced", import_done=500)
    assert "500 letters are here." in (page := client.get(url).content.decode())
    assert "every 3s" not in page


@pytest.mark.rule("K11")
def test_sync_now_makes_the_mailbox_due(signed_in: SignIn, bob: Membership, sales: Mailbox) -> None:
    answer = signed_in(bob).post(reverse("mailbox_sync", args=[sales.pk]), headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert "toast" in answer["HX-Trigger"]
    with tenant(sales.account_id):
        assert Mailbox.objects.with_servers().get().next_sync_at is not None


def test_passwords_are_never_shown(signed_in: SignIn, alice: Membership, sales: Mailbox) -> None:
    page = signed_in(alice).get(reverse("mailbox_servers", args=[sales.pk])).content.decode()
    assert 'name="password"' in page
    assert "value=" not in page.split('name="password"')[1].split(">")[0]
