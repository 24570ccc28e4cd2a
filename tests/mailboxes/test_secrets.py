"""Passwords of mailboxes: encrypted, bound to their row, and rotated without a stop."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from accounts.models import Account, Membership
from mailboxes.errors import SecretUnreadable
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import keyring, read_secret, store_secret
from mailkit.types import Secret
from tests.conftest import MakeMailbox
from tests.mailboxes.keys import key

FIELD = Credential.Field.IMAP_PASSWORD
PASSWORD = "canary-3f1c"


@pytest.fixture(autouse=True)
def fresh_keyring() -> Iterator[None]:
    keyring.cache_clear()
    yield
    keyring.cache_clear()


@pytest.fixture
def mailbox(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("a@acme.example", account_of=alice)


def test_a_secret_comes_back_and_is_nowhere_in_the_row(mailbox: Mailbox) -> None:
    store_secret(mailbox, FIELD, Secret(PASSWORD))
    row = Credential.objects.get()
    assert PASSWORD not in row.ciphertext
    assert base64.b64encode(PASSWORD.encode()).decode() not in row.ciphertext
    assert read_secret(mailbox, FIELD).value == PASSWORD


def test_a_row_moved_to_another_place_does_not_open(
    mailbox: Mailbox, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    other = make_mailbox("b@acme.example", account_of=alice)
    store_secret(mailbox, FIELD, Secret(PASSWORD))
    Credential.objects.update(mailbox=other)
    with pytest.raises(SecretUnreadable, match="does not open"):
        read_secret(other, FIELD)
    Credential.objects.update(mailbox=mailbox, field=Credential.Field.SMTP_PASSWORD)
    with pytest.raises(SecretUnreadable, match="does not open"):
        read_secret(mailbox, Credential.Field.SMTP_PASSWORD)


def test_the_first_key_encrypts_and_all_decrypt(mailbox: Mailbox, settings: Settings) -> None:
    settings.CREDENTIALS_KEYS = [key("a")]
    store_secret(mailbox, FIELD, Secret(PASSWORD))
    settings.CREDENTIALS_KEYS = [key("b"), key("a")]
    keyring.cache_clear()
    assert read_secret(mailbox, FIELD).value == PASSWORD
    store_secret(mailbox, FIELD, Secret(PASSWORD))
    assert Credential.objects.get().ciphertext.startswith("b:")
    settings.CREDENTIALS_KEYS = [key("a")]
    keyring.cache_clear()
    with pytest.raises(SecretUnreadable, match="CREDENTIALS_KEYS"):
        read_secret(mailbox, FIELD)


@pytest.mark.parametrize("keys", [[], ["a"], ["a:%%%"], [f"a:{base64.b64encode(b'short').decode()}"]])
def test_wrong_keys_are_a_named_error(keys: list[str], settings: Settings) -> None:
    settings.CREDENTIALS_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="CREDENTIALS_KEYS"):
        keyring()


def test_a_secret_shows_itself_nowhere() -> None:
    secret = Secret(PASSWORD)
    assert PASSWORD not in f"{secret} {secret!r}"
