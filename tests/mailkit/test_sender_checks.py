"""SPF, DKIM and DMARC of a letter that came: when its sender is proven, and when not (G03)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailkit import dns_budget
from mailkit.dns_budget import BudgetedDns
from mailkit.sender_checks import SenderVerdict, check_sender
from mailkit.sender_child import judge
from tests.mailkit.signing import HONEST, PEER, STRANGER, fill, key_record, signed
from tests.servers.dns_server import DnsServer


@pytest.fixture(scope="module")
def server() -> Iterator[DnsServer]:
    server = DnsServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def dns(server: DnsServer) -> DnsServer:
    server.reset()
    fill(server)
    return server


def check(
    dns: DnsServer, raw: bytes, *, peer: str = STRANGER, mail_from: str = "any@evil.example", helo: str = "evil.example"
) -> SenderVerdict:
    """In this process; by a stranger's server if nothing else is said."""
    return judge(raw, peer, helo, mail_from, BudgetedDns([dns.address]))


@pytest.mark.rule("G03")
def test_in_a_process_of_its_own(dns: DnsServer) -> None:
    found = check_sender(
        signed(), peer=PEER, helo="mx.client.example", mail_from="bob@client.example", nameservers=[dns.address]
    )
    assert (found.spf, found.dkim, found.dmarc, found.is_verified) == ("pass", "pass", "pass", True)
    assert (found.sender, found.spf_domain, found.policy) == ("bob@client.example", "client.example", "reject")
    assert (found.dkim_domains, found.reason) == (("client.example",), "")


# fmt: off
GRID = [
    # peer, MAIL FROM, signed by, record of client.example -> spf, dkim, dmarc, verified
    (PEER, "bob@client.example", "", "v=DMARC1; p=reject", "pass", "none", "pass", True),
    (STRANGER, "bob@client.example", "", "v=DMARC1; p=reject", "fail", "none", "fail", False),
    (STRANGER, "bob@client.example", "client.example", "v=DMARC1; p=none", "fail", "pass", "pass", True),
    (STRANGER, "x@evil.example", "", "v=DMARC1; p=none", "pass", "none", "fail", False),
    (STRANGER, "x@evil.example", "evil.example", "v=DMARC1; p=reject", "pass", "pass", "fail", False),
    (STRANGER, "x@evil.example", "client.example", "v=DMARC1; p=reject", "pass", "pass", "pass", True),
    (PEER, "bob@client.example", "", "", "pass", "none", "none", True),
    (STRANGER, "x@evil.example", "", "", "pass", "none", "none", False),
    (STRANGER, "x@evil.example", "mail.client.example", "v=DMARC1; p=reject", "pass", "pass", "pass", True),
    (STRANGER, "x@evil.example", "mail.client.example", "v=DMARC1; p=reject; adkim=s", "pass", "pass", "fail", False),
    (PEER, "x@mail.client.example", "", "v=DMARC1; p=reject", "pass", "none", "pass", True),
    (PEER, "x@mail.client.example", "", "v=DMARC1; p=reject; aspf=s", "pass", "none", "fail", False),
    (PEER, "", "", "v=DMARC1; p=reject", "pass", "none", "pass", True),
    (STRANGER, "", "", "v=DMARC1; p=reject", "fail", "none", "fail", False),
    ("", "bob@client.example", "client.example", "v=DMARC1; p=reject", "none", "pass", "pass", True),
    ("", "bob@client.example", "", "v=DMARC1; p=reject", "none", "none", "fail", False),
]


# fmt: on


@pytest.mark.parametrize("row", GRID, ids=str)
def test_grid(dns: DnsServer, row: tuple[str, str, str, str, str, str, str, bool]) -> None:
    peer, mail_from, signer, record, *expected = row
    dns.add("_dmarc.client.example", "TXT", f'"{record or "something else"}"')
    dns.add("mail.client.example", "TXT", f'"v=spf1 ip4:{PEER} -all"')
    dns.add("s1._domainkey.mail.client.example", "TXT", key_record())
    raw = signed(HONEST, signer) if signer else HONEST
    found = check(dns, raw, peer=peer, mail_from=mail_from, helo="client.example")
    assert [found.spf, found.dkim, found.dmarc, found.is_verified] == expected


def test_a_changed_letter_is_not_the_signed_one(dns: DnsServer) -> None:
    changed = signed().replace(b"Text", b"Pay to me")
    assert (check(dns, changed).dkim, check(dns, changed).is_verified) == ("fail", False)


def test_one_right_signature_of_several_is_enough(dns: DnsServer) -> None:
    raw = signed(signed(), "evil.example").replace(b"Text", b"Text")
    assert check(dns, raw).dkim_domains == ("evil.example", "client.example")
    assert check(dns, raw).is_verified


def test_the_sixth_signature_is_not_looked_at(dns: DnsServer) -> None:
    raw = signed()
    for _ in range(5):
        raw = b"DKIM-Signature: v=1; d=evil.example; s=s9\r\n" + raw
    assert not check(dns, raw).is_verified
    assert not dns.questions["s1._domainkey.client.example", "TXT"]


def test_a_name_with_a_hyphen_is_a_name(dns: DnsServer) -> None:
    dns.add("my-client.example", "TXT", f'"v=spf1 ip4:{PEER} -all"')
    raw = HONEST.replace(b"client.example", b"my-client.example")
    found = check(dns, raw, peer=PEER, mail_from="a@my-client.example")
    assert (found.sender, found.is_verified) == ("bob@my-client.example", True)


def test_the_policy_of_the_domain_above_holds_for_those_below(dns: DnsServer) -> None:
    dns.add("_dmarc.client.example", "TXT", '"v=DMARC1; p=none; sp=quarantine"')
    raw = HONEST.replace(b"bob@client.example", b"bob@a.b.client.example")
    assert (check(dns, raw).dmarc, check(dns, raw).policy) == ("fail", "quarantine")


def test_a_dns_that_is_silent_costs_seconds_only(dns: DnsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns_budget, "QUESTION_SECONDS", 0.2)
    for name in ("client.example", "s1._domainkey.client.example", "_dmarc.client.example"):
        dns.silent.add(name)
    found = check(dns, signed(), mail_from="bob@client.example")
    assert (found.spf, found.dkim, found.dmarc, found.is_verified) == ("temperror", "temperror", "temperror", False)


def test_a_record_of_endless_questions_is_not_followed(dns: DnsServer) -> None:
    for number in range(30):
        dns.add(f"r{number}.evil.example", "TXT", f'"v=spf1 include:r{number + 1}.evil.example -all"')
    found = check(dns, HONEST, mail_from="x@r0.evil.example")
    assert found.spf == "permerror"
    assert sum(dns.questions.values()) < 20


def test_work_without_end_is_cut_off(dns: DnsServer) -> None:
    raw = signed() + (b" " * 60_000 + b"x\r\n") * 100  # the library takes the square of a line's spaces
    found = check_sender(raw, peer=PEER, helo="", mail_from="bob@client.example", nameservers=[dns.address])
    assert (found.is_verified, found.reason) == (False, "too_much")
