"""Reading settings from the environment: each kind of value in one way, each wrong one an error that names it."""

import binascii
from base64 import b64decode
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

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
