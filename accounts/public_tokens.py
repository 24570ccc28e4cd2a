"""Links for people who do not sign in: pixels, links, pages, forms, unsubscribing. Each names one row of one account.

    token = make_token("unsubscribe", mail.pk)      # in the account's scope
    read_token("unsubscribe", token)                # PublicId(account_id=3, row_id=8), or None

A token is its ids encrypted by AES-SIV (RFC 5297) under a key of its purpose: nobody can guess one, make one, change
one, use one for another purpose, or read from it how many letters there are. Nothing of it is stored, so nothing of it
can be stolen with the database; whether it still works, its row says.
"""

from __future__ import annotations

import base64
import binascii
import functools
import struct
from dataclasses import dataclass
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from accounts.tenancy import current_account_id

Purpose = Literal["pixel", "link", "page", "web", "form", "unsubscribe"]

_IDS = struct.Struct(">QQ")


@dataclass(frozen=True, slots=True)
class PublicId:
    account_id: int
    row_id: int


def make_token(purpose: Purpose, row_id: int) -> str:
    """For a row of the account in whose scope it is made."""
    sealed = _cipher(purpose, settings.SECRET_KEY).encrypt(_IDS.pack(current_account_id(), row_id), None)
    return _encode(sealed)


def read_token(purpose: Purpose, token: str) -> PublicId | None:
    """None for what we did not make, or made for something else. Letters outlive keys: older ones still open it."""
    try:
        sealed = base64.b64decode(f"{token}=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if _encode(sealed) != token:  # the last character has bits to spare: one of four spellings is ours
        return None
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return PublicId(*_IDS.unpack(_cipher(purpose, key).decrypt(sealed, None)))
        except InvalidTag:
            continue
    return None


def _encode(sealed: bytes) -> str:
    """43 characters of base64url (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


@functools.lru_cache(maxsize=64)
def _cipher(purpose: str, secret_key: str) -> AESSIV:
    """One key for each purpose (RFC 5869)."""
    derived = HKDF(SHA256(), length=32, salt=None, info=f"crm-mail public link: {purpose}".encode())
    return AESSIV(derived.derive(secret_key.encode()))
