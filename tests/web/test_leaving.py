"""Settings, Users, Deactivate: what becomes of each mailbox is asked, and the person is out at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox

SignIn = Callable[[Membership], Client]


@pytest.mark.rule("G11")
def test_a_deactivated_user_cannot_come_in(
    signed_in: SignIn, alice: Membership, bob: Membership, in_account: Account
) -> None:
    assert signed_in(alice).post(reverse("user_leave", args=[bob.pk])).status_code == 302
    assert signed_in(bob).get(reverse("mailboxes")).status_code == 403


def test_each_mailbox_is_asked_about(
    signed_in: SignIn, alice: Membership, bob: Membership, make_mailbox: MakeMailbox, in_account: Account
) -> None:
    kept = make_mailbox("kept@acme.example", owner=bob)
    given = make_mailbox("given@acme.example", owner=bob)
    Mailbox.objects.filter(pk=given.pk).update(shared_with_admins=True)
    client, url = signed_in(alice), reverse("user_leave", args=[bob.pk])
    page = client.get(url).content.decode()
    assert "kept@acme.example" in page
    assert page.count('value="hand_over"') == 1
    typed = {f"fate_{kept.pk}": "disconnect", f"fate_{given.pk}": "hand_over"}
    assert "Choose who gets it." in client.post(url, typed).content.decode()
    assert client.post(url, {**typed, f"owner_{given.pk}": alice.pk}).status_code == 302
    kept.refresh_from_db()
    given.refresh_from_db()
    assert (kept.state, given.owner_id) == (Mailbox.State.DISCONNECTED, alice.pk)


def test_deleting_mail_needs_the_address_typed(
    signed_in: SignIn, alice: Membership, bob: Membership, make_mailbox: MakeMailbox, in_account: Account
) -> None:
    mailbox = make_mailbox("bob@acme.example", owner=bob)
    url, typed = reverse("user_leave", args=[bob.pk]), {f"fate_{mailbox.pk}": "delete"}
    client = signed_in(alice)
    assert "Type the address of this mailbox." in client.post(url, typed).content.decode()
    bob.refresh_from_db()
    assert bob.is_active
    assert client.post(url, {**typed, f"confirm_{mailbox.pk}": "Bob@acme.example "}).status_code == 302
    mailbox.refresh_from_db()
    assert mailbox.state == Mailbox.State.REMOVING


def test_a_mailbox_that_was_left_paused_is_asked_about_later(
    signed_in: SignIn, alice: Membership, bob: Membership, make_mailbox: MakeMailbox, in_account: Account
) -> None:
    mailbox = make_mailbox("bob@acme.example", owner=bob)
    client, url = signed_in(alice), reverse("user_leave", args=[bob.pk])
    client.post(url, {f"fate_{mailbox.pk}": "pause"})
    assert url in client.get(reverse("user", args=[bob.pk])).content.decode()
    assert "bob@acme.example" in client.get(url).content.decode()
    assert client.post(url, {f"fate_{mailbox.pk}": "disconnect"}).status_code == 302
    mailbox.refresh_from_db()
    assert mailbox.state == Mailbox.State.DISCONNECTED
    assert not mailbox.credentials.exists()


def test_who_was_deactivated_is_activated_again(
    signed_in: SignIn, alice: Membership, bob: Membership, in_account: Account
) -> None:
    client = signed_in(alice)
    client.post(reverse("user_leave", args=[bob.pk]))
    assert "Deactivated" in client.get(reverse("user", args=[bob.pk])).content.decode()
    assert client.post(reverse("user_activate", args=[bob.pk])).status_code == 302
    bob.refresh_from_db()
    assert bob.is_active
