"""HTTP clients that cost little themselves: the servers have the processor."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

HOST = "127.0.0.1"
NAME = "localhost"  # of the application; by the number strangers come (PUBLIC_URL)
CHUNK = 1 << 18
ANSWERED = (HTTPStatus.OK, HTTPStatus.FOUND)
Path = Callable[[], tuple[str, Mapping[str, str]]]  # the next path to ask for, with its headers


@dataclass(slots=True)
class Connection:
    """One connection that is kept open. An answer that is none of ANSWERED is an error."""

    port: int
    _socket: socket.socket | None = field(default=None, init=False)

    def get(self, path: str, headers: Mapping[str, str]) -> bytes:
        said = {"Host": f"{NAME}:{self.port}", **headers}
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items())]
        request = ("\r\n".join(lines) + "\r\n\r\n").encode()
        try:
            return self._ask(request)
        except ConnectionError:  # the server closes connections that were idle for two seconds
            self.close()
            return self._ask(request)

    def close(self) -> None:
        if self._socket:
            self._socket.close()
        self._socket = None

    def _ask(self, request: bytes) -> bytes:
        if self._socket is None:
            self._socket = socket.create_connection((HOST, self.port))
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._receive()
        head, _, body = received.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        if int(lines[0].split()[1]) not in ANSWERED:
            raise RuntimeError(f"{request.splitlines()[0]!r}: {head[:200]!r}")
        length = next(int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:"))
        parts, missing = [body], length - len(body)
        while missing > 0:
            parts.append(self._receive())
            missing -= len(parts[-1])
        if b"connection: close" in lines:
            self.close()
        return b"".join(parts)

    def _receive(self) -> bytes:
        assert self._socket is not None
        received = self._socket.recv(CHUNK)
        if not received:
            raise ConnectionError("the server has hung up")
        return received


def requests_a_second(port: int, path: Path, *, clients: int, seconds: float) -> float:
    """Of so many clients at once, each asking again as soon as it is answered."""
    counts = [0] * clients
    deadline = time.perf_counter() + seconds

    def ask(client: int) -> None:
        with connected(port) as connection:
            while time.perf_counter() < deadline:
                connection.get(*path())
                counts[client] += 1

    threads = [threading.Thread(target=ask, args=[client]) for client in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)


def milliseconds(connection: Connection, path: Path, *, times: int) -> float:
    """The median of so many requests, one after the other."""
    return statistics.median(timed(lambda: connection.get(*path())) for _ in range(times))


def timed(action: Callable[[], object]) -> float:
    """In milliseconds."""
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1000


@contextmanager
def connected(port: int) -> Iterator[Connection]:
    connection = Connection(port)
    try:
        yield connection
    finally:
        connection.close()
