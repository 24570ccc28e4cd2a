"""Addresses of headers, of people who type, and the hosts we refuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.addresses import (
    AddressRefused,
    email_key,
    is_host_name,
    is_internationalized,
    is_ip_literal,
    parse_address_list,
    parse_typed_address,
    to_ascii_domain,
)

LITERALS = (
    "127.0.0.1 127.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 127.0.0.1. ::1 [::1] [::ffff:10.0.0.1] "
    "fe80::1%eth0 １２７.0.0.1 127。0。0。1 [127.0.0.1] IPv6:::1 0X7F.0.0.1 192.168.257"
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@x.example", [("", "a@x.example")]),
        ('"Smith, J." <j@x.example>, b@x.example', [("Smith, J.", "j@x.example"), ("", "b@x.example")]),
        ("Smith, John <j@x.example>", [("Smith, John", "j@x.example")]),
        ("a@x.example; b@x.example", [("", "a@x.example"), ("", "b@x.example")]),
        ("Friends: a@x.example, B <b@x.example>;", [("", "a@x.example"), ("B", "b@x.example")]),
        ("undisclosed-recipients:;", []),
        ("a@x.example (Ann (home))", [("", "a@x.example")]),
        ('"evil@y.example" <a@x.example>', [("evil@y.example", "a@x.example")]),
        ("evil@y.example <a@x.example>", [("evil@y.example", "a@x.example")]),
        ("<@relay.example:a@x.example>", [("", "a@x.example")]),
        ('"Unclosed <a@x.example>, b@x.example', [("Unclosed", "a@x.example"), ("", "b@x.example")]),
        ("Bob (x <b@x.example>", [("Bob x", "b@x.example")]),
        ("not an address, @, a@, @b", []),
    ],
)
def test_lists_of_headers(value: str, expected: list[tuple[str, str]]) -> None:
    assert [(address.name, address.email) for address in parse_address_list(value)] == expected


@given(st.text(alphabet='ab@.,;:<>"()\\ \t', max_size=200))
def test_any_text_is_a_list(value: str) -> None:
    for address in parse_address_list(value):
        assert "@" in address.email
        assert not set(address.email.rpartition("@")[2]) & set(' \t<>"')


def test_a_list_has_an_end() -> None:
    assert len(parse_address_list("a@x.example," * 5000)) == 500


def test_keys_compare_addresses() -> None:
    assert email_key(" Bob@X.Example. ") == "bob@x.example"
    assert email_key("a@Пример.РФ") == email_key("A@xn--e1afmkfd.xn--p1ai")
    assert to_ascii_domain("straße.example") == "xn--strae-oqa.example"  # IDNA 2008, not strasse


def test_a_label_that_no_domain_can_have_is_not_encoded() -> None:
    """That would take minutes, and strangers name hosts (autoconfig)."""
    label = "".join(chr(0x4E00 + n) for n in range(20_000))
    assert to_ascii_domain(f"{label}.example") == f"{label}.example"
    assert not is_host_name(f"{label}.example")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        ("bob", "no_at"),
        ("a@x.example, b@x.example", "several"),
        ("a@x.example\r\nBcc: b@x.example", "several"),
        ("a@10.0.0.1", "ip_address"),
        ("a@[10.0.0.1]", "ip_address"),
        ("a@gmail", "bad_domain"),
        ("a@-x-.example", "bad_domain"),
        ('"a b"@x.example', "bad_name"),
    ],
)
def test_what_a_person_typed_wrongly_is_named(typed: str, code: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        parse_typed_address(typed)
    assert caught.value.code == code


def test_what_a_person_pastes_is_read() -> None:
    assert parse_typed_address(" Bob B. <bob@x.example> ").name == "Bob B."
    assert parse_typed_address("mailto:bob@x.example").email == "bob@x.example"


@pytest.mark.rule("K07")
@pytest.mark.parametrize(
    "host",
    LITERALS.split(),
)
def test_an_ip_address_is_one_in_every_spelling(host: str) -> None:
    assert is_ip_literal(host)


def test_host_names_are_no_addresses() -> None:
    for host in ("localhost", "imap.x.example", "1.mail.example", "127.0.0.1.nip.io", "0xbad.example"):
        assert not is_ip_literal(host)


@pytest.mark.rule("K06")
def test_internationalized_domains_are_known_in_both_spellings() -> None:
    assert is_internationalized("пример.рф")
    assert is_internationalized("mail.XN--E1AFMKFD.example")
    assert not is_internationalized("example.org")
