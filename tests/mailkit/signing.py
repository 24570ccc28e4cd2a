"""Letters with signatures, and a DNS that knows the keys."""

from __future__ import annotations

import base64
from functools import cache

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.servers.dns_server import DnsServer

PEER = "192.0.2.10"
STRANGER = "192.0.2.66"  # of evil.example
HONEST = b"From: Bob <bob@client.example>\r\nTo: acme@in.example\r\nSubject: Hello\r\n\r\nText\r\n"


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem() -> bytes:
    return key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def key_record() -> str:
    public = key().public_key()
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    text = f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"
    return " ".join(f'"{text[at : at + 250]}"' for at in range(0, len(text), 250))


def signed(
    letter: bytes = HONEST,
    domain: str = "client.example",
    *,
    selector: str = "s1",
    include: tuple[bytes, ...] = (b"from", b"to", b"subject"),
    length: bool = False,
) -> bytes:
    canonical = (b"relaxed", b"relaxed")
    header: bytes = dkim.sign(
        letter, selector.encode(), domain.encode(), private_pem(), canonicalize=canonical,
        include_headers=list(include), length=length,
    )  # fmt: skip
    return header + letter


def fill(dns: DnsServer) -> None:
    """client.example is careful; evil.example is a stranger's, and in order; open.example says nothing of itself."""
    for domain, peer in (("client.example", PEER), ("evil.example", STRANGER)):
        dns.add(domain, "TXT", f'"v=spf1 ip4:{peer} -all"')
        dns.add(f"s1._domainkey.{domain}", "TXT", key_record())
        dns.add(f"_dmarc.{domain}", "TXT", '"v=DMARC1; p=reject"')
