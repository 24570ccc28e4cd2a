"""Reading settings from the environment: each kind of value in one way, each wrong one an error that names it."""

import binascii
import json
from base64 import b64decode
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from mailkit.network import parse_nameserver

env = environ.FileAwareEnv()  # NAME_FILE=/run/secrets/name is read for every NAME
env.smart_cast = False


def whole(name: str, default: int, *, least: int = 0) -> int:
    """A whole number of at least `least`, or an error that names the variable."""
    try:
        number = env.int(name, default=default)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number") from error
    if number < least:
        raise ImproperlyConfigured(f"{name} must be at least {least}")
    return number


def ports(name: str, default: list[str]) -> list[int]:
    """Port numbers, or an error that names the variable."""
    values = env.list(name, default=default)
    if not all(value.isdecimal() and 0 < int(value) < 65536 for value in values):
        raise ImproperlyConfigured(f"{name} must be port numbers, separated by commas")
    return [int(value) for value in values]


def nameservers(name: str) -> list[str]:
    """IP addresses, each with or without a port, or an error that names the variable."""
    values = env.list(name, default=[])
    try:
        for value in values:
            parse_nameserver(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be IP addresses, separated by commas; ip:port is possible") from error
    return values


def encryption_keys(name: str) -> list[str]:
    """`id:key` pairs, each key 32 bytes in base64, or an error that names the variable (and no key)."""
    pairs = [pair.partition(":") for pair in env.list(name)]
    try:
        is_right = bool(pairs) and all(key_id and len(b64decode(key, validate=True)) == 32 for key_id, _, key in pairs)
    except binascii.Error:
        is_right = False
    if not is_right:
        raise ImproperlyConfigured(f"{name} must be id:key pairs, each key 32 bytes in base64, separated by commas")
    return [f"{key_id}:{key}" for key_id, _, key in pairs]


def oauth_overrides(name: str) -> dict[str, dict[str, Any]]:
    """JSON: what differs from what we know of a provider, or an error that names the variable."""
    urls = ("authorize_url", "token_url", "userinfo_url", "revoke_url")
    known = {**dict.fromkeys(urls, str), "imap": dict, "smtp": dict}
    try:
        given = json.loads(env.str(name, default="") or "{}")
        values = [(key, value) for changes in given.values() for key, value in changes.items()]
    except (ValueError, AttributeError) as error:
        raise ImproperlyConfigured(f"{name} must be JSON such as {{}} in curly brackets, by provider") from error
    if not all(key in known and isinstance(value, known[key]) for key, value in values):
        raise ImproperlyConfigured(f"{name} knows {', '.join(known)} of a provider")
    if not all(_is_server(value) for _key, value in values if isinstance(value, dict)):
        raise ImproperlyConfigured(f"{name}: imap and smtp have host, port and security (tls, starttls)")
    overrides: dict[str, dict[str, Any]] = given
    return overrides


def _is_server(given: dict[str, Any]) -> bool:
    is_whole = set(given) == {"host", "port", "security"}
    return is_whole and isinstance(given["port"], int) and given["security"] in ("tls", "starttls", "none")


def switch(name: str, *, default: bool) -> bool:
    """true/false, or an error that names the variable: anything else would silently mean false."""
    value = env.str(name, default=str(default)).strip().lower()
    if value not in ("true", "false"):
        raise ImproperlyConfigured(f"{name} must be true or false")
    return value == "true"


def origin(name: str, default: str | None = None) -> str:
    """A URL without path, such as https://crm.example.com, or an error that names the variable."""
    value = env.str(name, default=default) if default is not None else env.str(name)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise ImproperlyConfigured(f"{name} must be an address such as https://crm.example.com, without a path")
    return f"{parts.scheme}://{parts.netloc}"


def folder_storage() -> dict[str, Any]:
    return {"BACKEND": "crm_mail.storage.FolderStorage", "OPTIONS": {"location": env.str("STORAGE_DIR")}}


def object_storage() -> dict[str, Any]:
    """Without keys: those of the machine, as boto3 finds them."""
    access_key = env.str("STORAGE_S3_ACCESS_KEY", default="") or None
    secret_key = env.str("STORAGE_S3_SECRET_KEY", default="") or None
    if (access_key is None) != (secret_key is None):
        raise ImproperlyConfigured("STORAGE_S3_ACCESS_KEY and STORAGE_S3_SECRET_KEY are set together, or neither is")
    options = {
        "bucket_name": env.str("STORAGE_S3_BUCKET"),
        "endpoint_url": env.str("STORAGE_S3_ENDPOINT", default="") or None,
        "region_name": env.str("STORAGE_S3_REGION", default="") or None,
        "max_memory_size": 1024 * 1024,  # larger objects are read through a temporary file
        "object_parameters": {"ContentType": "application/octet-stream"},
        "access_key": access_key,
        "secret_key": secret_key,
    }
    return {"BACKEND": "crm_mail.object_storage.ObjectStorage", "OPTIONS": options}
