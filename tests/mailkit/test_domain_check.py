"""SPF, DKIM, DMARC and MX of a sending domain, asked of a real DNS server."""

from __future__ import annotations

import pytest

from mailkit.domain_check import Finding, check_domain
from mailkit.providers import Provider, provider_named
from tests.servers.dns_server import DnsServer

pytestmark = pytest.mark.rule("R15", "M100")
DOMAIN = "firma.example"
GOOGLE = "include:_spf.google.com"


@pytest.fixture
def google(dns_server: DnsServer) -> Provider:
    """Sends the mail of the domain."""
    dns_server.add("_spf.google.com", "TXT", '"v=spf1 include:_netblocks.google.com ~all"')
    dns_server.add("_netblocks.google.com", "TXT", '"v=spf1 ip4:192.0.2.0/24 ~all"')
    provider = provider_named("gmail")
    assert provider
    return provider


def find(dns_server: DnsServer, check: str, provider: Provider | None = None, *selectors: str) -> Finding:
    found = check_domain(DOMAIN, dns=dns_server.lookup(), provider=provider, selectors=selectors)
    return next(one for one in found if one.check == check)


def spf_of(dns_server: DnsServer, *records: str, provider: Provider | None = None) -> tuple[str, str]:
    dns_server.add(DOMAIN, "TXT", *(f'"{record}"' for record in records))
    found = find(dns_server, "spf", provider)
    return found.state, found.reason


def test_a_domain_with_nothing_gets_the_records_to_add(dns_server: DnsServer, google: Provider) -> None:
    spf, dkim, dmarc, mx = check_domain(DOMAIN, dns=dns_server.lookup(), provider=google)
    assert (spf.state, spf.reason, spf.name, spf.record) == ("bad", "missing", DOMAIN, f"v=spf1 {GOOGLE} ~all")
    assert (dkim.reason, dkim.name, dkim.kind) == ("missing", f"google._domainkey.{DOMAIN}", "TXT")
    assert (dmarc.reason, dmarc.name, dmarc.record) == ("missing", f"_dmarc.{DOMAIN}", "v=DMARC1; p=none")
    assert (mx.reason, mx.kind, mx.record) == ("missing", "MX", "1 smtp.google.com")


@pytest.mark.parametrize(
    ("record", "state", "reason"),
    [
        (f"v=spf1 {GOOGLE} ~all", "ok", "good"),
        (f"V=SPF1 {GOOGLE.upper()} -ALL", "ok", "good"),
        ("v=spf1 redirect=_spf.google.com", "bad", "provider_missing"),
        ("v=spf1 include:other.example -all", "bad", "provider_missing"),
        (f"v=spf1 {GOOGLE}", "warn", "no_end"),
        (f"v=spf1 {GOOGLE} ?all", "warn", "no_end"),
        (f"v=spf1 {GOOGLE} +all", "bad", "all_allowed"),
        (f"v=spf1 {GOOGLE} all", "bad", "all_allowed"),
        ("v=spf10 -all", "bad", "missing"),
        (f"v=spf1 mx a ptr exists:%{{i}}.x a:1.x a:2.x a:3.x a:4.x a:5.x {GOOGLE} -all", "bad", "too_many_lookups"),
    ],
)
def test_an_spf_record_is_judged(dns_server: DnsServer, google: Provider, record: str, state: str, reason: str) -> None:
    assert spf_of(dns_server, record, provider=google) == (state, reason)


def test_the_providers_term_may_come_by_way_of_others(dns_server: DnsServer, google: Provider) -> None:
    dns_server.add("spf.agency.example", "TXT", f'"v=spf1 {GOOGLE} -all"', '"unrelated"')
    assert spf_of(dns_server, "v=spf1 include:spf.agency.example -all", provider=google) == ("ok", "good")
    assert spf_of(dns_server, "v=spf1 redirect=spf.agency.example", provider=google) == ("ok", "good")


def test_a_record_without_the_provider_is_shown_with_it(dns_server: DnsServer, google: Provider) -> None:
    dns_server.add(DOMAIN, "TXT", '"v=spf1 mx -all"')
    found = find(dns_server, "spf", google)
    assert (found.found, found.record) == ("v=spf1 mx -all", f"v=spf1 {GOOGLE} mx -all")


def test_spf_records_that_include_each_other_end(dns_server: DnsServer) -> None:
    dns_server.add("loop.example", "TXT", '"v=spf1 include:firma.example include:loop.example -all"')
    assert spf_of(dns_server, "v=spf1 include:loop.example -all") == ("ok", "present")
    for step in range(12):
        dns_server.add(f"s{step}.example", "TXT", f'"v=spf1 include:s{step + 1}.example -all"')
    assert spf_of(dns_server, "v=spf1 include:s0.example -all") == ("bad", "too_many_lookups")
    assert dns_server.questions["s11.example", "TXT"] == 0


def test_two_spf_records_count_as_none(dns_server: DnsServer) -> None:
    assert spf_of(dns_server, "v=spf1 -all", "v=spf1 mx -all") == ("bad", "several")


def test_dkim_keys_are_looked_for_under_known_names(dns_server: DnsServer, google: Provider) -> None:
    assert find(dns_server, "dkim").reason == "not_found"
    dns_server.add(f"own-1._domainkey.{DOMAIN}", "TXT", '"v=DKIM1; k=rsa; p=" "' + "A" * 250 + '" "' + "B" * 250 + '"')
    assert find(dns_server, "dkim").reason == "not_found"
    named = find(dns_server, "dkim", None, "own-1")
    assert (named.state, named.reason) == ("ok", "good")
    assert named.found.startswith("own-1: v=DKIM1; k=rsa; p=AAAA")
    assert named.found.endswith("B")
    dns_server.add(f"google._domainkey.{DOMAIN}", "TXT", '"v=DKIM1; p="')
    assert find(dns_server, "dkim", google).reason == "withdrawn"


@pytest.mark.parametrize(
    ("records", "state", "reason"),
    [
        (["v=DMARC1; p=reject; rua=mailto:a@firma.example"], "ok", "good"),
        (["v=DMARC1;p=Quarantine"], "ok", "good"),
        (["v=DMARC1; p=none"], "ok", "watching"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "bad", "several"),
        (["v=DMARC1; sp=none"], "bad", "no_policy"),
        (["v=DMARC1; p=refuse"], "bad", "no_policy"),
        (["something else"], "bad", "missing"),
    ],
)
def test_a_dmarc_record_is_judged(dns_server: DnsServer, records: list[str], state: str, reason: str) -> None:
    dns_server.add(f"_dmarc.{DOMAIN}", "TXT", *(f'"{record}"' for record in records))
    found = find(dns_server, "dmarc")
    assert (found.state, found.reason) == (state, reason)


def test_a_subdomain_is_covered_by_the_domain_above(dns_server: DnsServer) -> None:
    dns_server.add("_dmarc.firma.co.uk", "TXT", '"v=DMARC1; p=reject"')
    found = check_domain("mail.firma.co.uk", dns=dns_server.lookup())
    assert found[2].reason == "good"


def test_mx_records(dns_server: DnsServer) -> None:
    dns_server.add(DOMAIN, "MX", "20 b.firma.example.", "10 A.firma.example.")
    assert find(dns_server, "mx").found == "10 a.firma.example\n20 b.firma.example"
    dns_server.add(DOMAIN, "MX", "0 .")
    assert find(dns_server, "mx").reason == "no_mail"


def test_what_the_dns_does_not_answer_is_not_known(dns_server: DnsServer) -> None:
    dns_server.broken |= {DOMAIN, f"_dmarc.{DOMAIN}", f"own._domainkey.{DOMAIN}"}
    found = check_domain(DOMAIN, dns=dns_server.lookup(seconds=0.5), selectors=["own"])
    assert {(one.state, one.reason) for one in found} == {("unknown", "no_answer")}
