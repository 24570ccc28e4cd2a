"""A DNS server on loopback that says what a test tells it to, by UDP and TCP."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections import Counter
from collections.abc import Callable

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from mailkit.dns_lookup import DnsLookup

# The answer to the first question, the second, ...: names can be bound anew in between.
Answers = Callable[[int], list[str]]
UDP_BYTES = 1232  # what the client says that it takes
MOST_BYTES = 65535


class DnsServer:
    """What was not added does not exist. `silent` names get no answer at all; `broken` ones get SERVFAIL."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str], Answers] = {}
        self.silent: set[str] = set()
        self.broken: set[str] = set()
        self.questions: Counter[tuple[str, str]] = Counter()
        self._tcp = _Tcp(("127.0.0.1", 0), _TcpQuestion, self)
        self._udp = _Udp(("127.0.0.1", self._tcp.server_address[1]), _UdpQuestion, self)

    @property
    def address(self) -> str:
        """As DNS_SERVERS takes it."""
        return f"127.0.0.1:{self._udp.server_address[1]}"

    def lookup(self, *, seconds: float = 3) -> DnsLookup:
        return DnsLookup([self.address], seconds=seconds)

    def add(self, name: str, kind: str, *values: str) -> None:
        self.add_changing(name, kind, lambda _asked: list(values))

    def add_changing(self, name: str, kind: str, answers: Answers) -> None:
        self._records[name, kind] = answers

    def reset(self) -> None:
        """As new, for the next test."""
        for known in (self._records, self.silent, self.broken, self.questions):
            known.clear()

    def start(self) -> None:
        for server in (self._udp, self._tcp):
            threading.Thread(target=server.serve_forever, args=(0.05,), name="dns", daemon=True).start()

    def stop(self) -> None:
        for server in (self._udp, self._tcp):
            server.shutdown()
            server.server_close()

    def answer(self, wire: bytes) -> dns.message.Message | None:
        query = dns.message.from_wire(wire)
        (question,) = query.question
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        asked = self.questions[name, kind]
        self.questions[name, kind] += 1
        if name in self.silent:
            return None
        reply = dns.message.make_response(query)
        answers = self._records.get((name, kind))
        if name in self.broken:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif answers:
            reply.answer.append(dns.rrset.from_text_list(question.name, 0, "IN", kind, answers(asked)))
        elif not any(known == name for known, _kind in self._records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply


class _Udp(socketserver.ThreadingUDPServer):
    daemon_threads = True

    def __init__(self, place: tuple[str, int], handler: type[_UdpQuestion], dns_server: DnsServer) -> None:
        self.dns_server = dns_server
        super().__init__(place, handler)


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, place: tuple[str, int], handler: type[_TcpQuestion], dns_server: DnsServer) -> None:
        self.dns_server = dns_server
        super().__init__(place, handler)


class _UdpQuestion(socketserver.BaseRequestHandler):
    server: _Udp

    def handle(self) -> None:
        wire, sock = self.request
        reply = self.server.dns_server.answer(wire)
        if reply is None:
            return
        sent = reply.to_wire(max_size=MOST_BYTES)
        if len(sent) > UDP_BYTES:  # asked again by TCP
            reply.flags |= dns.flags.TC
            reply.answer.clear()
            sent = reply.to_wire()
        sock.sendto(sent, self.client_address)


class _TcpQuestion(socketserver.StreamRequestHandler):
    server: _Tcp

    def handle(self) -> None:
        (size,) = struct.unpack("!H", self.rfile.read(2))
        reply = self.server.dns_server.answer(self.rfile.read(size))
        if reply is not None:
            sent = reply.to_wire(max_size=MOST_BYTES)
            self.wfile.write(struct.pack("!H", len(sent)) + sent)
