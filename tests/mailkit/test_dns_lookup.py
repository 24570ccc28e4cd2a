"""Questions to a DNS server, and which server that is."""

from __future__ import annotations

import ipaddress

import pytest

from mailkit.dns_lookup import MxRecord, SrvRecord
from mailkit.errors import ConnectionFailed
from mailkit.network import parse_nameserver
from tests.servers.dns_server import DnsServer


def test_records_come_in_order_and_plain(dns_server: DnsServer) -> None:
    dns_server.add("x.example", "MX", "20 B.example.", "10 c.example.", "10 a.example.")
    dns_server.add("_imaps._tcp.x.example", "SRV", "1 5 993 Light.example.", "1 9 993 heavy.example.", "0 0 1 first.")
    dns_server.add("x.example", "TXT", '"one" " piece"', '"two"')
    dns = dns_server.lookup()
    assert dns.mx("x.example") == [MxRecord(10, "a.example"), MxRecord(10, "c.example"), MxRecord(20, "b.example")]
    assert [record.host for record in dns.srv("_imaps._tcp.x.example")] == ["first", "heavy.example", "light.example"]
    assert dns.srv("_imaps._tcp.x.example")[0] == SrvRecord(0, 0, 1, "first")
    assert sorted(dns.txt("X.example")) == ["one piece", "two"]


def test_nothing_is_an_answer_and_no_answer_is_a_failure(dns_server: DnsServer) -> None:
    dns_server.add("x.example", "A", "192.0.2.1")
    dns_server.broken.add("broken.example")
    dns_server.silent.add("silent.example")
    dns = dns_server.lookup(seconds=2)
    assert dns.mx("x.example") == dns.mx("nowhere.example") == dns.txt("x.example") == []
    for name in ("broken.example", "silent.example", "a..b.example", f"{'a' * 64}.example"):
        with pytest.raises(ConnectionFailed) as caught:
            dns.mx(name)
        assert caught.value.step == "dns"


def test_addresses_of_both_kinds(dns_server: DnsServer) -> None:
    dns_server.add("x.example", "A", "192.0.2.1")
    dns_server.add("x.example", "AAAA", "2001:db8::1")
    dns = dns_server.lookup()
    assert [str(one) for one in dns.addresses("x.example")] == ["192.0.2.1", "2001:db8::1"]
    assert ipaddress.ip_address("127.0.0.1") in dns.addresses("localhost")
    assert dns_server.questions["localhost", "A"] == 0
    with pytest.raises(ConnectionFailed):
        dns.addresses("nowhere.example")


def test_a_long_answer_comes_by_tcp(dns_server: DnsServer) -> None:
    dns_server.add("x.example", "TXT", *(f'"{number}-{"x" * 200}"' for number in range(40)))
    assert len(dns_server.lookup().txt("x.example")) == 40


def test_an_answer_is_taken_up_to_a_number_of_records(dns_server: DnsServer) -> None:
    dns_server.add("x.example", "MX", *(f"10 m{number}.example." for number in range(80)))
    assert len(dns_server.lookup().mx("x.example")) == 50


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("192.0.2.1", ("192.0.2.1", 53)),
        ("192.0.2.1:5353", ("192.0.2.1", 5353)),
        ("2001:db8::1", ("2001:db8::1", 53)),
        ("[2001:db8::1]:5353", ("2001:db8::1", 5353)),
    ],
)
def test_a_name_server_is_written_with_or_without_port(written: str, place: tuple[str, int]) -> None:
    assert parse_nameserver(written) == place


@pytest.mark.parametrize("written", ["", "dns.example", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:x", "192.0.2.1:99999"])
def test_what_names_no_server_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="name server"):
        parse_nameserver(written)
