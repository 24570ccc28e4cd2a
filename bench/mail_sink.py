"""An SMTP server that takes everything and keeps nothing, in a process of its own: as little work as can be, so that
what is measured is the client."""

from __future__ import annotations

import multiprocessing
import socketserver
from multiprocessing.sharedctypes import Synchronized
from typing import Self

USER, PASSWORD = "bench", "correct-horse-9"  # of a server that takes any


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say(b"220 sink")
        while line := self.rfile.readline():
            verb = line[:4].upper().strip()
            if verb == b"EHLO":
                self._say(b"250-sink\r\n250-8BITMIME\r\n250-SIZE 100000000\r\n250 AUTH PLAIN")
            elif verb == b"AUTH":
                self._say(b"235 welcome")
            elif verb == b"DATA":
                self._take_letter()
            elif verb == b"QUIT":
                self._say(b"221 bye")
                return
            else:
                self._say(b"250 ok")

    def _take_letter(self) -> None:
        self._say(b"354 go on")
        while self.rfile.readline() != b".\r\n":
            pass
        counter: Synchronized[int] = self.server.counter  # type: ignore[attr-defined]
        with counter.get_lock():
            counter.value += 1
        self._say(b"250 kept")

    def _say(self, words: bytes) -> None:
        self.wfile.write(words + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class MailSink:
    """To be used with `with`."""

    def __init__(self) -> None:
        self._counter: Synchronized[int] = multiprocessing.Value("q", 0)
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.counter = self._counter  # type: ignore[attr-defined]
        self.port = int(self._server.server_address[1])
        self._process = multiprocessing.get_context("fork").Process(target=self._server.serve_forever, daemon=True)

    @property
    def letter_count(self) -> int:
        return self._counter.value

    def __enter__(self) -> Self:
        self._process.start()
        self._server.server_close()  # the child has it
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.join()
