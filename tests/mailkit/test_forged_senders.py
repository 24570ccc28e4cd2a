"""Letters that claim to be from bob@client.example, in the ways that have fooled receivers ("espoofer" and others). The
forger owns evil.example, with SPF and DKIM in order, and sends from there: none is ever verified as Bob's (G03).
"""

from __future__ import annotations

import re

import pytest

from tests.mailkit.signing import HONEST, signed
from tests.mailkit.test_sender_checks import check, dns, server
from tests.servers.dns_server import DnsServer

__all__ = ["dns", "server"]
REST = b"To: acme@in.example\r\nSubject: Pay\r\n\r\nText\r\n"
BOB = b"bob@client.example"
EVIL = b"x@evil.example"
# What stands above the rest of the header. Each is sent as it is, and signed by evil.example.
HEADERS = {
    "plain": b"From: Bob <" + BOB + b">\r\n",
    "two fields, his first": b"From: " + BOB + b"\r\nFrom: " + EVIL + b"\r\n",
    "two fields, his last": b"From: " + EVIL + b"\r\nFrom: " + BOB + b"\r\n",
    "space before the field": b" From: " + BOB + b"\r\nFrom: " + EVIL + b"\r\n",
    "space after the name": b"From : " + BOB + b"\r\nFrom: " + EVIL + b"\r\n",
    "name in two lines": b"From\r\n : " + BOB + b"\r\nFrom: " + EVIL + b"\r\n",
    "NUL in the name": b"From\x00: " + BOB + b"\r\nFrom: " + EVIL + b"\r\n",
    "odd letters in the name": b"From\xe2\x80\x8b: " + BOB + b"\r\nFrom: " + EVIL + b"\r\n",
    "two addresses": b"From: " + BOB + b", " + EVIL + b"\r\n",
    "two addresses, his last": b"From: " + EVIL + b", " + BOB + b"\r\n",
    "two in brackets": b"From: <" + BOB + b"><" + EVIL + b">\r\n",
    "comma escaped": b"From: <" + BOB + b">\\, <" + EVIL + b">\r\n",
    "comment": b"From: " + BOB + b"(<" + EVIL + b">)\r\n",
    "comment in the address": b"From: <bob@client.example(x@evil.example)>\r\n",
    "route": b"From: <@client.example,@any.example:x@evil.example>\r\n",
    "group": b"From: " + BOB + b":<" + EVIL + b">;\r\n",
    "encoded list": b"From: =?utf-8?Q?bob=40client.example=2C?= <" + BOB + b">, <" + EVIL + b">\r\n",
    "quoted name that is not closed": b'From: "Bob <' + BOB + b"> <" + EVIL + b">\r\n",
    "semicolon": b"From: " + BOB + b"; " + EVIL + b"\r\n",
    "folded in two": b"From: " + BOB + b"\r\n\t<" + EVIL + b">\r\n",
    "NUL in the address": b"From: bob@client.example\x00@evil.example\r\n",
    "no From, Sender only": b"Sender: " + BOB + b"\r\n",
    "Resent-From is honest": b"Resent-From: " + EVIL + b"\r\nFrom: " + BOB + b"\r\n",
    "below an empty domain": b"From: bob@nowhere.client.example\r\n",
}


def is_bob(dns: DnsServer, raw: bytes, *, mail_from: str = "x@evil.example", helo: str = "evil.example") -> bool:
    found = check(dns, raw, mail_from=mail_from, helo=helo)
    return found.is_verified and found.sender.endswith("client.example")


@pytest.mark.rule("G03")
@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_no_header_makes_a_stranger_bob(header: bytes, dns: DnsServer) -> None:
    assert not is_bob(dns, header + REST)
    assert not is_bob(dns, signed_by_evil(header + REST))
    forged = b"Authentication-Results: in.example; dmarc=pass header.from=client.example\r\n"
    assert not is_bob(dns, forged + header + REST)


def signed_by_evil(raw: bytes) -> bytes:
    """dkimpy refuses to sign some of them: then a signature of a like letter stands above, as a forger would do."""
    honest = b"From: " + EVIL + b"\r\n" + REST
    return signed(honest, "evil.example").partition(b"From: ")[0] + raw


SENDERS = [
    "<bob@client.example>", "bob@client.example", "b@client.example\x00@evil.example", "b@client.example(.evil.example",
    "@client.example,@any.example:'x@evil.example", "bob@nowhere.client.example", "", "x@evil.example@client.example",
    "bob@client.example,x@evil.example", '"bob@client.example"@evil.example',
]  # fmt: skip


@pytest.mark.parametrize("mail_from", SENDERS)
@pytest.mark.parametrize(
    "helo", ["evil.example", "client.example", "", "client.example\x00.evil.example", "[192.0.2.66]"]
)
def test_no_envelope_makes_a_stranger_bob(mail_from: str, helo: str, dns: DnsServer) -> None:
    assert not is_bob(dns, HONEST, mail_from=mail_from, helo=helo)


SIGNATURES = [
    # domain, selector: what is asked may be another name than what is shown
    ("client.example", "s1._domainkey.evil.example\x00"),
    ("client.example", "x"),
    ("client.example(.evil.example", "s1"),
    ("client.example'a.evil.example", "s1"),
    ("client.example\x00.evil.example", "s1"),
    ("client.example.evil.example", "s1"),
    ("example", "s1"),
    ("Client.Example, evil.example", "s1"),
]


@pytest.mark.parametrize(("domain", "selector"), SIGNATURES)
def test_no_signature_makes_a_stranger_bob(domain: str, selector: str, dns: DnsServer) -> None:
    raw = signed(HONEST, "evil.example").replace(b"d=evil.example", b"d=" + domain.encode())
    assert not is_bob(dns, raw.replace(b"s=s1", b"s=" + selector.encode()))


def test_a_true_letter_cannot_be_made_another(dns: DnsServer) -> None:
    """Replayed with a second From, with a longer text behind a signature of a part, with From left out of what is
    signed."""
    assert is_bob(dns, signed())
    assert not is_bob(dns, b"From: " + EVIL + b"\r\n" + signed())
    assert not is_bob(dns, signed(length=True) + b"And pay to me\r\n")
    assert not is_bob(dns, signed(HONEST, include=(b"from", b"subject")).replace(b"Subject: Hello", b"Subject: Pay"))
    assert not is_bob(dns, re.sub(rb"h=from : ", b"h=", signed()))


def test_a_key_that_was_withdrawn_proves_nothing(dns: DnsServer) -> None:
    dns.add("s3._domainkey.client.example", "TXT", '"v=DKIM1; k=rsa; p="')
    assert not is_bob(dns, signed(HONEST, selector="s3"))
