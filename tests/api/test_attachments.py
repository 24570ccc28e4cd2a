"""`attachments/`: bytes from the mail server, to be saved; 410 once they are no longer there."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes import leases
from mailboxes.models import Mailbox
from sync.mailbox_sync import sync_mailbox
from tests.api.client import ApiClient, assert_closed, json_of, problem_of
from tests.api.conftest import MakeLetter
from tests.servers.pymap_server import PymapServer
from tests.sync.letters import letter
from threads.models import FolderEntry, Message

pytestmark = pytest.mark.django_db
FOREVER = 1e9


@pytest.fixture
def path(alice: Membership, alice_api: ApiClient, connect_body: dict[str, Any], pymap_server: PymapServer) -> str:
    """Of a file that came with a letter to a mailbox of Alice's."""
    page = b"<script>x()</script>"
    pymap_server.deliver(connect_body["address"], letter(1, to=connect_body["address"], files={'Ofe"rta ñ.pdf': page}))
    mailbox_id = json_of(alice_api.post("mailboxes/", connect_body), 201)["id"]
    with tenant(alice.account_id):
        lease = leases.claim(int(mailbox_id))
        assert lease is not None
        sync_mailbox(lease, deadline=FOREVER)
    (message,) = json_of(alice_api.get("messages/"))["results"]
    return f"attachments/{message['attachments'][0]['id']}/"


@pytest.mark.rule("K62")
def test_the_bytes_come_from_the_server_and_are_only_to_be_saved(path: str, alice_api: ApiClient) -> None:
    answer = alice_api.get(path)
    assert answer.status_code == 200, answer.content
    assert answer.content == b"<script>x()</script>"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.rule("K62")
def test_what_is_no_longer_on_the_server_is_gone(path: str, alice: Membership, alice_api: ApiClient) -> None:
    with tenant(alice.account_id):
        FolderEntry.objects.update(is_on_server=False)
        Message.objects.update(on_server=False)
    problem_of(alice_api.get(path), 410, "attachment-gone")
    (message,) = json_of(alice_api.get("messages/"))["results"]
    assert message["attachments"][0]["available"] is False


@pytest.mark.rule("K23")
def test_others_are_refused(
    alice: Membership,
    sales: Mailbox,
    alices_own: Mailbox,
    make_letter: MakeLetter,
    bob: Membership,
    charlie: Membership,
) -> None:
    with tenant(alice.account_id):
        ids = [make_letter(mailbox).attachments.get().pk for mailbox in (sales, alices_own)]
    for row_id in ids:
        assert_closed("GET", f"attachments/{row_id}/", stranger=charlie, without=["contacts:read"])
    assert_closed("GET", f"attachments/{ids[1]}/", stranger=bob)
