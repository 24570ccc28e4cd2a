"""The product's listener in a thread, on ports of its own, as fixtures."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pytest_django import Settings

from mailkit.smtp_letters import Limits
from smart_addresses.listener import Doors, Listener
from tests.smart_addresses.arrivals import DOMAIN

LETTER = (
    b"Received: from a by b; Mon, 1 Jun 2026 10:00:00 +0000\r\nMessage-ID: <1@client.example>\r\n"
    b"From: Bob <bob@client.example>\r\nTo: acme@in.example\r\nSubject: Hello\r\n\r\nText\r\n"
)


@dataclass
class RunningListener:
    """`port` speaks SMTP, `lmtp_port` LMTP."""

    port: int
    lmtp_port: int

    def send(self, letter: bytes = LETTER, *recipients: str, mail_from: str = "bob@client.example") -> None:
        with smtplib.SMTP("127.0.0.1", self.port, local_hostname="mail.client.example") as client:
            client.sendmail(mail_from, recipients or ["acme@in.example"], letter)


@pytest.fixture
def running_listener(transactional_db: None, settings: Settings) -> Iterator[RunningListener]:
    settings.SMTPD_NAME = DOMAIN
    doors = [socket.create_server(("127.0.0.1", 0), backlog=64) for _ in range(2)]
    port, lmtp_port = (door.getsockname()[1] for door in doors)
    loop, stopping = asyncio.new_event_loop(), asyncio.Event()

    def run() -> None:
        listener = Listener(Doors(doors[:1], doors[1:]), limits=Limits(peer_connections=100))
        loop.run_until_complete(listener.run(stopping))
        loop.close()

    thread = threading.Thread(target=run, name="listener", daemon=True)
    thread.start()
    yield RunningListener(port, lmtp_port)
    loop.call_soon_threadsafe(stopping.set)
    thread.join()
