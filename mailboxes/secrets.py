"""Encryption of mailbox secrets: AES-256-GCM, keys outside the database (docs/adr/0006-credential-encryption.md).

A stored secret reads "key id:nonce:ciphertext", base64. The additional data names account, mailbox and field, so a row
copied to another place does not decrypt. The first key of CREDENTIALS_KEYS encrypts, all decrypt: so keys rotate.
"""

from __future__ import annotations

import base64
import binascii
import functools
import os

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


def _bound_to(mailbox: Mailbox, field: str) -> bytes:
    return f"{mailbox.account_id}|{mailbox.pk}|{field}|1".encode()


def store_secret(mailbox: Mailbox, field: str, secret: Secret) -> None:
    key_id, key = next(iter(keyring().items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = key.encrypt(nonce, secret.value.encode(), _bound_to(mailbox, field))
    ciphertext = ":".join([key_id, base64.b64encode(nonce).decode(), base64.b64encode(sealed).decode()])
    Credential.objects.update_or_create(mailbox=mailbox, field=field, defaults={"ciphertext": ciphertext})


def read_secret(mailbox: Mailbox, field: str) -> Secret:
    """Raises SecretUnreadable, also when there is none. Asks no database where credentials were prefetched."""
    row = next((credential for credential in mailbox.credentials.all() if credential.field == field), None)
    if row is None:
        raise SecretUnreadable(f"no {field} for mailbox {mailbox.pk}")
    key_id, nonce, sealed = row.ciphertext.split(":")
    if key_id not in keyring():
        raise SecretUnreadable(f"key {key_id} is not in CREDENTIALS_KEYS")
    try:
        opened = keyring()[key_id].decrypt(base64.b64decode(nonce), base64.b64decode(sealed), _bound_to(mailbox, field))
    except InvalidTag as error:
        raise SecretUnreadable(f"{field} of mailbox {mailbox.pk} does not open") from error
    return Secret(opened.decode())
