"""Fetching over HTTP: what is taken, what is refused, and when it ends."""

from __future__ import annotations

import gzip
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from threading import Event

import pytest
import trustme

from mailkit.errors import ConnectionFailed, FetchRefused, HostRefused, TlsRefused
from mailkit.network import resolve_public
from mailkit.safe_fetch import Fetched, FetchRules, fetch
from tests.servers.dns_server import DnsServer
from tests.servers.https_server import HttpsServer, Page

HOST = "files.customer.example"
Get = Callable[..., Fetched]


@pytest.fixture
def web(mail_authority: trustme.CA, dns_server: DnsServer) -> Iterator[HttpsServer]:
    """https://files.customer.example"""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    mail_authority.issue_cert(HOST).configure_cert(tls)
    server = HttpsServer(tls)
    dns_server.add(HOST, "A", "127.0.0.1")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def get(web: HttpsServer, dns_server: DnsServer, client_tls: ssl.SSLContext) -> Get:
    """Fetches a path of the server, or any URL, by the rules given. Of loopback only that address is allowed."""
    resolve = partial(resolve_public, allowed_networks=["127.0.0.1/32"], lookup=dns_server.lookup().addresses)

    def get_url(path: str, **changes: object) -> Fetched:
        rules = replace(FetchRules(ports={web.port}, seconds=20), **changes)  # type: ignore[arg-type]
        url = path if "://" in path else f"https://{HOST}:{web.port}{path}"
        return fetch(url, resolve=resolve, tls=client_tls, rules=rules)

    return get_url


def test_a_page_is_fetched_with_its_name_kept(web: HttpsServer, get: Get) -> None:
    web.add(HOST, "/a.xml", Page(b"<a/>", headers={"Content-Type": "Text/XML; charset=utf-8"}))
    assert get("/a.xml?x=1") == Fetched(f"https://{HOST}:{web.port}/a.xml?x=1", "text/xml", b"<a/>")
    assert web.requests == [(HOST, "/a.xml?x=1")]


def test_redirects_are_followed_three_times_at_most(web: HttpsServer, get: Get) -> None:
    for step in range(5):
        web.redirect(HOST, f"/{step}", f"/{step + 1}")
    web.add(HOST, "/4", Page(b"end"))
    assert get("/1").content == b"end"
    with pytest.raises(FetchRefused):
        get("/0")


@pytest.mark.parametrize("host", ["xn--a", "xn--", "xn--999999999", "xn--\u00e9.example", "[::1"])
def test_a_redirect_to_what_is_no_host_is_refused(web: HttpsServer, get: Get, host: str) -> None:
    web.redirect(HOST, "/", f"https://{host}:{web.port}/")
    with pytest.raises(FetchRefused):
        get("/")


@pytest.mark.parametrize("target", [f"http://{HOST}/", "ftp://x.example/", "file:///etc/passwd", "https://["])
def test_a_redirect_away_from_https_is_refused(web: HttpsServer, get: Get, target: str) -> None:
    web.redirect(HOST, "/", target)
    with pytest.raises(FetchRefused):
        get("/")
    assert len(web.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://x.example/",
        "https://user:secret@files.customer.example/",
        "https://files.customer.example:25/",
        "https://",
        "https://files.customer.example:99999/",
    ],
)
def test_other_addresses_are_refused(get: Get, url: str) -> None:
    with pytest.raises(FetchRefused):
        get(url)


def test_http_is_refused_where_only_https_is_wanted(get: Get) -> None:
    with pytest.raises(FetchRefused):
        get(f"http://{HOST}/", schemes={"https"}, ports={80})


@pytest.mark.parametrize("status", [204, 304, 404, 500])
def test_an_answer_that_is_not_200_is_refused(web: HttpsServer, get: Get, status: int) -> None:
    web.add(HOST, "/", Page(status=status))
    with pytest.raises(FetchRefused):
        get("/")


def test_an_endless_answer_ends_at_the_limit(web: HttpsServer, get: Get) -> None:
    def write(send: Callable[[bytes], object]) -> None:
        while True:  # until the client hangs up
            send(b"x" * 10_000)

    web.add(HOST, "/", Page(write=write))
    with pytest.raises(FetchRefused):
        get("/", max_bytes=50_000)


def test_a_length_that_lies_is_not_believed(web: HttpsServer, get: Get) -> None:
    web.add(HOST, "/", Page(b"x" * 100, headers={"Content-Length": "5"}))
    assert get("/").content == b"xxxxx"
    web.add(HOST, "/", Page(b"xx", headers={"Content-Length": "500"}))
    with pytest.raises(ConnectionFailed):
        get("/")


def test_a_compressed_answer_is_refused_as_nobody_asked_for_one(web: HttpsServer, get: Get) -> None:
    web.add(HOST, "/", Page(gzip.compress(b"0" * 10_000_000), headers={"Content-Encoding": "gzip"}))
    with pytest.raises(FetchRefused):
        get("/")


def test_a_server_that_drips_is_left_at_the_deadline(web: HttpsServer, get: Get) -> None:
    gone = Event()

    def write(send: Callable[[bytes], object]) -> None:
        while not gone.wait(0.05):
            send(b".")

    web.add(HOST, "/", Page(write=write))
    with pytest.raises(ConnectionFailed):
        get("/", seconds=0.5)
    gone.set()


def test_a_certificate_of_another_name_is_refused(web: HttpsServer, get: Get, dns_server: DnsServer) -> None:
    dns_server.add("other.customer.example", "A", "127.0.0.1")
    with pytest.raises(TlsRefused):
        get(f"https://other.customer.example:{web.port}/")
    assert web.requests == []


def test_own_public_addresses_are_refused(dns_server: DnsServer, client_tls: ssl.SSLContext) -> None:
    dns_server.add("us.example", "A", "9.9.9.9")
    dns_server.add("us.example", "AAAA", "::ffff:9.9.9.9")
    resolve = partial(resolve_public, refused=["9.9.9.9"], lookup=dns_server.lookup().addresses)
    with pytest.raises(HostRefused):
        fetch("https://us.example/", resolve=resolve, tls=client_tls)
