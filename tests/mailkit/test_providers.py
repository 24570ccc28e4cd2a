"""The table of providers: each row is right in itself, and found by address and by MX."""

from __future__ import annotations

from collections import Counter

import pytest

from mailboxes.guides import GUIDES
from mailkit.addresses import is_host_name, to_ascii_domain
from mailkit.autodetect import detect
from mailkit.oauth_providers import PROVIDERS
from mailkit.providers import PASSWORD, Provider, list_providers, provider_of_domain, provider_of_mx
from mailkit.types import Security
from tests.servers.dns_server import DnsServer

ROWS = {row.key: row for row in list_providers()}
each_row = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)


def no_file(_url: str) -> bytes:
    return b""


@pytest.mark.rule("K02")
def test_the_large_providers_are_there() -> None:
    named = {"gmail", "outlook", "microsoft365", "yahoo", "icloud", "yandex", "mailru", "fastmail", "zoho", "gmx"}
    assert named <= ROWS.keys()
    assert len(ROWS) >= 60


@pytest.mark.rule("K02")
@each_row
def test_each_row_is_found_by_address(row: Provider, dns_server: DnsServer) -> None:
    assert row.domains
    for domain in row.domains:
        found = detect(f"anna@{domain.replace('*', 'firma')}", dns=dns_server.lookup(), fetch=no_file)
        assert (found.provider, found.source, found.imap, found.smtp) == (row, "table", row.imap, row.smtp)
        asked = [name for name, _kind in dns_server.questions if name.endswith(domain)]
        assert not asked  # late questions of other tests may still come in


@pytest.mark.rule("K02")
@each_row
def test_each_row_is_found_by_mx(row: Provider, dns_server: DnsServer) -> None:
    assert row.mx
    for suffix in row.mx:
        dns_server.add("firma.example", "MX", f"10 mx1.{suffix}.", "20 backup.elsewhere.example.")
        found = detect("anna@firma.example", dns=dns_server.lookup(), fetch=no_file)
        assert (found.provider, found.source, found.is_foreign) == (row, "mx", False)
        assert (found.imap, found.smtp) == (row.hosted_imap, row.hosted_smtp)


@each_row
def test_each_row_can_be_used(row: Provider) -> None:
    for server in (row.imap, row.hosted_imap, row.smtp, row.hosted_smtp):
        assert (server is None) == (not row.sign_in)
        if server:
            assert is_host_name(server.host)
            assert (server.port, server.security) in {
                (993, Security.TLS),
                (465, Security.TLS),
                (587, Security.STARTTLS),
            }
    assert row.guide in GUIDES
    assert row.help_url.startswith("https://")
    for way in row.sign_in:
        assert way == PASSWORD or way.removeprefix("oauth2:") in PROVIDERS


def test_no_name_stands_in_two_rows() -> None:
    for names in ([d for row in ROWS.values() for d in row.domains], [m for row in ROWS.values() for m in row.mx]):
        assert [name for name, count in Counter(names).items() if count > 1] == []
        assert all(name == to_ascii_domain(name) for name in names)
    assert len(ROWS) == len(list_providers())


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com.evil.example",
        "evil-gmail.com",
        "mail.gmail.com",
        "gmаil.com",
        "xn--gmil-63d.com",
        "gmail.co",
        "com",
        "",
    ],
)
def test_a_lookalike_is_nobody(domain: str) -> None:
    assert provider_of_domain(to_ascii_domain(domain)) is None


def test_an_mx_counts_by_whole_labels_and_the_longest_name() -> None:
    assert provider_of_mx(["mx.notgoogle.com", "aspmx.l.google.com.evil.example"]) is None
    assert provider_of_mx(["unknown.example", "aspmx.l.google.com"]) == ROWS["gmail"]
    assert provider_of_mx(["mta7.am0.yahoodns.net"]) == ROWS["yahoo"]
    assert provider_of_mx(["mx-aol.mail.gm0.yahoodns.net"]) == ROWS["aol"]
