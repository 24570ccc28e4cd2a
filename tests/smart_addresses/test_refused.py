"""What was not taken, for people to see why nothing came."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from mailkit.smtp_letters import NO_SUCH_ADDRESS, TOO_LARGE, Envelope
from smart_addresses.models import RefusedLetter
from smart_addresses.refusing import MOST_MISTYPED_A_DAY, note_refusal
from tests.flows.waiting import eventually
from tests.smart_addresses.running import RunningListener, running_listener

__all__ = ["running_listener"]
SignIn = Callable[[Membership], Client]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.rule("K44")
def test_a_mistyped_address_is_noted_where_the_account_is_known(
    alice: Membership, charlie: Membership, running_listener: RunningListener
) -> None:
    with smtplib.SMTP("127.0.0.1", running_listener.port) as client:
        client.ehlo()
        client.mail("bob@client.example")
        for recipient in ["leads@acme.in.example", "leads@nobody.in.example", "nobody@in.example", "a@b.example"]:
            assert client.rcpt(recipient)[0] == 550
    with tenant(alice.account_id):
        eventually(lambda: RefusedLetter.objects.count() == 1)
        refused = RefusedLetter.objects.get()
        assert (refused.code, refused.recipient) == ("no_such_address", "leads@acme.in.example")
    with tenant(charlie.account_id):
        assert not RefusedLetter.objects.exists()


@pytest.mark.rule("K44")
def test_who_tries_names_fills_no_table_and_hides_nothing(alice: Membership) -> None:
    envelope = Envelope("x@y.example", "192.0.2.1", "y.example")
    with tenant(alice.account_id):
        for number in range(MOST_MISTYPED_A_DAY + 5):
            note_refusal(NO_SUCH_ADDRESS, envelope, recipient=f"{number}@acme.in.example")
        assert RefusedLetter.objects.count() == MOST_MISTYPED_A_DAY
        note_refusal(TOO_LARGE, envelope, recipient="acme@in.example")
        assert RefusedLetter.objects.count() == MOST_MISTYPED_A_DAY + 1


def test_older_refusals_are_a_page_further(alice: Membership, charlie: Membership, signed_in: SignIn) -> None:
    now = timezone.now()
    with tenant(alice.account_id):
        RefusedLetter.objects.bulk_create(
            RefusedLetter(
                recipient="acme@in.example", mail_from=f"x{number}@y.example", code="no_such_address",
                day=now.date(), last_at=now - timedelta(minutes=number),
            )
            for number in range(25)
        )  # fmt: skip
    page = signed_in(alice).get("/settings/smart-addresses/").content.decode()
    assert "perhaps it was mistyped" in page
    assert ("x19@y.example" in page, "x20@y.example" in page) == (True, False)
    more = page.partition('hx-get="/settings/smart-addresses/refused/')[2].partition('"')[0].replace("&amp;", "&")
    older = signed_in(alice).get(f"/settings/smart-addresses/refused/{more}").content.decode()
    assert ("x19@y.example" in older, "x20@y.example" in older, "x24@y.example" in older) == (False, True, True)
    assert "@y.example" not in signed_in(charlie).get(f"/settings/smart-addresses/refused/{more}").content.decode()
