"""An address of an unknown domain: SRV, autoconfig, MX, guesses, asked of a real DNS and web server."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import urlsplit

import pytest
import trustme

from mailkit.autoconfig import MAX_BYTES
from mailkit.autodetect import Detected, detect
from mailkit.network import resolve_public
from mailkit.safe_fetch import FetchRules, fetch
from mailkit.types import Security, ServerAddress
from tests.servers.dns_server import DnsServer
from tests.servers.https_server import HttpsServer, Page

pytestmark = pytest.mark.rule("K02")
DOMAIN = "firma.example"
FILE = "/mail/config-v1.1.xml"
Find = Callable[..., Detected]


def server(kind: str, host: str, port: int, security: str, username: str = "%EMAILADDRESS%") -> str:
    tag = "outgoingServer" if kind == "smtp" else "incomingServer"
    return (
        f'<{tag} type="{kind}"><hostname>{host}</hostname><port>{port}</port><socketType>{security}</socketType>'
        f"<username>{username}</username></{tag}>"
    )


def config(host: str, *, smtp: str = "", username: str = "%EMAILADDRESS%") -> bytes:
    servers = (
        server("pop3", f"pop.{host}", 995, "SSL"),
        server("imap", f"plain.{host}", 143, "plain"),
        server("imap", f"starttls.{host}", 143, "STARTTLS"),
        server("imap", f"imap.{host}", 993, "SSL", username),
        server("smtp", smtp or f"smtp.{host}", 587, "STARTTLS"),
    )
    return f'<clientConfig version="1.1"><emailProvider>{"".join(servers)}</emailProvider></clientConfig>'.encode()


@pytest.fixture
def web(mail_authority: trustme.CA, dns_server: DnsServer) -> Iterator[HttpsServer]:
    """The web servers of the domain."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    mail_authority.issue_cert(DOMAIN, f"autoconfig.{DOMAIN}").configure_cert(tls)
    server = HttpsServer(tls)
    for host in (DOMAIN, f"autoconfig.{DOMAIN}"):
        dns_server.add(host, "A", "127.0.0.1")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def find(web: HttpsServer, dns_server: DnsServer, client_tls: ssl.SSLContext) -> Find:
    """Detects with the real parts; only the port of the web server is another one."""
    rules = FetchRules(schemes={"https"}, ports={web.port}, max_bytes=MAX_BYTES, seconds=3)

    def find_servers(address: str = f"anna@{DOMAIN}", *, seconds: float = 3) -> Detected:
        dns = dns_server.lookup(seconds=seconds)
        resolve = partial(resolve_public, allowed_networks=["127.0.0.0/8"], lookup=dns.addresses)

        def get(url: str) -> bytes:
            at_port = urlsplit(url)._replace(netloc=f"{urlsplit(url).netloc}:{web.port}").geturl()
            return fetch(at_port, resolve=resolve, tls=client_tls, rules=rules).content

        return detect(address, dns=dns, fetch=get)

    return find_servers


def add_srv(dns_server: DnsServer, host: str = f"mx.{DOMAIN}.") -> None:
    dns_server.add(f"_imaps._tcp.{DOMAIN}", "SRV", f"20 1 993 late.{host}", f"10 1 993 {host}")
    dns_server.add(f"_submission._tcp.{DOMAIN}", "SRV", f"0 1 587 {host}")


def test_srv_records_name_the_servers(find: Find, dns_server: DnsServer) -> None:
    add_srv(dns_server)
    found = find()
    assert found.imap == ServerAddress(f"mx.{DOMAIN}", 993, Security.TLS)
    assert found.smtp == ServerAddress(f"mx.{DOMAIN}", 587, Security.STARTTLS)
    assert (found.provider, found.source, found.is_foreign, found.sign_in) == (None, "srv", False, ("password",))


@pytest.mark.parametrize("record", ["0 0 0 .", "0 1 110 mx.firma.example.", "0 1 993 localhost.", "0 1 993 10.0.0.1."])
def test_a_service_not_offered_or_not_reachable_is_left_out(find: Find, dns_server: DnsServer, record: str) -> None:
    dns_server.add(f"_imaps._tcp.{DOMAIN}", "SRV", record)
    assert find().source == "guess"


def test_autoconfig_is_read_over_https(find: Find, web: HttpsServer) -> None:
    web.add(f"autoconfig.{DOMAIN}", FILE, Page(config(DOMAIN, username="%EMAILLOCALPART%")))
    found = find()
    assert found.imap == ServerAddress(f"imap.{DOMAIN}", 993, Security.TLS)
    assert found.smtp == ServerAddress(f"smtp.{DOMAIN}", 587, Security.STARTTLS)
    assert (found.source, found.is_foreign, found.username) == ("autoconfig", False, "local part")
    assert (f"autoconfig.{DOMAIN}", f"{FILE}?emailaddress=anna%40{DOMAIN}") in web.requests


def test_the_well_known_place_is_read_too(find: Find, web: HttpsServer) -> None:
    web.add(DOMAIN, f"/.well-known/autoconfig{FILE}", Page(config(DOMAIN)))
    assert find().source == "autoconfig"


def test_servers_of_somebody_else_are_flagged(find: Find, web: HttpsServer, dns_server: DnsServer) -> None:
    web.add(f"autoconfig.{DOMAIN}", FILE, Page(config("evil.example")))
    assert find().is_foreign
    add_srv(dns_server, "mail.evil.example.")
    assert find().is_foreign
    web.add(f"autoconfig.{DOMAIN}", FILE, Page(config(DOMAIN, smtp="smtp.evil.example")))
    assert find().is_foreign


def test_servers_of_a_known_provider_are_not_foreign(find: Find, dns_server: DnsServer) -> None:
    dns_server.add(f"_imaps._tcp.{DOMAIN}", "SRV", "0 1 993 imap.gmail.com.")
    found = find()
    assert found.provider is not None
    assert (found.provider.key, found.is_foreign, found.sign_in[0]) == ("gmail", False, "oauth2:google")
    assert found.smtp == found.provider.smtp


def test_stages_complete_each_other(find: Find, web: HttpsServer, dns_server: DnsServer) -> None:
    dns_server.add(f"_imap._tcp.{DOMAIN}", "SRV", f"0 1 143 old.{DOMAIN}.")
    web.add(f"autoconfig.{DOMAIN}", FILE, Page(config(DOMAIN)))
    found = find()
    assert found.imap == ServerAddress(f"old.{DOMAIN}", 143, Security.STARTTLS)
    assert found.smtp == ServerAddress(f"smtp.{DOMAIN}", 587, Security.STARTTLS)
    assert found.source == "srv"


def test_the_usual_names_are_guessed(find: Find, dns_server: DnsServer) -> None:
    dns_server.add(f"mail.{DOMAIN}", "A", "127.0.0.1")
    found = find()
    assert (found.source, found.imap) == ("guess", ServerAddress(f"mail.{DOMAIN}", 993, Security.TLS))
    assert found.smtp == ServerAddress(f"mail.{DOMAIN}", 465, Security.TLS)
    assert find("anna@nowhere.example").imap == ServerAddress("imap.nowhere.example", 993, Security.TLS)


def test_a_stage_without_answer_is_done_without(find: Find, web: HttpsServer, dns_server: DnsServer) -> None:
    dns_server.silent |= {f"_imaps._tcp.{DOMAIN}", f"_submissions._tcp.{DOMAIN}", f"imap.{DOMAIN}"}
    dns_server.broken |= {f"_imap._tcp.{DOMAIN}", f"mail.{DOMAIN}"}
    dns_server.add(DOMAIN, "MX", "10 mx.yandex.net.")
    found = find(seconds=2)
    assert found.provider is not None
    assert (found.provider.key, found.source) == ("yandex", "mx")
