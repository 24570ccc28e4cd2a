"""An IMAP server that knows little more than IDLE, and does to its clients what a test wants: real sockets and TLS."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

from mailkit.types import Login, Secret, Security, ServerAddress
from tests.flows.waiting import eventually

T = TypeVar("T")
PASSWORD = "correct-horse-9"


@dataclass(eq=False)
class Client:
    """A connection, as the server sees it."""

    user: str
    writer: asyncio.StreamWriter
    is_idling: bool = False
    tag: bytes = b""  # of its IDLE
    heard: list[str] = field(default_factory=list)


@dataclass
class IdleServer:
    tls: ssl.SSLContext | None = None
    capabilities: bytes = b"IMAP4rev1 IDLE"
    password: str = PASSWORD
    idle_answer: bytes = b"+ idling\r\n"  # {tag} is the command's
    done_answer: bytes = b"{tag} OK done\r\n"
    port: int = 0
    logins: list[str] = field(default_factory=list)  # users, as they tried
    clients: list[Client] = field(default_factory=list)  # signed in and still there

    def address(self) -> ServerAddress:
        return ServerAddress("localhost", self.port, Security.TLS if self.tls else Security.NONE)

    def login(self, user: str) -> Login:
        return Login(user, Secret(PASSWORD))

    def idling(self, user: str | None = None) -> list[Client]:
        return [client for client in list(self.clients) if client.is_idling and user in (None, client.user)]

    def wait_for(self, user: str) -> Client:
        """The user's connection, as soon as it is in IDLE."""
        return eventually(lambda: self.idling(user), timeout=20, because=f"{user} is in IDLE")[0]

    def say(self, user: str, *lines: str) -> None:
        self.send(user, "".join(f"* {line}\r\n" for line in lines).encode())

    def send(self, user: str, raw: bytes) -> None:
        self._call(lambda: self._only(user).writer.write(raw))

    def hang_up(self, user: str) -> None:
        self._call(self._only(user).writer.close)

    def reset(self, user: str) -> None:
        """RST instead of a proper end."""

        def cut() -> None:
            writer = self._only(user).writer
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

        self._call(cut)

    def _only(self, user: str) -> Client:
        """As wait_for, when it is known to be there."""
        [client] = self.idling(user)
        return client

    @contextmanager
    def running(self) -> Iterator[IdleServer]:
        ready = threading.Event()
        thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        thread.start()
        assert ready.wait(10)
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._stopped.set)
            thread.join(10)

    def _call(self, work: Callable[[], T]) -> T:
        async def run() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self.tls, backlog=500)
        self.port = int(server.sockets[0].getsockname()[1])
        ready.set()
        await self._stopped.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        client = Client("", writer)
        try:
            with suppress(OSError, asyncio.CancelledError):
                writer.write(b"* OK [CAPABILITY %s] here\r\n" % self.capabilities)
                await self._talk(client, reader)
        finally:
            self._tasks.discard(task)
            client.is_idling = False
            if client in self.clients:
                self.clients.remove(client)
            writer.close()

    async def _talk(self, client: Client, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            words = line.decode().split()
            client.heard.append(words[1] if len(words) > 1 else words[0])
            self._answer(client, words)
            await client.writer.drain()

    def _answer(self, client: Client, words: list[str]) -> None:
        tag = words[0].encode()
        match client.heard[-1].upper():
            case "LOGIN":
                self._sign_in(client, tag, words[2].strip('"'), words[3].strip('"'))
            case "EXAMINE":
                client.writer.write(b"* 3 EXISTS\r\n* 0 RECENT\r\n" + tag + b" OK [READ-ONLY] open\r\n")
            case "IDLE":
                client.tag, client.is_idling = tag, True  # before anyone hears of it
                client.writer.write(self.idle_answer.replace(b"{tag}", tag))
            case "DONE":
                client.is_idling = False
                client.writer.write(self.done_answer.replace(b"{tag}", client.tag))
            case "LOGOUT":
                client.writer.write(b"* BYE\r\n" + tag + b" OK bye\r\n")
                client.writer.close()

    def _sign_in(self, client: Client, tag: bytes, user: str, password: str) -> None:
        self.logins.append(user)
        if password != self.password:
            client.writer.write(tag + b" NO [AUTHENTICATIONFAILED] wrong\r\n")
            return
        client.user = user
        self.clients.append(client)
        client.writer.write(tag + b" OK [CAPABILITY %s] in\r\n" % self.capabilities)
