"""Mozilla's autoconfig: an XML file at a domain that names its mail servers.

https://datatracker.ietf.org/doc/draft-ietf-mailmaint-autoconfig/ - asked over https only, without the central database
of Mozilla: nobody else learns who connects a mailbox here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import quote
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from mailkit.addresses import is_host_name, is_ip_literal, to_ascii_domain
from mailkit.providers import ADDRESS, LOCAL_PART
from mailkit.types import Security, ServerAddress

MAX_BYTES = 64 * 1024
MAX_SERVERS = 20  # of one file
SOCKET_TYPES = {"SSL": Security.TLS, "STARTTLS": Security.STARTTLS}  # "plain" is not for passwords


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A server that a domain names, and what to sign in with there: ADDRESS or LOCAL_PART."""

    server: ServerAddress
    username: str = ADDRESS


@dataclass(frozen=True, slots=True)
class FoundServers:
    """What a stage of detection found, best first."""

    imap: FoundServer | None = None
    smtp: FoundServer | None = None


def list_urls(address: str, domain: str) -> tuple[str, ...]:
    """Where the file of a domain lies; `domain` in A-labels."""
    return (
        f"https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={quote(address)}",
        f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
    )


def parse_autoconfig(content: bytes, *, domain: str, ports: Collection[int]) -> FoundServers:
    """Nothing where the file is no autoconfig, or names only servers that we do not connect to."""
    try:
        root = fromstring(content[:MAX_BYTES], forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return FoundServers()
    return FoundServers(
        imap=_best(root, "incomingServer", "imap", domain, ports),
        smtp=_best(root, "outgoingServer", "smtp", domain, ports),
    )


def is_mail_host(host: str) -> bool:
    """Whether a name that a stranger gives can be a mail server of the internet."""
    return "." in host and is_host_name(host) and not is_ip_literal(host)


def _best(root: Element, tag: str, kind: str, domain: str, ports: Collection[int]) -> FoundServer | None:
    """The first with TLS, else the first with STARTTLS."""
    nodes = [node for node in root.findall(f"emailProvider/{tag}") if node.get("type") == kind]
    found = [one for node in nodes[:MAX_SERVERS] for one in _read(node, domain, ports)]
    return min(found, key=lambda one: one.server.security is not Security.TLS, default=None)


def _read(node: Element, domain: str, ports: Collection[int]) -> Iterator[FoundServer]:
    host = to_ascii_domain(_text(node, "hostname").replace("%EMAILDOMAIN%", domain))
    port, security = _text(node, "port"), SOCKET_TYPES.get(_text(node, "socketType"))
    if security and is_mail_host(host) and port.isdecimal() and len(port) < 6 and int(port) in ports:
        username = LOCAL_PART if _text(node, "username") == "%EMAILLOCALPART%" else ADDRESS
        yield FoundServer(ServerAddress(host, int(port), security), username)


def _text(node: Element, name: str) -> str:
    return (node.findtext(name) or "").strip()
