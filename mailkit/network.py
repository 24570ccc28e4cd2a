"""Which addresses may be connected to: a person names a mail server, and must not reach our own network with it.

`ipaddress.is_private` is no such check: it lets 100.64.0.1, NAT64, 6to4 and multicast through. Here every address of a
host is unwrapped to the addresses it carries inside, and each must be global. The connection then goes to the address
that was checked, so that a second answer of the DNS changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache

from mailkit.addresses import is_host_name, is_ip_literal, to_ascii_domain
from mailkit.errors import ConnectionFailed, HostRefused

# (host, port) to the addresses that may be connected to, best first; raises ConnectionFailed or HostRefused.
Resolver = Callable[[str, int], list[str]]
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
# (host name, port) to all its addresses; raises ConnectionFailed.
Lookup = Callable[[str, int], list[IpAddress]]
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

DNS_PORT = 53
MOST_OF_A_KIND = 3  # IPv4 or IPv6 addresses of one host that are tried
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_IPV4_COMPATIBLE = ipaddress.IPv6Network("::/96")
# Special-purpose blocks (IANA registries, 2024) that `is_global` of one of our Python versions takes for global.
_NEVER = tuple(
    ipaddress.ip_network(block)
    for block in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "64:ff9b:1::/48",
        "100::/64",
        "2001:2::/48",
        "2001:10::/28",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)


def system_lookup(name: str, port: int) -> list[IpAddress]:
    """As this machine is set up: hosts file, then DNS."""
    try:
        answers = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ConnectionFailed("The host name is not known", step="dns") from error
    # A zone ("%eth0") belongs to link-local addresses only; without it they are refused like with it.
    return list(dict.fromkeys(ipaddress.ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers))


def resolve_public(
    host: str,
    port: int,
    *,
    allowed_networks: Sequence[str] = (),
    allow_localhost: bool = False,
    refused: Collection[str] = (),
    lookup: Lookup = system_lookup,
) -> list[str]:
    """The addresses of a host that may be connected to.

    `allowed_networks` are CIDR blocks where the company's own mail servers lie; `allow_localhost` lets the name
    "localhost" (never its addresses) through; `refused` are public addresses of our own.
    """
    name = to_ascii_domain(host)
    if is_ip_literal(host):
        raise HostRefused("A mail server is named by its host name, not by an IP address", step="dns")
    if not is_host_name(name):
        raise HostRefused("This is not a host name", step="dns")
    own = [ipaddress.ip_network(block) for block in allowed_networks]
    if allow_localhost and name == "localhost":
        own += [ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128")]
    addresses = [
        address for address in lookup(name, port) if not any(str(inner) in refused for inner in _unwrap(address))
    ]
    allowed = [address for address in addresses if _is_in(address, own) or is_public(address)]
    if not allowed:
        raise HostRefused("The host lies in a network that we do not connect to", step="dns")
    return [str(address) for address in _some_of_each_kind(allowed)]


def _some_of_each_kind(addresses: Sequence[IpAddress]) -> list[IpAddress]:
    """Each that is silent is waited for: whoever names a host must not keep us busy with a hundred of them."""
    kinds = ([address for address in addresses if address.version == version] for version in (4, 6))
    some = {address for kind in kinds for address in kind[:MOST_OF_A_KIND]}
    return [address for address in addresses if address in some]


def parse_nameserver(written: str) -> tuple[str, int]:
    """IP address and port of "192.0.2.1", "192.0.2.1:5353", "[::1]:5353". Raises ValueError."""
    address, port = written.strip(), str(DNS_PORT)
    if address.startswith("["):
        address, _, rest = address[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif address.count(":") == 1:
        address, _, port = address.partition(":")
    if not _is_address(address) or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(f"not the address of a name server: {written!r}")
    return address, int(port)


@cache
def tls_context(ca_file: str = "") -> ssl.SSLContext:
    """The one context of this process: building one costs twenty times what a connection costs.

    `ca_file` adds a private authority to those of the system; verification is never off.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


def is_loopback(ip: str) -> bool:
    """Whether the checked address is this machine."""
    return ipaddress.ip_address(ip).is_loopback


def connect_to(addresses: Iterable[str], port: int, seconds: float) -> socket.socket:
    """A connected socket to the first address that answers. Raises ConnectionFailed."""
    failure: OSError | None = None
    for ip in addresses:
        try:
            return socket.create_connection((ip, port), timeout=seconds)
        except OSError as error:
            failure = error
    raise ConnectionFailed("The server does not answer", step="connect") from failure


def is_public(address: IpAddress) -> bool:
    """Whether the address, and every address it carries inside, belongs to the public internet."""
    return all(_is_global(inner) for inner in _unwrap(address))


def _is_in(address: IpAddress, networks: Iterable[IpNetwork]) -> bool:
    return any(address in network for network in networks if network.version == address.version)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_global(address: IpAddress) -> bool:
    is_special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    return address.is_global and not is_special and not address.is_link_local and not _is_in(address, _NEVER)


def _unwrap(address: IpAddress) -> list[IpAddress]:
    """The IPv4 addresses inside an IPv6 address (mapped, compatible, NAT64, 6to4, Teredo), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if address.sixtofour:
        return [address.sixtofour]
    if address.teredo:
        return list(address.teredo)
    if address in _NAT64 or address in _IPV4_COMPATIBLE:
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    return [address]
