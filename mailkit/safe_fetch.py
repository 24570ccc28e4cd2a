"""The one way out for HTTP: whoever names the URL must not reach our own network with it, nor keep us busy.

Only the network layer can promise that: httpx and httpcore look names up by themselves. Here the place that opens
sockets resolves once, checks every address, and connects to a checked one; TLS and `Host` keep the name. Nothing is
kept open, proxies of the environment are not asked, each redirect is checked like the first address.
"""

from __future__ import annotations

import ssl
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from time import monotonic

import httpcore
import httpx

from mailkit.errors import AnswerTooLarge, ConnectionFailed, FetchRefused, MailError, TlsRefused
from mailkit.network import Resolver

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class FetchRules:
    """What may be asked for, and for how long and how much of it."""

    schemes: Collection[str] = frozenset({"http", "https"})
    ports: Collection[int] = frozenset({80, 443, 8080, 8443})
    max_bytes: int = 100 * 1024 * 1024
    seconds: float = 60  # from the first look at the DNS to the last byte
    connect_seconds: float = 5


DEFAULT_RULES = FetchRules()


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer 200, read to its end. `url` is the last one after redirects."""

    url: str
    content_type: str  # as the server says, lower-cased, without parameters
    content: bytes


def fetch(url: str, *, resolve: Resolver, tls: ssl.SSLContext, rules: FetchRules = DEFAULT_RULES) -> Fetched:
    """GET. Raises FetchRefused, HostRefused, ConnectionFailed, TlsRefused."""
    transport = _Transport(resolve, tls, rules, _Deadline(rules.seconds))
    try:
        with httpx.Client(transport=transport, trust_env=False) as client:
            return _follow(client, url, rules)
    except (httpx.RemoteProtocolError, UnicodeError) as error:
        # httpx looks where a redirect leads before we do. UnicodeError: an A-label that is none (idna).
        raise FetchRefused("This is not a web address") from error


def _follow(client: httpx.Client, url: str, rules: FetchRules) -> Fetched:
    for _hop in range(MAX_REDIRECTS + 1):
        with client.stream("GET", _parse(url, rules)) as response:
            if response.status_code not in REDIRECTS:
                return _read(response)
            url = _next_url(response)
    raise FetchRefused("The address leads on and on")


class CheckedTransport(httpx.BaseTransport):
    """For clients that make their own requests (OAuth); each has all the seconds of `rules` to itself.

    Errors of the network are those of mailkit, not of httpx. Redirects are up to the client.
    """

    def __init__(self, resolve: Resolver, tls: ssl.SSLContext, rules: FetchRules = DEFAULT_RULES) -> None:
        self._resolve, self._tls, self._rules = resolve, tls, rules

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        deadline = _Deadline(self._rules.seconds)
        return _Transport(self._resolve, self._tls, self._rules, deadline).handle_request(request)


class _Deadline:
    """The moment after which nothing is waited for."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def left(self, most: float | None = None) -> float:
        """Seconds, `most` of them at most. Raises ConnectionFailed when there are none."""
        seconds = self._end - monotonic()
        if seconds <= 0:
            raise ConnectionFailed("The server takes too long", step="connect")
        return seconds if most is None else min(seconds, most)


class _Transport(httpx.BaseTransport):
    """Requests that share a deadline, a connection each."""

    def __init__(self, resolve: Resolver, tls: ssl.SSLContext, rules: FetchRules, deadline: _Deadline) -> None:
        self._resolve, self._tls, self._rules, self._deadline = resolve, tls, rules, deadline

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        _check_url(request.url, self._rules)
        network = _CheckedNetwork(self._resolve, self._deadline, self._rules.connect_seconds)
        pool = httpcore.ConnectionPool(self._tls, max_keepalive_connections=0, network_backend=network)
        try:
            response = pool.handle_request(_to_core(request))
            _check_encoding(response)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            pool.close()
            raise ConnectionFailed("The server does not answer as it should", step="connect") from error
        except MailError:
            pool.close()
            raise
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_BoundedStream(response.iter_stream(), pool, self._rules.max_bytes),
        )


class _BoundedStream(httpx.SyncByteStream):
    """The body as it comes, up to so many bytes; what `Content-Length` says is not believed."""

    def __init__(self, parts: Iterable[bytes], pool: httpcore.ConnectionPool, most: int) -> None:
        self._parts, self._pool, self._left = parts, pool, most

    def __iter__(self) -> Iterator[bytes]:
        try:
            for part in self._parts:
                self._left -= len(part)
                if self._left < 0:
                    raise AnswerTooLarge("The answer is larger than what we take")
                yield part
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise ConnectionFailed("The server broke off", step="connect") from error

    def close(self) -> None:
        self._pool.close()


class _CheckedNetwork(httpcore.NetworkBackend):
    """Opens sockets to addresses that the resolver has let through, and to nothing else."""

    def __init__(self, resolve: Resolver, deadline: _Deadline, connect_seconds: float) -> None:
        self._resolve, self._deadline, self._connect_seconds = resolve, deadline, connect_seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # the deadline knows better
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: httpcore.NetworkError | httpcore.TimeoutException | None = None
        for ip in self._resolve(host, port):
            seconds = self._deadline.left(self._connect_seconds)
            try:
                stream = httpcore.SyncBackend().connect_tcp(ip, port, seconds, local_address, socket_options)
            except (httpcore.NetworkError, httpcore.TimeoutException) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise ConnectionFailed("The server does not answer", step="connect") from failure


class _TimedStream(httpcore.NetworkStream):
    """Each byte has to come before the deadline: a server that sends one every few seconds holds nobody."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        except httpcore.ConnectError as error:
            # Further up httpcore cuts off the cause, and with it what went wrong.
            if isinstance(error.__cause__, ssl.SSLError):
                raise TlsRefused("No safe connection: certificate or encryption", step="tls") from error
            raise
        return _TimedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _parse(url: str, rules: FetchRules) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise FetchRefused("This is not a web address") from error
    _check_url(parsed, rules)
    return parsed


def _check_url(url: httpx.URL, rules: FetchRules) -> None:
    if url.scheme not in rules.schemes or not url.host:
        raise FetchRefused("Only web addresses are fetched")
    if url.userinfo:
        raise FetchRefused("A web address with a user name or password is not fetched")
    if (url.port or {"http": 80, "https": 443}[url.scheme]) not in rules.ports:
        raise FetchRefused("Web servers are asked on their usual ports only")


def _to_core(request: httpx.Request) -> httpcore.Request:
    # A compressed answer could grow without end while it is unpacked, so none is asked for.
    request.headers["Accept-Encoding"] = "identity"
    url = request.url
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
    )


def _check_encoding(response: httpcore.Response) -> None:
    headers = httpx.Headers(response.headers)
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise FetchRefused("The answer is compressed, which was not asked for")


def _read(response: httpx.Response) -> Fetched:
    if response.status_code != httpx.codes.OK:
        raise FetchRefused(f"The server answered {response.status_code}", code=response.status_code)
    content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Fetched(url=str(response.url), content_type=content_type, content=b"".join(response.iter_raw()))


def _next_url(response: httpx.Response) -> str:
    """Where a redirect leads. What was asked for over TLS is never fetched without."""
    try:
        target = response.url.join(response.headers.get("location", ""))
    except httpx.InvalidURL as error:
        raise FetchRefused("The address leads nowhere") from error
    if response.url.scheme == "https" and target.scheme != "https":
        raise FetchRefused("The address leads from https to something else")
    return str(target)
