"""What people change is followed: nobody has to tell the watcher."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import store_secret
from mailkit.types import Secret
from sync.watcher.roster import list_watched
from tests.flows.waiting import eventually
from tests.watcher.conftest import MakeWatched, Watch
from tests.watcher.idle_server import PASSWORD, IdleServer


def change(mailbox: Mailbox, **values: object) -> None:
    with tenant(mailbox.account_id):
        Mailbox.objects.filter(pk=mailbox.pk).update(**values)


@pytest.mark.rule("A06")
@pytest.mark.parametrize(
    "values",
    [
        {"push": False},
        {"imap_host": ""},
        {"state": Mailbox.State.NEEDS_LOGIN},
        {"next_sync_at": None},
    ],
)
def test_what_is_not_to_be_read_is_let_go(
    watching: Watch, watched: MakeWatched, plain_server: IdleServer, values: dict[str, object]
) -> None:
    mailbox = watched(plain_server, "anna")
    with watching() as office:
        client = plain_server.wait_for("anna")
        change(mailbox, **values)
        eventually(lambda: not plain_server.clients, timeout=20)
        assert client.heard[-2:] == ["DONE", "LOGOUT"]
        assert office.watcher.counts() == {}


def test_a_disconnected_mailbox_is_let_go(watching: Watch, watched: MakeWatched, plain_server: IdleServer) -> None:
    mailbox = watched(plain_server, "anna")
    other = watched(plain_server, "bert")
    with watching() as office:
        for user in ("anna", "bert"):
            plain_server.wait_for(user)
        office.waits_for_wake(other)
        with tenant(mailbox.account_id):
            mailbox.delete()
        eventually(lambda: not plain_server.idling("anna"), timeout=20)
        plain_server.say("bert", "4 EXISTS")
        office.waits_for_wake(other)


def test_another_sign_in_is_another_connection(watching: Watch, watched: MakeWatched, plain_server: IdleServer) -> None:
    mailbox = watched(plain_server, "anna")
    with watching():
        plain_server.wait_for("anna")
        change(mailbox, imap_username="berta")
        plain_server.wait_for("berta")
        eventually(lambda: not plain_server.idling("anna"), timeout=20)


def test_a_refused_password_is_tried_again_when_it_was_changed(
    watching: Watch, watched: MakeWatched, plain_server: IdleServer
) -> None:
    plain_server.password = "changed"
    mailbox = watched(plain_server, "anna")
    with watching() as office:
        eventually(lambda: plain_server.logins, timeout=20)
        eventually(lambda: office.watcher.counts() == {"waiting": 1}, timeout=20)
        with tenant(mailbox.account_id):
            store_secret(mailbox, Credential.Field.IMAP_PASSWORD, Secret("changed"))
        plain_server.wait_for("anna")
        assert plain_server.logins == ["anna", "anna"]


def test_a_refused_password_is_tried_again_when_a_visit_got_in_with_it(
    watching: Watch, watched: MakeWatched, plain_server: IdleServer
) -> None:
    plain_server.password = "not now"
    mailbox = watched(plain_server, "anna")
    with watching() as office:
        eventually(lambda: plain_server.logins, timeout=20)
        eventually(lambda: office.watcher.counts() == {"waiting": 1}, timeout=20)
        plain_server.password = PASSWORD
        change(mailbox, last_synced_at=timezone.now())
        plain_server.wait_for("anna")


@pytest.mark.rule("A06")
def test_several_watchers_share_the_mailboxes(
    watched: MakeWatched, plain_server: IdleServer, alice: Membership, charlie: Membership
) -> None:
    ours = [watched(plain_server, f"user{number}").pk for number in range(4)]
    theirs = [watched(plain_server, f"user{number}", member=charlie).pk for number in range(3)]
    shares = [set(list_watched(count=2, index=index)) for index in range(2)]
    assert shares[0] | shares[1] == {*ours, *theirs}
    assert not shares[0] & shares[1]
    assert all(shares)
