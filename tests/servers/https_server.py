"""A web server on loopback, with TLS by the tests' own authority or without, that answers what a test tells it to."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Page:
    """An answer. `write` sends the body by itself, as slowly or as long as it likes."""

    content: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    write: Callable[[Callable[[bytes], object]], None] | None = None


class HttpsServer:
    """`pages` by host and path; `requests` are the hosts and paths that were asked for."""

    def __init__(self, tls: ssl.SSLContext | None = None, *, ip: str = "127.0.0.1") -> None:
        self.pages: dict[tuple[str, str], Page] = {}
        self.requests: list[tuple[str, str]] = []
        self._server = _Server((ip, 0), _Handler, self)
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = int(self._server.server_address[1])

    def add(self, host: str, path: str, page: Page) -> None:
        self.pages[host, path] = page

    def redirect(self, host: str, path: str, target: str, *, status: int = 302) -> None:
        self.add(host, path, Page(status=status, headers={"Location": target}))

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="https", daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, place: tuple[str, int], handler: type[_Handler], https_server: HttpsServer) -> None:
        self.https_server = https_server
        super().__init__(place, handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away, or does not like the certificate, is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        host = self.headers["Host"].partition(":")[0]
        path = urlsplit(self.path).path
        self.server.https_server.requests.append((host, self.path))
        page = self.server.https_server.pages.get((host, path), Page(status=404))
        self.send_response(page.status)
        for name, value in page.headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        if page.write is None and "Content-Length" not in page.headers:
            self.send_header("Content-Length", str(len(page.content)))
        self.end_headers()
        if page.write:
            page.write(self.wfile.write)
        else:
            self.wfile.write(page.content)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
