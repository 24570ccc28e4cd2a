"""`manage.py sync_mailbox ID` visits a mailbox in the foreground."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes import leases
from mailboxes.models import Mailbox
from sync.mailbox_sync import sync_mailbox
from tests.conftest import MakeMailbox
from tests.servers.fake_imap import FakeServer
from tests.sync.letters import letter

USER = "sales@acme.example"


@pytest.fixture
def mailbox(
    alice: Membership, make_mailbox: MakeMailbox, fake_server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> Mailbox:
    made = make_mailbox(USER, account_of=alice)
    fake_server.deliver(USER, letter(1))
    defaults = {"is_light": False, "connect": lambda _mailbox: fake_server.open(USER)}
    monkeypatch.setattr(sync_mailbox, "__kwdefaults__", defaults)
    with tenant(alice.account_id):
        Mailbox.objects.update(next_sync_at=timezone.now())
    return made


def test_it_brings_what_is_new_and_says_so(mailbox: Mailbox) -> None:
    out = StringIO()
    call_command("sync_mailbox", str(mailbox.pk), "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"mailbox": mailbox.pk, "state": "synced", "new": 1, "messages": 1}
    out = StringIO()
    call_command("sync_mailbox", str(mailbox.pk), stdout=out)
    assert out.getvalue() == "synced: 0 new letters, 1 in all\n"


def test_a_mailbox_that_is_busy_or_not_there_is_an_error(mailbox: Mailbox) -> None:
    with tenant(mailbox.account_id):
        assert leases.claim(mailbox.pk)
    with pytest.raises(CommandError, match="works on this mailbox"):
        call_command("sync_mailbox", str(mailbox.pk))
    with pytest.raises(CommandError, match="no mailbox"):
        call_command("sync_mailbox", "999999999")
