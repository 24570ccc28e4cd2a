"""From an email address to its provider, servers and way of signing in (rule K02).

The built-in table answers at once. Else the domain is asked, all stages at the same time: DNS SRV (RFC 6186, 8314),
Mozilla autoconfig, MX against the table; a stage that is late is done without. What nobody tells is guessed.
No password is sent anywhere here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass, replace
from time import monotonic
from typing import Protocol, TypeVar

from mailkit.addresses import domain_of
from mailkit.autoconfig import FoundServer, FoundServers, is_mail_host, list_urls, parse_autoconfig
from mailkit.dns_lookup import MxRecord, SrvRecord
from mailkit.errors import MailError
from mailkit.network import IpAddress
from mailkit.providers import (
    ADDRESS,
    PASSWORD,
    Provider,
    provider_of_domain,
    provider_of_host,
    provider_of_mx,
)
from mailkit.registrable import registrable_domain
from mailkit.types import Security, ServerAddress

ALL_SECONDS = 6  # each stage has 3, by the limits of `dns` and `fetch`
USUAL_PORTS = frozenset({143, 993, 465, 587})
# Service of RFC 6186 and 8314, what its connection begins with; the better first.
IMAP_SERVICES = (("_imaps._tcp", Security.TLS), ("_imap._tcp", Security.STARTTLS))
SMTP_SERVICES = (("_submissions._tcp", Security.TLS), ("_submission._tcp", Security.STARTTLS))
IMAP_GUESSES, SMTP_GUESSES = ("imap", "mail"), ("smtp", "mail")
Fetch = Callable[[str], bytes]  # of a URL; raises MailError
Answer = TypeVar("Answer")


class Dns(Protocol):
    """What is asked of mailkit.dns_lookup.DnsLookup; all raise ConnectionFailed."""

    def mx(self, domain: str) -> list[MxRecord]: ...
    def srv(self, name: str) -> list[SrvRecord]: ...
    def addresses(self, name: str, port: int = 0) -> list[IpAddress]: ...


@dataclass(frozen=True, slots=True)
class Detected:
    """What is known of an address. Without servers the provider has none that we could use."""

    provider: Provider | None
    imap: ServerAddress | None
    smtp: ServerAddress | None
    sign_in: tuple[str, ...]  # as in Provider
    source: str  # table, srv, autoconfig, mx, guess: where the server for reading comes from
    is_foreign: bool  # a server lies with somebody else than the address, and not with a provider of the table
    username: str = ADDRESS  # or LOCAL_PART
    smtp_username: str = ADDRESS


def detect(address: str, *, dns: Dns, fetch: Fetch, ports: Collection[int] = USUAL_PORTS) -> Detected:
    """`address` is one (mailkit.addresses.parse_typed_address); `ports` are those that may be connected to."""
    domain = domain_of(address)
    provider = provider_of_domain(domain)
    if provider:
        return _of_provider(provider, "table", provider.imap, provider.smtp)
    return _Search(address, domain, dns, fetch, ports).run()


class _Search:
    """The questions to one domain, all under way at once, and what their answers amount to."""

    def __init__(self, address: str, domain: str, dns: Dns, fetch: Fetch, ports: Collection[int]) -> None:
        self._domain, self._ports = domain, ports
        self._dns, self._fetch = dns, fetch
        self._end = monotonic() + ALL_SECONDS
        self._urls = list_urls(address, domain)

    def run(self) -> Detected:
        workers = ThreadPoolExecutor(max_workers=12, thread_name_prefix="detect")
        try:
            return self._ask(workers)
        finally:
            workers.shutdown(wait=False, cancel_futures=True)  # who is late ends by the limits of its own

    def _ask(self, workers: ThreadPoolExecutor) -> Detected:
        imap = [(security, workers.submit(self._srv, name)) for name, security in IMAP_SERVICES]
        smtp = [(security, workers.submit(self._srv, name)) for name, security in SMTP_SERVICES]
        files = [workers.submit(self._fetch, url) for url in self._urls]
        mx = workers.submit(self._dns.mx, self._domain)
        names = {*IMAP_GUESSES, *SMTP_GUESSES}
        guesses = {name: workers.submit(self._dns.addresses, f"{name}.{self._domain}") for name in sorted(names)}

        found = FoundServers(self._of_srv(imap), self._of_srv(smtp))
        source = "srv"
        if not (found.imap and found.smtp):
            found, source = _filled(found, self._of_autoconfig(files), source, "autoconfig")
        provider = _known(found)
        if not found.imap:
            provider = provider_of_mx(record.host for record in self._result(mx, []))
            if provider:
                return _of_provider(provider, "mx", provider.hosted_imap, provider.hosted_smtp)
        found, source = _filled(found, self._guess(guesses, provider), source, "guess")
        return _of_servers(self._domain, provider, found, source)

    def _srv(self, service: str) -> list[SrvRecord]:
        return self._dns.srv(f"{service}.{self._domain}")

    def _of_srv(self, answers: Iterable[tuple[Security, Future[list[SrvRecord]]]]) -> FoundServer | None:
        for security, future in answers:
            for record in self._result(future, []):
                if record.port in self._ports and is_mail_host(record.host):
                    return FoundServer(ServerAddress(record.host, record.port, security))
        return None

    def _of_autoconfig(self, files: Iterable[Future[bytes]]) -> FoundServers:
        """The first that names a server for reading."""
        for future in files:
            found = parse_autoconfig(self._result(future, b""), domain=self._domain, ports=self._ports)
            if found.imap:
                return found
        return FoundServers()

    def _guess(self, guesses: dict[str, Future[list[IpAddress]]], provider: Provider | None) -> FoundServers:
        """The usual names: the first that exists, else the most usual one, for a person to correct."""
        if provider and provider.hosted_smtp:
            return FoundServers(smtp=FoundServer(provider.hosted_smtp, provider.smtp_username))
        imap = ServerAddress(self._existing(IMAP_GUESSES, guesses), 993, Security.TLS)
        smtp = ServerAddress(self._existing(SMTP_GUESSES, guesses), 465, Security.TLS)
        return FoundServers(FoundServer(imap), FoundServer(smtp))

    def _existing(self, names: Sequence[str], guesses: dict[str, Future[list[IpAddress]]]) -> str:
        name = next((one for one in names if self._result(guesses[one], [])), names[0])
        return f"{name}.{self._domain}"

    def _result(self, future: Future[Answer], otherwise: Answer) -> Answer:
        """What is not there in time, or could not be asked, is done without."""
        try:
            return future.result(timeout=max(0.0, self._end - monotonic()))
        except (Late, MailError):
            return otherwise


def _filled(found: FoundServers, more: FoundServers, source: str, next_source: str) -> tuple[FoundServers, str]:
    """What one stage found, completed by a later one; the source is that of the server for reading."""
    both = replace(found, imap=found.imap or more.imap, smtp=found.smtp or more.smtp)
    return both, source if found.imap else next_source


def _known(found: FoundServers) -> Provider | None:
    """The provider of the table that runs the server for reading."""
    return provider_of_host(found.imap.server.host) if found.imap else None


def _of_provider(provider: Provider, source: str, imap: ServerAddress | None, smtp: ServerAddress | None) -> Detected:
    return Detected(
        provider=provider,
        imap=imap,
        smtp=smtp,
        sign_in=provider.sign_in,
        source=source,
        is_foreign=False,
        username=provider.username,
        smtp_username=provider.smtp_username,
    )


def _of_servers(domain: str, provider: Provider | None, found: FoundServers, source: str) -> Detected:
    both = [one for one in (found.imap, found.smtp) if one]
    return Detected(
        provider=provider,
        imap=found.imap.server if found.imap else None,
        smtp=found.smtp.server if found.smtp else None,
        sign_in=provider.sign_in if provider else (PASSWORD,),
        source=source,
        is_foreign=any(_is_foreign(one.server.host, domain) for one in both),
        username=found.imap.username if found.imap else ADDRESS,
        smtp_username=found.smtp.username if found.smtp else ADDRESS,
    )


def _is_foreign(host: str, domain: str) -> bool:
    return registrable_domain(host) != registrable_domain(domain) and provider_of_host(host) is None
