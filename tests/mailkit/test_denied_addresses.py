"""No connection to an address inside, however it is named: the table of the threat model, watched by a hook."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from functools import partial

import pytest

from mailkit.diagnostics import check_imap
from mailkit.errors import FetchRefused, HostRefused
from mailkit.network import Resolver, resolve_public
from mailkit.safe_fetch import FetchRules, fetch
from mailkit.types import Login, Secret, Security, ServerAddress
from tests.servers.connects import Place, watch_connects
from tests.servers.dns_server import DnsServer
from tests.servers.https_server import HttpsServer

NAME = "x.attacker.example"
# What a name may resolve to. Embedded IPv4 addresses stand for 127.0.0.1, 10.0.0.1, 169.254.169.254 and 100.64.0.1.
DENIED = [
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),  # noqa: S104
    *("169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.88.99.1"),
    *("::", "::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1", "3fff::1", "5f00::1"),
    *("100::1", "2001:2::1", "2001:10::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::10.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::6440:1", "64:ff9b:1::a00:1", "::ffff:0:127.0.0.1"),
    *("2002:7f00:1::", "2002:a00:1::1", "2002:a9fe:a9fe::", "2002:6440:1::", "2001:0:4136:e378:8000:63bf:f5ff:fffe"),
]
# The same hosts without any name: spellings that one or the other resolver takes for an address.
SPELLINGS = [
    *("127.0.0.1", "127.1", "127.0.1", "0", "0.0.0.0", "2130706433", "0x7f000001", "0x7f.1", "0X7F.0.0.1"),  # noqa: S104
    *("017700000001", "0177.0.0.1", "0177.0.0.01", "127.0.0.1.", "10.1", "3232235777", "0xa9fea9fe", "169.254.43518"),
    *("[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[fe80::1%25eth0]", "[64:ff9b::7f00:1]"),
    *("１２７.0.0.1", "127。0。0。1", "①②⑦.⓪.⓪.①", "127%2e0%2e0%2e1", "localhost", "LOCALHOST.", "%6c%6f%63alhost"),
]


@pytest.fixture
def connects() -> Iterator[list[Place]]:
    with watch_connects() as seen:
        yield seen


@pytest.fixture
def resolve(dns_server: DnsServer) -> Resolver:
    """As in production: nothing of this machine or its networks is allowed."""
    return partial(resolve_public, lookup=dns_server.lookup().addresses)


def bind(dns_server: DnsServer, *addresses: str) -> None:
    for address in addresses:
        kind = "A" if ipaddress.ip_address(address).version == 4 else "AAAA"
        dns_server.add(NAME, kind, address)


@pytest.mark.parametrize("address", DENIED)
def test_a_name_that_leads_inside_is_not_connected_to(
    dns_server: DnsServer, resolve: Resolver, connects: list[Place], client_tls: ssl.SSLContext, address: str
) -> None:
    bind(dns_server, address)
    for url in (f"http://{NAME}/", f"https://{NAME}/", f"http://{NAME}:8080/", f"https://{NAME}:8443/x"):
        with pytest.raises(HostRefused):
            fetch(url, resolve=resolve, tls=client_tls)
    (step,) = check_imap(
        ServerAddress(NAME, 993, Security.TLS),
        Login("anna", Secret("secret")),
        connect_seconds=1,
        read_seconds=1,
        tls=client_tls,
        resolve=resolve,
    )
    assert (step.step, step.error_code) == ("dns", "host_refused")
    assert connects == []


@pytest.mark.rule("K07")
@pytest.mark.parametrize("host", SPELLINGS)
def test_a_host_without_a_name_is_not_connected_to(
    resolve: Resolver, connects: list[Place], client_tls: ssl.SSLContext, host: str
) -> None:
    for scheme in ("http", "https"):
        with pytest.raises((HostRefused, FetchRefused)):
            fetch(f"{scheme}://{host}/", resolve=resolve, tls=client_tls)
    assert connects == []


def test_a_name_bound_anew_after_the_check_changes_nothing(
    dns_server: DnsServer, connects: list[Place], client_tls: ssl.SSLContext
) -> None:
    dns_server.add_changing(NAME, "A", lambda asked: ["127.0.0.2"] if asked == 0 else ["127.0.0.1"])
    resolve = partial(resolve_public, allowed_networks=["127.0.0.2/32"], lookup=dns_server.lookup().addresses)
    web = HttpsServer(ip="127.0.0.2")
    web.redirect(NAME, "/", "/again")
    web.start()
    rules = FetchRules(ports={web.port})
    with pytest.raises(HostRefused):  # each hop asks and checks anew
        fetch(f"http://{NAME}:{web.port}/", resolve=resolve, tls=client_tls, rules=rules)
    web.stop()
    assert connects == [("127.0.0.2", web.port)]
    assert dns_server.questions[NAME, "A"] == 2


def test_of_several_addresses_only_the_allowed_are_tried(
    dns_server: DnsServer, connects: list[Place], client_tls: ssl.SSLContext
) -> None:
    dns_server.add(NAME, "A", "10.0.0.1", "127.0.0.1", "127.0.0.2", "169.254.169.254")
    resolve = partial(resolve_public, allowed_networks=["127.0.0.2/32"], lookup=dns_server.lookup().addresses)
    web = HttpsServer(ip="127.0.0.2")
    web.start()
    with pytest.raises(FetchRefused):
        fetch(f"http://{NAME}:{web.port}/", resolve=resolve, tls=client_tls, rules=FetchRules(ports={web.port}))
    web.stop()
    assert connects == [("127.0.0.2", web.port)]


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://inside.example/", "//[::1]/"]
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_inside_is_not_followed(
    dns_server: DnsServer, connects: list[Place], client_tls: ssl.SSLContext, target: str, status: int
) -> None:
    dns_server.add(NAME, "A", "127.0.0.2")
    dns_server.add("inside.example", "A", "10.0.0.1")
    resolve = partial(resolve_public, allowed_networks=["127.0.0.2/32"], lookup=dns_server.lookup().addresses)
    web = HttpsServer(ip="127.0.0.2")
    web.redirect(NAME, "/", target, status=status)
    web.start()
    rules = FetchRules(ports={80, web.port})
    with pytest.raises(HostRefused):
        fetch(f"http://{NAME}:{web.port}/", resolve=resolve, tls=client_tls, rules=rules)
    web.stop()
    assert connects == [("127.0.0.2", web.port)]
