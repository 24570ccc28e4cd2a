"""An IMAP server that says what a test wrote down, however wrong: for what no honest server does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

CAPABILITIES = b"* CAPABILITY IMAP4rev1\r\n"


class ScriptedServer:
    """Answers each command by its name; `{tag}` in an answer is the command's tag. `heard` are the lines it got."""

    def __init__(self, greeting: bytes, answers: Mapping[str, bytes]) -> None:
        self.heard: list[bytes] = []
        self._greeting = greeting
        self._answers = {"CAPABILITY": CAPABILITIES + b"{tag} OK done\r\n", "LOGIN": b"{tag} OK in\r\n", **answers}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:  # closed before anyone came
            return
        with connection, connection.makefile("rb") as lines:
            connection.sendall(self._greeting)
            for line in lines:
                self.heard.append(line)
                words = line.split()
                name = (words[2:3] if words[1:2] == [b"UID"] else words[1:2]) or [b""]
                answer = self._answers.get(name[0].decode("ascii", "replace").upper())
                if answer is None:
                    return
                connection.sendall(answer.replace(b"{tag}", words[0]))

    @contextmanager
    def running(self) -> Iterator[ScriptedServer]:
        self._thread.start()
        try:
            yield self
        finally:
            self._listener.close()
            self._thread.join(timeout=10)
