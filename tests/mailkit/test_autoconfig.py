"""Autoconfig files as strangers write them."""

from __future__ import annotations

import pytest

from mailkit.autoconfig import FoundServers, list_urls, parse_autoconfig

PORTS = {143, 993, 465, 587}
SERVER = (
    "<incomingServer type='imap'><hostname>{}</hostname><port>{}</port><socketType>{}</socketType></incomingServer>"
)


def parse(content: bytes) -> FoundServers:
    return parse_autoconfig(content, domain="firma.example", ports=PORTS)


def file_of(*servers: str) -> bytes:
    return f"<clientConfig><emailProvider>{''.join(servers)}</emailProvider></clientConfig>".encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><body>not here",
        b"\xff\xfe\x00",
        b"<?xml version='1.0' encoding='no-such-charset'?><clientConfig/>",
        b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><clientConfig>&a;</clientConfig>",
        b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;'>]><clientConfig>&b;</clientConfig>",
        b"<clientConfig>" + b"<a>" * 20_000,
        b"<a>" * 10_000 + b"</a>" * 10_000,
        b"<clientConfig/>",
        file_of(),
        file_of("<incomingServer/>", "<incomingServer type='imap'/>"),
    ],
)
def test_what_is_no_autoconfig_names_nothing(content: bytes) -> None:
    assert parse(content) == FoundServers()


@pytest.mark.parametrize(
    ("host", "port", "security"),
    [
        ("127.0.0.1", "993", "SSL"),
        ("0x7f.1", "993", "SSL"),
        ("[::1]", "993", "SSL"),
        ("localhost", "993", "SSL"),
        ("a b.example", "993", "SSL"),
        ("imap.firma.example/x", "993", "SSL"),
        ("imap.firma.example", "22", "SSL"),
        ("imap.firma.example", "-1", "SSL"),
        ("imap.firma.example", "99999999999999999999", "SSL"),
        ("imap.firma.example", "0009930", "SSL"),
        ("imap.firma.example", "000993" + "0" * 5000, "SSL"),
        ("imap.firma.example", "993", "plain"),
        ("imap.firma.example", "993", ""),
    ],
)
def test_a_server_that_may_not_be_used_is_left_out(host: str, port: str, security: str) -> None:
    assert parse(file_of(SERVER.format(host, port, security))) == FoundServers()


def test_placeholders_and_foreign_letters_are_put_into_plain_names() -> None:
    found = parse(file_of(SERVER.format("IMAP.%EMAILDOMAIN%", 993, "SSL")))
    assert found.imap is not None
    assert (found.imap.server.host, found.imap.username) == ("imap.firma.example", "address")
    foreign = parse(file_of(SERVER.format("imap.gmаil.com", 993, "SSL")))
    assert foreign.imap is not None
    assert foreign.imap.server.host == "imap.xn--gmil-63d.com"  # a Cyrillic letter shows itself


def test_only_the_first_servers_are_read() -> None:
    wrong = SERVER.format("localhost", 993, "SSL")
    assert parse(file_of(*[wrong] * 25, SERVER.format("imap.firma.example", 993, "SSL"))).imap is None


def test_the_file_is_asked_for_over_https_only() -> None:
    urls = list_urls("a&b@firma.example", "firma.example")
    assert all(url.startswith("https://") for url in urls)
    assert urls[0].endswith("?emailaddress=a%26b%40firma.example")
