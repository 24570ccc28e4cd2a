"""pymap in a thread: a poor server in memory, without SPECIAL-USE, CONDSTORE and TLS, and with several users."""

from __future__ import annotations

import asyncio
import threading
import uuid
from argparse import Namespace
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend, Identity
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Flag
from pymap.user import Passwords, UserMetadata

from crm_mail.embedded.pymap_connections import kept
from mailkit.types import Login, Secret, Security, ServerAddress

PASSWORD = "correct-horse-8"


class PymapServer:
    """One server for the whole test run; a test takes `new_user()` and has an empty mailbox."""

    host = "localhost"
    password = PASSWORD

    def __init__(self) -> None:
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()
        self._backend: Any = None
        self._config: Any = None
        self._password_hash = ""
        self._ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="pymap", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._ready.result(timeout=30)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(timeout=10)

    def new_user(self) -> str:
        user = f"user-{uuid.uuid4().hex[:12]}@pymap.test"
        self._call(self._add_user(user))
        return user

    def address(self, security: Security = Security.NONE) -> ServerAddress:
        return ServerAddress(self.host, self.port, security)

    def login(self, user: str) -> Login:
        return Login(user, Secret(self.password))

    def deliver(
        self, user: str, raw: bytes, folder: str = "INBOX", *, received_at: datetime | None = None, flags: str = ""
    ) -> None:
        marks = frozenset(Flag(flag.encode()) for flag in flags.split())
        self._call(self._append(user, raw, folder, received_at or datetime.now(UTC), marks))

    def create_folder(self, user: str, folder: str) -> None:
        self._call(self._create_folder(user, folder))

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        arguments = Namespace(
            demo_data=False,
            demo_user="demo",
            demo_password="demo",
            debug=False,
            host="127.0.0.1",
            port=0,
            tls=False,
            cert=None,
            key=None,
            proxy_protocol=None,
            skip_services=[],
            no_services=[],
            passlib_cfg=None,
            inherited_sockets=None,
            logging_cfg=None,
            set_uid=None,
            set_gid=None,
        )
        self._backend, self._config = await DictBackend.init(arguments)
        self._password_hash = await Passwords(self._config).hash_password(PASSWORD)  # slow by design: once
        listener = await self._listen()
        async with AsyncExitStack() as stack:
            await self._backend.start(stack)
            await stack.enter_async_context(listener)
            self._ready.set_result(None)
            await self._stopped.wait()

    async def _listen(self) -> asyncio.Server:
        """As pymap's own service does, on a port of the system's choice."""
        reader = ProxyProtocolReader(self._config.proxy_protocol)
        connected = reader.get_callback(kept(IMAPServer(self._backend.login, self._config)))
        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        self.port = int(server.sockets[0].getsockname()[1])
        return server

    async def _add_user(self, user: str) -> None:
        await self._identity(user).set(UserMetadata(self._config, user, password=self._password_hash))
        await self._create_folder(user, "Sent")

    async def _create_folder(self, user: str, folder: str) -> None:
        async with self._identity(user).new_session() as session:
            await session.mailbox_set.add_mailbox(folder)

    async def _append(self, user: str, raw: bytes, folder: str, when: datetime, flags: frozenset[Any]) -> None:
        async with self._identity(user).new_session() as session:
            await session.append_messages(folder, [AppendMessage(raw, when, flags)])

    def _identity(self, user: str) -> Identity:
        return Identity(user, self._backend.login, None, frozenset())

    def _call(self, work: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)
