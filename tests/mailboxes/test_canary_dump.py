"""Planted secrets are in no dump of the database, and on no page that tells of an error of ours."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Membership
from accounts.tenancy import EVERY_ROLE, tenant
from crm_mail.embedded.binaries import find_postgres
from mailboxes import connections
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import read_secret, store_secret
from mailkit.types import Secret
from tests.api.client import ApiClient
from tests.conftest import MakeMailbox
from tests.mailboxes.test_canary_secrets import FIELDS, PREFIX, variants

SignIn = Callable[[Membership], Client]
MAILBOXES = 25


def plant(alice: Membership, make_mailbox: MakeMailbox, count: int) -> list[Mailbox]:
    boxes = [make_mailbox(f"box{number}@acme.example", account_of=alice) for number in range(count)]
    with tenant(alice.account_id):
        for box in boxes:
            for field in FIELDS:
                store_secret(box, field, Secret(f"{PREFIX}-{box.pk}-{field}"))
    return boxes


def dump() -> bytes:
    """All rows of the test's database, as a backup has them."""
    url = urlsplit(os.environ["DATABASE_URL"])
    told = [f"--host={url.hostname}", f"--port={url.port}", f"--username={url.username}"]
    command = [str(find_postgres() / "pg_dump"), *told, "--inserts", "--enable-row-security", f"--role={EVERY_ROLE}"]
    done = subprocess.run(
        [*command, str(connection.settings_dict["NAME"])],
        env={**os.environ, "PGPASSWORD": url.password or ""},
        check=True,
        capture_output=True,
        timeout=120,
    )
    return done.stdout


@pytest.mark.rule("G10")
@pytest.mark.django_db(transaction=True)  # a dump sees what is committed
def test_no_planted_secret_is_in_a_dump(alice: Membership, make_mailbox: MakeMailbox) -> None:
    boxes = plant(alice, make_mailbox, MAILBOXES)
    dumped = dump()
    with tenant(alice.account_id):
        ciphertexts = list(Credential.objects.values_list("ciphertext", flat=True))
    assert len(ciphertexts) == 2 * len(boxes)
    assert all(ciphertext.encode() in dumped for ciphertext in ciphertexts)  # it is all there
    assert [word for word in variants(PREFIX) if word.lower().encode() in dumped.lower()] == []


@pytest.mark.rule("G10")
def test_no_planted_secret_is_on_an_error_page(
    alice: Membership, make_mailbox: MakeMailbox, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What breaks holds the secret at that moment, and its words repeat it."""
    [box] = plant(alice, make_mailbox, 1)

    def break_down(mailbox: Mailbox, field: str) -> Secret:
        raise RuntimeError(read_secret(mailbox, field).value)

    monkeypatch.setattr(connections, "read_secret", break_down)
    browser, api = signed_in(alice), ApiClient(alice)
    browser.raise_request_exception = api.client.raise_request_exception = False
    page = browser.get(f"/settings/mailboxes/{box.pk}/why/", {"by": "address", "value": "anna@client.example"})
    answers = [page, api.post(f"mailboxes/{box.pk}/test/")]
    assert [answer.status_code for answer in answers] == [500, 500]
    assert "Something broke on our side" in page.content.decode()
    assert [word for word in variants(PREFIX) for answer in answers if word.encode() in answer.content] == []
