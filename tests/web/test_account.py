"""Settings, Account: for administrators."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from tests.conftest import MakeMailbox

SignIn = Callable[[Membership], Client]
VALUES = {"name": "Acme Ltd", "language": "ru", "timezone": "Europe/Madrid", "collecting_limit": "3"}


@pytest.mark.rule("R01")
def test_it_is_changed_and_the_address_of_the_account_stays(
    signed_in: SignIn, alice: Membership, account: Account, make_mailbox: MakeMailbox
) -> None:
    make_mailbox("sales@acme.example", account_of=alice)
    client = signed_in(alice)
    assert "1 shared mailbox collects mail now." in client.get(reverse("account")).content.decode()
    assert client.post(reverse("account"), VALUES | {"name": account.name}).status_code == 302
    account.refresh_from_db()
    assert (account.name, account.slug, account.collecting_limit) == ("Acme", "acme", 3)
    assert (account.language, account.timezone) == ("ru", "Europe/Madrid")


def test_what_is_refused_stays_typed(signed_in: SignIn, alice: Membership) -> None:
    answer = signed_in(alice).post(reverse("account"), VALUES | {"collecting_limit": "-1"})
    assert answer.status_code == 422
    assert 'value="-1"' in answer.content.decode()
    assert 'value="Acme Ltd"' in answer.content.decode()


@pytest.mark.rule("G10", "G11")
def test_only_administrators_and_each_their_own(
    signed_in: SignIn, bob: Membership, charlie: Membership, account: Account
) -> None:
    assert signed_in(bob).get(reverse("account")).status_code == 403
    assert signed_in(bob).post(reverse("account"), VALUES).status_code == 403
    signed_in(charlie).post(reverse("account"), VALUES)
    account.refresh_from_db()
    assert account.name == "Acme"
