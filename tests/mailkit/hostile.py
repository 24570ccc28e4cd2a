"""Signing in to a scripted server."""

from __future__ import annotations

from mailkit.imap_session import ImapSession, open_imap
from mailkit.network import tls_context
from mailkit.types import Login, Secret, Security, ServerAddress
from tests.servers.scripted_imap import ScriptedServer

HELLO = b"* OK hello\r\n"
EXAMINED = b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 9]\r\n{tag} OK [READ-ONLY] done\r\n"


def connect(
    server: ScriptedServer,
    *,
    security: Security = Security.NONE,
    username: str = "bob",
    read_seconds: float = 5,
    seconds: float = 60,
) -> ImapSession:
    return open_imap(
        ServerAddress("localhost", server.port, security),
        Login(username, Secret("secret-word")),
        connect_seconds=5,
        read_seconds=read_seconds,
        tls=tls_context(),
        resolve=lambda host, port: ["127.0.0.1"],
        seconds=seconds,
    )
