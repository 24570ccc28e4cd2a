"""The providers where people may sign in here: mailkit's, as far as the instance has a client id for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from mailboxes.errors import SettingRefused
from mailboxes.hosts import resolve
from mailkit.network import tls_context
from mailkit.oauth import OAuthClient, OAuthProvider
from mailkit.oauth_providers import PROVIDERS
from mailkit.safe_fetch import CheckedTransport, FetchRules
from mailkit.types import Secret, Security, ServerAddress

CALLBACK_PATH = "/oauth/callback/"  # below BASE_URL; registered at the providers
RULES = FetchRules(schemes={"https"}, ports={443}, max_bytes=256 * 1024, seconds=15)
# On one machine the provider may be this machine: ./crm-mail up and the tests.
OWN_MACHINE_RULES = FetchRules(schemes={"http", "https"}, ports=range(1, 65536), max_bytes=256 * 1024, seconds=15)


def is_offered(key: str) -> bool:
    """Whether this instance is registered there. Where not, a mailbox is connected with a password (K03)."""
    return bool(settings.OAUTH_CLIENTS.get(key, ("", ""))[0]) and key in PROVIDERS


def offered_provider(key: str) -> OAuthProvider:
    """Raises SettingRefused."""
    if not is_offered(key):
        raise SettingRefused("provider", _("This provider's sign-in is not offered here. Use a password."))
    return provider_of(key)


def provider_of(key: str) -> OAuthProvider:
    """As the instance wants it: OAUTH_OVERRIDES names what differs, such as the addresses for one company's tenant."""
    changes: Mapping[str, Any] = settings.OAUTH_OVERRIDES.get(key, {})
    servers = {name: _server_of(changes[name]) for name in ("imap", "smtp") if name in changes}
    return replace(PROVIDERS[key], **{**changes, **servers})


def oauth_client(key: str) -> OAuthClient:
    client_id, secret = settings.OAUTH_CLIENTS[key]
    return OAuthClient(client_id, Secret(secret), settings.BASE_URL + CALLBACK_PATH)


def http_client() -> httpx.Client:
    """For the providers' endpoints. Its errors are those of mailkit."""
    rules = OWN_MACHINE_RULES if settings.EMBEDDED else RULES
    return httpx.Client(transport=CheckedTransport(resolve, tls_context(), rules), trust_env=False)


def _server_of(said: Mapping[str, Any]) -> ServerAddress:
    return ServerAddress(said["host"], said["port"], Security(said["security"]))
