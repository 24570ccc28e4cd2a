"""What the connect dialog and the API show of an address before it is connected (K02, K05)."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from mailboxes.guides import Guide, guide_of
from mailboxes.lookups import dns_lookup, fetch_autoconfig
from mailboxes.models import Mailbox
from mailboxes.oauth_clients import is_offered
from mailboxes.requests import clean_address
from mailkit.addresses import domain_of
from mailkit.autodetect import Detected, detect
from mailkit.providers import LOCAL_PART, PASSWORD
from mailkit.registrable import registrable_domain
from mailkit.types import ServerAddress

OAUTH = "oauth2:"  # of a provider's ways of signing in; behind it a key of mailkit.oauth_providers


@dataclass(frozen=True, slots=True)
class DetectedServer:
    """A server as the form shows it."""

    host: str
    port: int
    security: str  # Mailbox.Security
    username: str


@dataclass(frozen=True, slots=True)
class Detection:
    """Servers are None where the provider has none that we could use; the guide says why."""

    address: str
    provider: str  # a key of the table, "" when unknown
    provider_name: str
    auth: str  # Mailbox.SignIn: the best way that this instance offers
    oauth_provider: str  # where to sign in, "" when it is not offered
    imap: DetectedServer | None
    smtp: DetectedServer | None
    guide: Guide  # of the password way
    outgoing_ips: tuple[str, ...]
    warning: str  # in the reader's language, "" when there is none
    source: str  # table, srv, autoconfig, mx, guess
    is_foreign: bool  # somebody else's servers than the address lets expect: to be confirmed before the password goes


def detect_mailbox(address: str) -> Detection:
    """Takes up to six seconds. Raises SettingRefused."""
    clean = clean_address(address)
    found = detect(clean, dns=dns_lookup(), fetch=fetch_autoconfig, ports=settings.MAIL_PORTS)
    oauth_provider = _oauth_provider(found)
    return Detection(
        address=clean,
        provider=found.provider.key if found.provider else "",
        provider_name=found.provider.name if found.provider else "",
        auth=Mailbox.SignIn.OAUTH2 if oauth_provider else Mailbox.SignIn.PASSWORD,
        oauth_provider=oauth_provider,
        imap=_server(found.imap, found.username, clean),
        smtp=_server(found.smtp, found.smtp_username, clean),
        guide=guide_of(found.provider),
        outgoing_ips=tuple(settings.OUTGOING_IPS),
        warning=_warning(found, clean),
        source=found.source,
        is_foreign=found.is_foreign,
    )


def _oauth_provider(found: Detected) -> str:
    keys = (way.removeprefix(OAUTH) for way in found.sign_in if way != PASSWORD)
    return next((key for key in keys if is_offered(key)), "")


def _server(server: ServerAddress | None, username: str, address: str) -> DetectedServer | None:
    if server is None:
        return None
    name = address.rpartition("@")[0] if username == LOCAL_PART else address
    return DetectedServer(server.host, server.port, server.security.value, name)


def _warning(found: Detected, address: str) -> str:
    if found.provider and not found.provider.imap:
        return _("%(provider)s offers no IMAP, so this address cannot be connected.") % {
            "provider": found.provider.name
        }
    if found.is_foreign:
        return _foreign(found, address)
    if found.source == "guess":
        return _(
            "The servers of this address are not known. These are the usual names: compare them with your provider."
        )
    return ""


def _foreign(found: Detected, address: str) -> str:
    own = registrable_domain(domain_of(address))
    hosts = (server.host for server in (found.imap, found.smtp) if server)
    others = sorted({name for host in hosts if (name := registrable_domain(host)) != own})
    words = _(
        "%(own)s names servers of somebody else: %(others)s. Enter your password only if you know that this is your "
        "provider."
    )
    return words % {"own": own, "others": ", ".join(others)}
