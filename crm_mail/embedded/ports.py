"""Which ports are taken. A listening socket is made at once and handed to the child, so nobody can snatch the port
between choosing and using it, and a restart of the child refuses no connection."""

import errno
import socket
from collections.abc import Mapping

from crm_mail.embedded.errors import EmbeddedError

HOST = "127.0.0.1"  # embedded services are never offered to the network
TRIES = 50
BACKLOG = 128


def open_port(name: str, default: int, environment: Mapping[str, str]) -> socket.socket:
    """Listen on the port that the environment names, or on the first free one from the default on."""
    text = environment.get(name, "").strip()
    if text:
        return listen_or_refuse(name, text)
    for port in range(default, default + TRIES):
        listener = listen(port)
        if listener:
            return listener
    raise EmbeddedError(f"No free port between {default} and {default + TRIES - 1}. Name one: {name}=... ./crm-mail up")


def listen_or_refuse(name: str, text: str) -> socket.socket:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise EmbeddedError(f"{name}={text} is not a port: a number from 1 to 65535 is needed.")
    listener = listen(int(text))
    if listener is None:
        raise EmbeddedError(f"Port {text} is already in use, or not allowed to you. Choose another {name}.")
    return listener


def listen(port: int) -> socket.socket | None:
    """None when somebody else has the port."""
    if answers_on_ipv6(port):
        return None
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            return None
        raise
    return listener


def answers_on_ipv6(port: int) -> bool:
    """Browsers try [::1] first for `localhost`: somebody else there would get our visitors."""
    try:
        socket.create_connection(("::1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


def port_of(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


def free_port() -> int:
    """For servers that cannot take over a socket. Somebody may take the port in between: their start-up reports it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        return port_of(probe)
