"""Which addresses may be connected to."""

from __future__ import annotations

import ipaddress

import pytest

from mailkit.errors import ConnectionFailed, HostRefused
from mailkit.network import is_public, resolve_public


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),  # noqa: S104
        *("192.0.0.8", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1"),
        *("::", "::1", "fc00::1", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1", "100::1", "3fff::1", "5f00::1"),
        "::ffff:127.0.0.1",  # mapped
        "::127.0.0.1",  # compatible
        "64:ff9b::a9fe:a9fe",  # NAT64 of 169.254.169.254
        "64:ff9b:1::a00:1",  # NAT64 of a network's own
        "2002:7f00:1::",  # 6to4 of 127.0.0.1
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",  # Teredo, the client behind is 10.0.0.1
    ],
)
def test_addresses_inside_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


def test_localhost_is_reached_where_it_is_allowed_only() -> None:
    with pytest.raises(HostRefused):
        resolve_public("localhost", 143)
    assert "127.0.0.1" in resolve_public("localhost", 143, allow_localhost=True)
    assert "127.0.0.1" in resolve_public("localhost", 143, allowed_networks=["127.0.0.0/8"])


@pytest.mark.rule("K07")
@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f.1", "[::1]", "2130706433"])
def test_an_ip_address_is_refused_even_where_localhost_is_allowed(host: str) -> None:
    with pytest.raises(HostRefused):
        resolve_public(host, 143, allow_localhost=True)


@pytest.mark.parametrize("host", ["", "a b", "http://x", "x/../y", "-x-.example", "a\r\nb.example"])
def test_what_is_no_host_name_is_never_looked_up(host: str) -> None:
    with pytest.raises(HostRefused):
        resolve_public(host, 143)


def test_an_unknown_name_is_a_failure_of_the_dns() -> None:
    with pytest.raises(ConnectionFailed) as caught:
        resolve_public("no-such-host.invalid", 143)
    assert caught.value.step == "dns"


def test_of_many_addresses_some_of_each_kind_are_tried() -> None:
    """In the order of the resolver; each that is silent costs the whole time for connecting."""
    of_ipv6 = [ipaddress.ip_address(f"2606:4700::{n:x}") for n in range(1, 60)]
    of_ipv4 = [ipaddress.ip_address(f"1.1.1.{n}") for n in range(1, 60)]
    tried = resolve_public("many.example", 993, lookup=lambda _name, _port: [*of_ipv6, *of_ipv4])
    assert tried == ["2606:4700::1", "2606:4700::2", "2606:4700::3", "1.1.1.1", "1.1.1.2", "1.1.1.3"]
