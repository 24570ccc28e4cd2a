"""The process that takes mail to the smart addresses: sockets, signals, TLS. What is said on them is mailkit's."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import ssl
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.conf import settings

from mailkit.smtp_letters import Limits
from mailkit.smtp_listener import House, LetterServer, LmtpLetterServer
from smart_addresses.desk import LetterDesk

logger = logging.getLogger(__name__)
BACKLOG = 512
STOP_SECONDS = 25  # for letters that are on their way in
LOOK_SECONDS = 0.2
CERTIFICATE_SECONDS = 3600  # it is renewed in its place every few weeks


@dataclass(frozen=True, slots=True)
class Doors:
    """Sockets that listen already."""

    smtp: Sequence[socket.socket]
    lmtp: Sequence[socket.socket] = ()


def open_doors() -> Doors:
    """As the settings say. Raises OSError."""
    smtp = (settings.SMTPD_HOST, settings.SMTPD_PORT)
    lmtp = (settings.SMTPD_LMTP_HOST, settings.SMTPD_LMTP_PORT)
    return Doors(*([_listen(host, port)] if port else [] for host, port in (smtp, lmtp)))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server(
        (host, port),
        family=family,
        backlog=BACKLOG,
        dualstack_ipv6=host == "::" and socket.has_dualstack_ipv6(),
    )


class Listener:
    """One per process; several processes may share a port by inheriting its socket."""

    def __init__(self, doors: Doors, *, limits: Limits | None = None) -> None:
        self._doors = doors
        self._desk = LetterDesk(settings.SMTPD_NAME)
        self._house = House(
            name=settings.SMTPD_NAME,
            desk=self._desk,
            spool=_spool(),
            tls=_tls_context(),
            limits=limits or Limits(),
        )

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping` is set; letters whose recipients are named may still end."""
        loop = asyncio.get_running_loop()
        to_smtp, to_lmtp = partial(LetterServer, self._house), partial(LmtpLetterServer, self._house)
        servers = [await loop.create_server(to_smtp, sock=sock) for sock in self._doors.smtp]
        servers += [await loop.create_server(to_lmtp, sock=sock) for sock in self._doors.lmtp]
        logger.info("listening", extra={"smtp": len(self._doors.smtp), "lmtp": len(self._doors.lmtp)})
        renewing = asyncio.create_task(self._read_certificate_again())
        await stopping.wait()
        renewing.cancel()
        for server in servers:
            server.close()
        await self._finish_letters()
        self._desk.close()

    async def _finish_letters(self) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + STOP_SECONDS
        while self._house.open and loop.time() < until:
            for server in [server for server in self._house.open if server.is_idle]:
                server.say_goodbye("421 4.3.2 The service is restarted, come back soon")
            await asyncio.sleep(LOOK_SECONDS)

    async def _read_certificate_again(self) -> None:
        while self._house.tls is not None:
            await asyncio.sleep(CERTIFICATE_SECONDS)
            try:
                load_certificate(self._house.tls)
            except OSError:  # half of a new pair; SSLError is one too. The one before stays
                logger.exception("the certificate cannot be read")


async def listen(doors: Doors) -> None:
    """Until SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await Listener(doors).run(stopping)


def _spool() -> Path:
    """Beside the storage, on its disk: a temporary directory is often memory."""
    place = settings.SMTPD_SPOOL_DIR or settings.STORAGES["default"].get("OPTIONS", {}).get("location", "")
    if not place:
        return Path(tempfile.gettempdir())
    spool = Path(place)
    spool.mkdir(parents=True, exist_ok=True)
    return spool


def _tls_context() -> ssl.SSLContext | None:
    """Clients are not asked who they are, and most do not ask us: anything is better than nothing (RFC 7435)."""
    if not settings.SMTPD_TLS_CERT:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    load_certificate(context)
    return context


def load_certificate(context: ssl.SSLContext) -> None:
    """Also once more, for the connections that come then. Raises OSError."""
    context.load_cert_chain(settings.SMTPD_TLS_CERT, settings.SMTPD_TLS_KEY or None)
