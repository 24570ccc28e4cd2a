"""The listener for mail in, with a desk of the test's own: a thread that runs it on two ports of loopback."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailkit.smtp_letters import NO_SUCH_ADDRESS, ArrivingLetter, Desk, Envelope, Fault, Limits, TryLater
from mailkit.smtp_listener import House, LetterServer, LmtpLetterServer

KNOWN = "acme@in.example"
OTHERS = ("lead@acme.in.example", "contact@acme.in.example")
BROKEN = "broken@in.example"  # known, and its letters cannot be kept


@dataclass(frozen=True)
class KeptLetter:
    """What the desk was given."""

    recipient: str
    envelope: Envelope
    raw: bytes = field(repr=False)


class RecordingDesk:
    """Keeps letters to a few addresses in a list."""

    def __init__(self) -> None:
        self.kept: list[KeptLetter] = []
        self.faults: list[tuple[str, str]] = []

    async def admit(self, recipient: str, _envelope: Envelope) -> str | None:
        return recipient if recipient in (KNOWN, BROKEN, *OTHERS) else None

    async def keep(self, letter: ArrivingLetter, recipient: str) -> Fault | None:
        if recipient == BROKEN:
            raise TryLater
        letter.file.seek(0)
        self.kept.append(KeptLetter(recipient, letter.envelope, letter.file.read()))
        return None

    async def note_fault(self, fault: Fault, _envelope: Envelope, recipient: str) -> None:
        self.faults.append((fault.code, recipient))

    def note_unknown(self, recipient: str, _envelope: Envelope) -> None:
        self.faults.append((NO_SUCH_ADDRESS.code, recipient))


class LetterListener:
    """`port` speaks SMTP, `lmtp_port` LMTP."""

    host = "127.0.0.1"

    def __init__(self, desk: Desk[Any], spool: Path, *, limits: Limits, tls: ssl.SSLContext | None = None) -> None:
        self.house = House("mx.in.example", desk, spool, tls, limits)
        self._doors = [socket.create_server((self.host, 0), backlog=256) for _ in range(2)]
        self.port, self.lmtp_port = (door.getsockname()[1] for door in self._doors)
        self._loop = asyncio.new_event_loop()
        self._is_open = threading.Event()
        self._thread = threading.Thread(target=self._run, name="letter-listener", daemon=True)

    def start(self) -> None:
        """Both doors are open then: a loop that is asked to stop while it opens one would forget it."""
        self._thread.start()
        self._is_open.wait()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        protocols: list[Callable[[], LetterServer]] = [
            lambda: LetterServer(self.house),
            lambda: LmtpLetterServer(self.house),
        ]
        doors = zip(protocols, self._doors, strict=True)
        servers = [self._loop.run_until_complete(self._loop.create_server(made, sock=sock)) for made, sock in doors]
        self._is_open.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._close(servers))
        self._loop.close()

    async def _close(self, servers: list[asyncio.Server]) -> None:
        for server in servers:
            server.close()
        for connection in list(self.house.open):
            connection.say_goodbye("421 4.3.2 The test is over")
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


class Dialogue:
    """A peer that says exactly what the test wants, byte by byte."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._answers = self.socket.makefile("rb")

    def __enter__(self) -> Dialogue:
        return self

    def __exit__(self, *_error: object) -> None:
        self._answers.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self) -> str:
        """The next one, its last line; "" when the connection has ended."""
        while (line := self._answers.readline().decode()) and line[3:4] == "-":
            pass
        return line.rstrip()

    def say(self, line: str) -> str:
        self.send(line.encode() + b"\r\n")
        return self.answer()

    def begin_letter(self, *recipients: str) -> None:
        """Up to 354."""
        greeting, hello = self.answer(), self.say("EHLO peer.example")
        assert greeting.startswith("220")
        assert hello.startswith("250")
        assert self.say("MAIL FROM:<bob@client.example>").startswith("250")
        for recipient in recipients or (KNOWN,):
            assert self.say(f"RCPT TO:<{recipient}>").startswith("250")
        assert self.say("DATA").startswith("354")
