"""What people see of a mailbox that cannot be read any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.models import Membership, Notice
from accounts.tenancy import tenant
from mailboxes.advice import advice_for
from mailboxes.errors import ServersFailed
from mailboxes.models import Credential, Mailbox
from mailboxes.requests import ConnectRequest
from mailboxes.secrets import store_secret
from mailboxes.services import connect_mailbox
from mailkit.types import Secret
from sync.services import request_sync
from tests.flows.people import connect, server_request
from tests.flows.waiting import eventually
from tests.servers.pymap_server import PymapServer
from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.flow


@pytest.mark.rule("M04", "M05")
def test_a_wrong_password_is_refused_and_the_step_is_named(
    real_worker: Path, alice: Membership, pymap_server: PymapServer, smtp_sink: SmtpSink
) -> None:
    user = pymap_server.new_user()
    request = ConnectRequest(
        address=user,
        display_name="",
        kind="shared",
        imap=server_request(pymap_server.address(), pymap_server.login(user), password="wrong"),
        smtp=server_request(smtp_sink.address(), smtp_sink.login()),
    )
    with tenant(alice.account_id):
        with pytest.raises(ServersFailed) as refused:
            connect_mailbox(alice, request)
        assert not Mailbox.objects.with_servers().exists()
    failed = [(step.protocol, step.step, step.code) for step in refused.value.report.steps if step.ok is False]
    assert failed == [("imap", "login", "login_refused")]


@pytest.mark.rule("M05")
def test_a_password_changed_at_the_provider_asks_for_a_sign_in_once(
    real_worker: Path, alice: Membership, pymap_server: PymapServer, smtp_sink: SmtpSink
) -> None:
    with tenant(alice.account_id):
        mailbox = connect(alice, pymap_server, pymap_server.new_user(), smtp_sink)
        eventually(lambda: Mailbox.objects.with_servers().get().state == Mailbox.State.SYNCED)
        store_secret(mailbox, Credential.Field.IMAP_PASSWORD, Secret("changed"))
        request_sync(mailbox)
        eventually(lambda: Mailbox.objects.with_servers().get().failure_count == 1)
        request_sync(mailbox)
        eventually(lambda: Mailbox.objects.with_servers().get().failure_count == 2)
        seen = Mailbox.objects.with_servers().get()
        assert (seen.state, seen.status, seen.next_sync_at) == ("needs_login", "red", None)
        assert advice_for(seen.error_code) is not None
        assert Notice.objects.filter(membership=alice).count() == 1
