"""How a person signs in to a mailbox that is being connected: what the second step of the dialog shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from mailboxes.detecting import Detection
from mailboxes.guides import Guide, guide_of
from mailboxes.models import Mailbox
from mailboxes.oauth_clients import is_offered, offered_provider
from mailkit.providers import Provider, provider_named, provider_of_domain, provider_of_host

OAUTH = "oauth2:"


@dataclass(frozen=True)
class SignInWay:
    """With `oauth` at that provider's page, else with a password, for which the guide is."""

    provider: str  # a key of mailkit.providers, "" when unknown
    name: str
    guide: Guide
    oauth: str = ""  # a key of mailkit.oauth_providers
    oauth_name: str = ""
    warning: str = ""
    is_found: bool = True  # the servers are known: nobody needs to look at them
    servers: Mapping[str, Any] = field(default_factory=dict)  # initial values of the form

    @property
    def guide_title(self) -> str:
        return _("What %(provider)s wants") % {"provider": self.name} if self.name else _("What you need")


def way_found(found: Detection, *, by_password: bool) -> SignInWay:
    """What was detected. `by_password`: the provider's page is not wanted."""
    oauth = "" if by_password else found.oauth_provider
    return SignInWay(
        provider=found.provider,
        name=found.provider_name,
        guide=found.guide,
        oauth=oauth,
        oauth_name=offered_provider(oauth).name if oauth else "",
        warning=found.warning,
        is_found=found.imap is not None and found.source != "guess" and not found.is_foreign,
        servers=_servers_of(found),
    )


def way_named(key: str) -> SignInWay:
    """By password, at a provider of the table; an unknown key is a provider that nobody knows."""
    return _way(provider_named(key))


def way_at(oauth: str) -> SignInWay:
    """By a provider's page, where it is offered."""
    way = _way(None, oauth if is_offered(oauth) else "")
    return replace(way, name=way.oauth_name)


def way_of(mailbox: Mailbox) -> SignInWay:
    """For one that is connected: its provider's page, where that is offered, and a password."""
    host = mailbox.imap_host or mailbox.smtp_host
    provider = provider_of_host(host) or provider_of_domain(mailbox.address_key.rpartition("@")[2])
    keys = [way.removeprefix(OAUTH) for way in provider.sign_in if way.startswith(OAUTH)] if provider else []
    candidates = [mailbox.oauth_provider, *keys]
    return _way(provider, oauth=next((key for key in candidates if is_offered(key)), ""))


def _way(provider: Provider | None, oauth: str = "") -> SignInWay:
    return SignInWay(
        provider=provider.key if provider else "",
        name=provider.name if provider else "",
        guide=guide_of(provider),
        oauth=oauth,
        oauth_name=offered_provider(oauth).name if oauth else "",
        is_found=provider is not None,
    )


def _servers_of(found: Detection) -> dict[str, Any]:
    """User names only where they say something."""
    values: dict[str, Any] = {}
    for protocol, server in (("imap", found.imap), ("smtp", found.smtp)):
        if server is None:
            continue
        values |= {f"{protocol}_host": server.host, f"{protocol}_port": server.port}
        values[f"{protocol}_security"] = server.security
        if server.username != found.address:
            values[f"{protocol}_username"] = server.username
    if values.get("smtp_username") == values.get("imap_username"):
        values.pop("smtp_username", None)
    return values
