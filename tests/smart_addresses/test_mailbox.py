"""The mailbox "Smart addresses": there from the first moment, for those who may read it, and never a sender."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.account_settings import AccountChanges, change_account
from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.access import get_managed_mailbox_for
from mailboxes.errors import MailboxNotFound
from mailboxes.mail_access import set_mail_access
from mailboxes.models import Mailbox
from mailboxes.policy import readers_of
from mailboxes.system import system_mailbox
from outbox.errors import LetterRefused
from outbox.requests import LetterRequest
from outbox.services import queue_letter
from tests.smart_addresses.arrivals import arrive
from tests.threads.builders import Mail
from threads.models import Message

pytestmark = pytest.mark.usefixtures("in_account")


@pytest.mark.rule("K40")
def test_it_is_there_with_the_account(alice: Membership) -> None:
    (mailbox,) = Mailbox.objects.all()
    assert (mailbox.kind, mailbox.address, mailbox.next_sync_at) == ("system", "acme@in.example", None)
    assert system_mailbox() == mailbox
    assert Mailbox.objects.count() == 1


@pytest.mark.rule("K40")
def test_administrators_and_ticked_users_read_it(alice: Membership, bob: Membership) -> None:
    mailbox, letter = system_mailbox(), arrive("filing", Mail())
    assert set(readers_of(mailbox)) == {alice, bob}
    assert Message.objects.visible_to(bob).filter(arrived=letter).exists()
    set_mail_access(alice, bob, mailboxes=[])
    bob.refresh_from_db()
    assert not Message.objects.visible_to(bob).exists()
    assert set(readers_of(mailbox)) == {alice}
    set_mail_access(alice, bob, mailboxes=[mailbox.pk])
    assert Message.objects.visible_to(bob).exists()
    assert set(readers_of(mailbox)) == {alice, bob}


@pytest.mark.rule("K40")
def test_nobody_manages_it(alice: Membership) -> None:
    with pytest.raises(MailboxNotFound):
        get_managed_mailbox_for(alice, system_mailbox().pk)


@pytest.mark.rule("K47")
def test_nothing_is_sent_from_it(alice: Membership) -> None:
    assert not Mailbox.objects.sendable_by(alice).exists()
    with pytest.raises(LetterRefused, match="only receive"):
        queue_letter(alice, LetterRequest(system_mailbox().pk, ["anna@client.example"], subject="Hi", text="Hi"))


@pytest.mark.rule("K48")
def test_its_address_follows_the_name(alice: Membership) -> None:
    change_account(alice, AccountChanges(name="Romashka"))
    assert Mailbox.objects.get().address == "romashka@in.example"


@pytest.mark.rule("K40", "R01")
def test_the_api_shows_it_and_changes_nothing_of_it(alice: Membership, with_token: Callable[..., Client]) -> None:
    client, mailbox = with_token(alice), system_mailbox()
    (row,) = client.get("/api/v1/mailboxes/").json()["results"]
    assert (row["kind"], row["address"]) == ("system", "acme@in.example")
    url = f"/api/v1/mailboxes/{mailbox.pk}/"
    assert client.patch(url, {"display_name": "X"}, content_type="application/json").status_code == 404
    assert client.post(f"{url}disconnect/", {}, content_type="application/json").status_code == 404
    assert not Mailbox.objects.collecting().exists()


def test_none_is_connected_as_such(alice: Membership, with_token: Callable[..., Client]) -> None:
    request = {"address": "x@acme.example", "kind": "system", "password": "secret"}
    answer = with_token(alice).post("/api/v1/mailboxes/", request, content_type="application/json")
    assert answer.status_code == 400
    assert Mailbox.objects.count() == 1


def test_charlie_sees_nothing_of_it(alice: Membership, charlie: Membership) -> None:
    arrive("filing", Mail())
    with tenant(charlie.account_id):
        assert not Message.objects.visible_to(charlie).exists()
        assert Mailbox.objects.get().address == "globex@in.example"
