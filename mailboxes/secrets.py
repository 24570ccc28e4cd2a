"""Encryption of mailbox secrets: AES-256-GCM, keys outside the database (docs/adr/0006-credential-encryption.md).

A stored secret reads "key id:nonce:ciphertext", base64. The additional data names account, mailbox and field, so a row
copied to another place does not decrypt. The first key of CREDENTIALS_KEYS encrypts, all decrypt: so keys rotate.
"""

from __future__ import annotations

import base64
import binascii
import functools
import os
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from mailboxes.errors import SecretUnreadable
from mailboxes.models import Credential, Mailbox
from mailkit.types import Secret

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D, section 8.2.2: random nonces


@functools.cache
def keyring() -> dict[str, AESGCM]:
    """Key id to key, the encrypting one first. Raises ImproperlyConfigured with the variable's name."""
    keys = {}
    for entry in settings.CREDENTIALS_KEYS:
        key_id, _, encoded = entry.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ImproperlyConfigured(f"CREDENTIALS_KEYS: key {key_id} is not base64") from error
        if not key_id or len(key) != KEY_BYTES:
            raise ImproperlyConfigured("CREDENTIALS_KEYS must be id:key pairs, each key 32 bytes in base64")
        keys[key_id] = AESGCM(key)
    if not keys:
        raise ImproperlyConfigured("CREDENTIALS_KEYS is empty")
    return keys


def bound_to(account_id: int | None, mailbox_id: int, field: str) -> bytes:
    """The place that a mailbox's secret opens in."""
    return f"{account_id}|{mailbox_id}|{field}|1".encode()


def seal(secret: Secret, place: bytes) -> str:
    """Encrypted with the first key; it opens only where it is bound to the same."""
    key_id, key = next(iter(keyring().items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = key.encrypt(nonce, secret.value.encode(), place)
    return ":".join([key_id, base64.b64encode(nonce).decode(), base64.b64encode(sealed).decode()])


def unseal(ciphertext: str, place: bytes) -> Secret:
    """Raises SecretUnreadable."""
    key_id, _, rest = ciphertext.partition(":")
    if key_id not in keyring():
        raise SecretUnreadable(f"key {key_id[:64]} is not in CREDENTIALS_KEYS")
    nonce, _, sealed = rest.partition(":")
    try:
        opened = keyring()[key_id].decrypt(base64.b64decode(nonce), base64.b64decode(sealed), place)
    except (InvalidTag, ValueError) as error:  # ValueError: not even the form of one
        raise SecretUnreadable(f"{place.decode()} does not open") from error
    return Secret(opened.decode())


def store_secret(mailbox: Mailbox, field: str, secret: Secret, *, expires_at: datetime | None = None) -> None:
    sealed = {"ciphertext": seal(secret, bound_to(mailbox.account_id, mailbox.pk, field)), "expires_at": expires_at}
    Credential.objects.update_or_create(mailbox=mailbox, field=field, defaults=sealed)


def read_secret(mailbox: Mailbox, field: str) -> Secret:
    """Raises SecretUnreadable, also when there is none. Asks no database where credentials were prefetched."""
    row = next((credential for credential in mailbox.credentials.all() if credential.field == field), None)
    if row is None:
        raise SecretUnreadable(f"no {field} for mailbox {mailbox.pk}")
    return unseal(row.ciphertext, bound_to(mailbox.account_id, mailbox.pk, field))
