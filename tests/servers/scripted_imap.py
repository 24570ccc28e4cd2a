"""An IMAP server that says what a test wrote down, however wrong: for what no honest server does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

CAPABILITIES = b"* CAPABILITY IMAP4rev1\r\n"


class ScriptedServer:
    """Answers each command by its name; `{tag}` in an answer is the command's tag. Of several answers each is given
    once, the last again and again. Without an answer it hangs up. `heard` are the lines it got.
    """

    def __init__(self, greeting: bytes, answers: Mapping[str, bytes | Sequence[bytes]]) -> None:
        self.heard: list[bytes] = []
        self._greeting = greeting
        usual: dict[str, bytes | Sequence[bytes]] = {
            "CAPABILITY": CAPABILITIES + b"{tag} OK done\r\n",
            "LOGIN": b"{tag} OK in\r\n",
        }
        self._answers = {
            name: [told] if isinstance(told, bytes) else list(told) for name, told in (usual | dict(answers)).items()
        }
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
                answers = self._answers.get(name[0].decode("ascii", "replace").upper())
                if answers is None:
                    return
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                with suppress(OSError):  # the client has heard enough
                    connection.sendall(answer.replace(b"{tag}", words[0]))

    @contextmanager
    def running(self) -> Iterator[ScriptedServer]:
        self._thread.start()
        try:
            yield self
        finally:
            self._listener.close()
            self._thread.join(timeout=10)
