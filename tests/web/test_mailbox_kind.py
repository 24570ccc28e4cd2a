"""Settings of a mailbox: personal or shared, and whose."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox

SignIn = Callable[[Membership], Client]
pytestmark = [pytest.mark.usefixtures("in_account"), pytest.mark.rule("K25")]


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


@pytest.fixture
def bobs_own(bob: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("bob@acme.example", owner=bob)


def page_of(mailbox: Mailbox) -> str:
    return reverse("mailbox_kind", args=[mailbox.pk])


def test_an_administrator_gives_it_to_a_user_and_loses_sight_of_it(
    signed_in: SignIn, alice: Membership, bob: Membership, sales: Mailbox
) -> None:
    client = signed_in(alice)
    answer = client.post(page_of(sales), {"kind": "personal", "owner": str(bob.pk)}, follow=True)
    assert answer.redirect_chain == [(reverse("mailboxes"), 302)]
    page = answer.content.decode()
    assert "sales@acme.example is the personal mailbox of Bob Baker." in page
    assert client.get(page_of(sales)).status_code == 404
    assert "is your personal mailbox now" in signed_in(bob).get(reverse("notices")).content.decode()


def test_shared_again_it_stays_in_view_and_an_owner_chosen_before_is_left_out(
    signed_in: SignIn, alice: Membership, bob: Membership, bobs_own: Mailbox
) -> None:
    Mailbox.objects.filter(pk=bobs_own.pk).update(shared_with_admins=True)
    answer = signed_in(alice).post(page_of(bobs_own), {"kind": "shared", "owner": str(bob.pk)}, follow=True)
    assert answer.redirect_chain == [(reverse("mailbox", args=[bobs_own.pk]), 302)]
    bobs_own.refresh_from_db()
    assert (bobs_own.kind, bobs_own.owner) == ("shared", None)


def test_a_missing_owner_is_asked_for_and_the_choice_stays(
    signed_in: SignIn, alice: Membership, sales: Mailbox
) -> None:
    answer = signed_in(alice).post(page_of(sales), {"kind": "personal", "owner": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose the active user" in page
    assert 'value="personal" id="id_kind_0" checked' in page


def test_others_are_refused(
    signed_in: SignIn, bob: Membership, charlie: Membership, sales: Mailbox, bobs_own: Mailbox
) -> None:
    assert signed_in(bob).get(page_of(sales)).status_code == 404
    assert signed_in(bob).get(page_of(bobs_own)).status_code == 403
    assert signed_in(charlie).post(page_of(sales), {"kind": "shared"}).status_code == 404


@pytest.mark.rule("K24", "K25")
def test_the_settings_say_whose_it_is_and_what_a_user_can_do(
    signed_in: SignIn, alice: Membership, bob: Membership, sales: Mailbox, bobs_own: Mailbox, account: Account
) -> None:
    def settings(member: Membership, mailbox: Mailbox) -> str:
        return signed_in(member).get(reverse("mailbox", args=[mailbox.pk])).content.decode()

    own = settings(bob, bobs_own)
    assert "To make it shared, share it with the administrators" in own
    assert page_of(bobs_own) not in own
    assert page_of(sales) in settings(alice, sales)
    Mailbox.objects.filter(pk=bobs_own.pk).update(shared_with_admins=True)
    assert "It belongs to Bob Baker, who shares it" in settings(alice, bobs_own)
