"""A TCP proxy on loopback that breaks connections to a real server, at a place that the test names.

with CutProxy(dovecot.port).running() as proxy:
    proxy.break_next(Way.DOWN, cut_after(1000, reset=True))
    ...                       # the next connection ends after a thousand bytes of the server's
    assert proxy.broken == 1  # or the test has proved nothing
"""

from __future__ import annotations

import select
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from enum import Enum

from tests.faults.faults import Cut, Fault, Stall

RESET = struct.pack("ii", 1, 0)  # SO_LINGER of no seconds: close() sends RST and not FIN


class Way(Enum):
    UP = "from the client to the server"
    DOWN = "from the server to the client"


@dataclass(frozen=True)
class _Planned:
    way: Way
    faults: Sequence[Fault]


class CutProxy:
    """Connections go through unchanged, but for those that a fault is planned for."""

    host = "localhost"

    def __init__(self, target_port: int) -> None:
        self.broken = 0  # connections cut or stalled
        self.seen = {Way.UP: b"", Way.DOWN: b""}  # what the last connection brought from either side
        self._target_port = target_port
        self._planned: list[_Planned] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._stopped, self._stop = socket.socketpair()  # readable when the proxy ends
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def break_next(self, way: Way, *faults: Fault) -> None:
        """Whatever the next connection brings this way passes through these faults, one after the other."""
        self._planned.append(_Planned(way, faults))

    @contextmanager
    def running(self) -> Iterator[CutProxy]:
        self._threads[0].start()
        try:
            yield self
        finally:
            self._stop.close()
            for thread in self._threads:
                thread.join(timeout=10)
            self._stopped.close()
            self._listener.close()

    def _accept(self) -> None:
        while self._listener in select.select([self._listener, self._stopped], [], [])[0]:
            client, _ = self._listener.accept()
            planned = self._planned.pop(0) if self._planned else None
            self.seen = {Way.UP: b"", Way.DOWN: b""}
            thread = threading.Thread(target=self._serve, args=(client, planned), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket, planned: _Planned | None) -> None:
        with ExitStack() as closing:
            closing.enter_context(client)
            server = closing.enter_context(socket.create_connection(("127.0.0.1", self._target_port)))
            # One side may go while the other still writes: that is what we are here for.
            with suppress(ConnectionError):
                try:
                    self._pump(client, server, planned)
                except Cut as cut:
                    self.broken += 1
                    if cut.is_reset:
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                except Stall:
                    self.broken += 1
                    self._wait_until_it_hangs_up(client)

    def _pump(self, client: socket.socket, server: socket.socket, planned: _Planned | None) -> None:
        ends = {client: (Way.UP, server), server: (Way.DOWN, client)}
        while True:
            for source in select.select([*ends, self._stopped], [], [])[0]:
                data = source.recv(65536)
                if not data:
                    return
                way, target = ends[source]
                self.seen[way] += data
                for piece in _through(planned.faults if planned and planned.way == way else (), data):
                    target.sendall(piece)

    def _wait_until_it_hangs_up(self, client: socket.socket) -> None:
        while client in select.select([client, self._stopped], [], [])[0]:
            if not client.recv(65536):
                return


def _through(faults: Sequence[Fault], data: bytes) -> Iterator[bytes]:
    """What comes out at the end. A Cut or Stall is raised when all that went before it has come out."""
    if not faults:
        yield data
        return
    for piece in faults[0](data):
        yield from _through(faults[1:], piece)
