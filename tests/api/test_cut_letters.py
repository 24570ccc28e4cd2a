"""A letter too long to be shown as a whole says so, in both faces, and its file has all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes import leases
from mailboxes.models import Mailbox
from mailkit.mime_parts import MAX_TEXT_BYTES
from sync.mailbox_sync import sync_mailbox
from tests.api.client import ApiClient, json_of
from tests.servers.pymap_server import PymapServer
from tests.sync.letters import letter
from threads.models import FolderEntry

pytestmark = [pytest.mark.django_db, pytest.mark.rule("K62")]
LINE = b"All work and no play makes Jack a dull boy.\r\n"
SAID = "This letter is too long to be shown whole"


@pytest.fixture
def novel(
    alice: Membership, alice_api: ApiClient, connect_body: dict[str, Any], pymap_server: PymapServer
) -> tuple[bytes, dict[str, Any]]:
    """As it lies on the server, and as the API tells of it."""
    raw = letter(1, to=connect_body["address"]) + LINE * (MAX_TEXT_BYTES // len(LINE) + 1000)
    pymap_server.deliver(connect_body["address"], raw)
    mailbox_id = json_of(alice_api.post("mailboxes/", connect_body), 201)["id"]
    with tenant(alice.account_id):
        lease = leases.claim(int(mailbox_id))
        assert lease is not None
        sync_mailbox(lease, deadline=1e9)
    return raw, json_of(alice_api.get("messages/"))["results"][0]


def test_its_file_comes_from_the_server(
    novel: tuple[bytes, dict[str, Any]],
    alice_api: ApiClient,
    alice: Membership,
    bob: Membership,
    signed_in: Callable[[Membership], Client],
) -> None:
    raw, message = novel
    assert message["is_cut"] is True
    client = signed_in(alice)
    assert SAID in client.get(f"/mail/inbox/{message['thread']}/", headers={"HX-Request": "true"}).content.decode()
    for answer in (
        alice_api.get(f"messages/{message['id']}/raw/"),
        client.get(f"/mail/messages/{message['id']}/raw/"),
    ):
        assert (answer.status_code, answer["Content-Type"]) == (200, "message/rfc822")
        assert answer.getvalue() == raw
    assert signed_in(bob).get(f"/mail/messages/{message['id']}/raw/").status_code == 404


def test_without_the_server_there_is_its_beginning_or_a_word(
    novel: tuple[bytes, dict[str, Any]],
    alice_api: ApiClient,
    alice: Membership,
    signed_in: Callable[[Membership], Client],
) -> None:
    raw, message = novel
    client, path = signed_in(alice), f"messages/{message['id']}/raw/"
    with tenant(alice.account_id):
        Mailbox.objects.update(imap_port=1)
    assert client.get(f"/mail/{path}").status_code == 503
    with tenant(alice.account_id):
        FolderEntry.objects.update(is_on_server=False)
    for answer in (alice_api.get(path), client.get(f"/mail/{path}")):
        assert answer.content.startswith(b"X-CRM-Mail-Incomplete: yes\r\n" + raw[:100])
