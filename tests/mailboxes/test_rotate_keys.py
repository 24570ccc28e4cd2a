"""`manage.py rotate_keys`: every secret is encrypted anew, none gets lost, and nobody notices.

Some twelve hundred secrets in the usual run; ROTATED_SECRETS=100000 for the full proof.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import Membership
from accounts.tenancy import every_account, tenant
from mailboxes import key_rotation
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import bound_to, keyring, read_secret, seal, store_secret
from mailkit.types import Secret
from tests.conftest import MakeMailbox
from tests.mailboxes.keys import key

COUNT = int(os.environ.get("ROTATED_SECRETS", "1200"))
FIELDS = (Credential.Field.IMAP_PASSWORD, Credential.Field.SMTP_PASSWORD)
ALL_FIELDS = tuple(Credential.Field)


def use_keys(settings: Settings, *letters: str) -> None:
    settings.CREDENTIALS_KEYS = [key(letter) for letter in letters]
    keyring.cache_clear()


@pytest.fixture(autouse=True)
def old_key(settings: Settings) -> Iterator[None]:
    use_keys(settings, "a")
    yield
    keyring.cache_clear()


def run(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("rotate_keys", "--json", *arguments, stdout=out)
    figures: dict[str, Any] = json.loads(out.getvalue())
    return figures


def test_secrets_of_all_accounts_are_rotated_and_the_old_key_is_needed_no_more(
    alice: Membership, charlie: Membership, make_mailbox: MakeMailbox, settings: Settings
) -> None:
    boxes = [make_mailbox(f"{who.pk}@a.example", owner=who) for who in (alice, charlie)]
    for box in boxes:
        with tenant(box.account_id):
            for field in FIELDS:
                store_secret(box, field, Secret(f"secret of {box.pk} {field}"))
    use_keys(settings, "b", "a")
    assert run("--dry-run") == {"key": "b", "rotated": 0, "unreadable": 0, "by_key": {"a": 4}}
    assert run() == {"key": "b", "rotated": 4, "unreadable": 0, "by_key": {"b": 4}}
    assert run()["rotated"] == 0
    use_keys(settings, "b")
    for box in boxes:
        with tenant(box.account_id):
            assert [read_secret(box, field).value for field in FIELDS] == [
                f"secret of {box.pk} {field}" for field in FIELDS
            ]


def test_many_go_in_batches_and_none_is_left(alice: Membership, make_mailbox: MakeMailbox, settings: Settings) -> None:
    with tenant(alice.account_id):
        _store_many(make_mailbox("a@acme.example", account_of=alice))
    use_keys(settings, "b", "a")
    with CaptureQueriesContext(connection) as queries:
        batches = [batch.rotated for batch in key_rotation.rotate()]
    assert (sum(batches), max(batches)) == (COUNT, 500)
    assert len(queries) < 6 * len(batches) + 6
    use_keys(settings, "b")
    with tenant(alice.account_id):
        boxes = Mailbox.objects.filter(credentials__isnull=False).distinct().prefetch_related("credentials")
        opened = [read_secret(box, field).value == _secret_of(box, field) for box in boxes for field in ALL_FIELDS]
    assert opened == [True] * COUNT


def _store_many(one: Mailbox) -> None:
    """All that a mailbox may have: it takes longer to make than they."""
    names = [field.attname for field in Mailbox._meta.concrete_fields if field.attname not in ("id", "address_key")]
    common = {name: getattr(one, name) for name in names}
    boxes = Mailbox.objects.bulk_create(
        (Mailbox(address_key=f"{number}", **common) for number in range(COUNT // len(ALL_FIELDS))), batch_size=1000
    )
    Credential.objects.bulk_create(
        (_sealed(box, field) for box in boxes for field in ALL_FIELDS),
        batch_size=1000,
    )


def _sealed(box: Mailbox, field: str) -> Credential:
    place = bound_to(box.account_id, box.pk, field)
    return Credential(mailbox=box, field=field, ciphertext=seal(Secret(_secret_of(box, field)), place))


def _secret_of(box: Mailbox, field: str) -> str:
    return f"secret of {box.pk} {field}"


def test_what_was_broken_off_goes_on(alice: Membership, make_mailbox: MakeMailbox, settings: Settings) -> None:
    box = make_mailbox("a@acme.example", account_of=alice)
    with tenant(alice.account_id):
        for field in FIELDS:
            store_secret(box, field, Secret(field))
    use_keys(settings, "b", "a")
    next(key_rotation.rotate(batch=1))
    assert key_rotation.count_by_key() == {"a": 1, "b": 1}
    assert run()["by_key"] == {"b": 2}


def test_a_password_entered_meanwhile_wins(alice: Membership, make_mailbox: MakeMailbox, settings: Settings) -> None:
    box = make_mailbox("a@acme.example", account_of=alice)
    with tenant(alice.account_id):
        store_secret(box, FIELDS[0], Secret("old"))
        use_keys(settings, "b", "a")
        read = list(Credential.objects.all())
        store_secret(box, FIELDS[0], Secret("new"))
        assert key_rotation.rotate_rows(read).rotated == 0
        assert read_secret(box, FIELDS[0]).value == "new"


def test_nobody_takes_it_for_a_new_sign_in(alice: Membership, make_mailbox: MakeMailbox, settings: Settings) -> None:
    """The watcher opens its connections anew when a password has changed."""
    box = make_mailbox("a@acme.example", account_of=alice)
    with tenant(alice.account_id):
        store_secret(box, FIELDS[0], Secret("x"))
        before = Credential.objects.get().changed_at
        use_keys(settings, "b", "a")
        run()
        assert Credential.objects.get().changed_at == before


@pytest.mark.parametrize("broken", ["", "z:AAAA:AAAA", "a:AAAA:AAAA", "a:%%%", "a:AAAAAAAAAAAAAAAA:AAAA"])
def test_what_cannot_be_read_stays_and_is_named(
    alice: Membership, make_mailbox: MakeMailbox, settings: Settings, broken: str
) -> None:
    box = make_mailbox("a@acme.example", account_of=alice)
    with tenant(alice.account_id):
        for field in FIELDS:
            store_secret(box, field, Secret("x"))
        Credential.objects.filter(field=FIELDS[0]).update(ciphertext=broken)
    use_keys(settings, "b", "a")
    with pytest.raises(CommandError, match="1 secrets cannot be read"):
        run()
    with every_account("look"):
        assert Credential.objects.get(field=FIELDS[0]).ciphertext == broken
        assert Credential.objects.get(field=FIELDS[1]).ciphertext.startswith("b:")
