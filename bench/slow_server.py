"""`python -m bench.slow_server`: an IMAP server for thousands of connections, every answer as late as a round trip.

It knows just what a client needs for small mailboxes. Answers are sent a round trip after the command came, each by
itself: a client that sends two commands at once waits once, as on a real line. On the control port, a line
"USER NUMBER" delivers a letter to that user and wakes those who IDLE there; "count" tells how many IDLE;
"round-trip SECONDS" puts the server so far away (at first it is here).
"""

from __future__ import annotations

import argparse
import asyncio
import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bench.corpus import Letter, small_letter

CAPABILITIES = "IMAP4rev1 SPECIAL-USE IDLE CONDSTORE ENABLE UIDPLUS"
UIDVALIDITY = 7
INTERNALDATE = "14-Nov-2023 22:13:20 +0000"
BACKLOG = 4096
_SECTION = re.compile(r"BODY(?:\.PEEK)?\[([^\]]*)\]")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')


@dataclass(slots=True)
class Box:
    """One user's Inbox; the Sent folder is always empty. The UID of a letter is its place, from 1 on."""

    letters: list[Letter] = field(default_factory=list)
    watchers: set[Connection] = field(default_factory=set)

    @property
    def modseq(self) -> int:
        return len(self.letters) + 1


class Boxes:
    """All users', and how far away they are: `round_trip` in seconds."""

    def __init__(self) -> None:
        self.round_trip = 0.0
        self._boxes: dict[str, Box] = {}

    def of(self, user: str) -> Box:
        return self._boxes.setdefault(user, Box())

    def count_watchers(self) -> int:
        return sum(len(box.watchers) for box in self._boxes.values())

    def deliver(self, user: str, number: int) -> None:
        box = self.of(user)
        box.letters.append(small_letter(number))
        for connection in box.watchers:
            connection.answer(f"* {len(box.letters)} EXISTS")


class Connection(asyncio.Protocol):
    def __init__(self, boxes: Boxes) -> None:
        self._boxes = boxes
        self._box = Box()
        self._is_inbox = True
        self._idle_tag = ""
        self._received = b""
        self._next_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.answer(f"* OK [CAPABILITY {CAPABILITIES}] ready")

    def connection_lost(self, exc: Exception | None) -> None:
        self._box.watchers.discard(self)

    def data_received(self, data: bytes) -> None:
        *lines, self._received = (self._received + data).split(b"\r\n")
        for line in lines:
            self._obey(line.decode())

    def answer(self, *lines: str | bytes) -> None:
        data = b"".join((line if isinstance(line, bytes) else line.encode()) + b"\r\n" for line in lines)
        self._later(self._send, data)

    def _later(self, action: Callable[..., None], *arguments: bytes) -> None:
        loop = asyncio.get_running_loop()
        # Never two at the same time: the loop would not keep their order.
        self._next_at = max(loop.time() + self._boxes.round_trip, self._next_at + 1e-6)
        loop.call_at(self._next_at, action, *arguments)

    def _send(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)

    def _obey(self, line: str) -> None:
        if self._idle_tag:
            tag, self._idle_tag = self._idle_tag, ""
            self._box.watchers.discard(self)
            self.answer(f"{tag} OK done")
            return
        tag, _, rest = line.partition(" ")
        name, _, arguments = rest.partition(" ")
        if name.upper() == "UID":
            name, _, arguments = arguments.partition(" ")
        command: Callable[[str, str], None] = getattr(self, f"_{name.lower()}", self._anything)
        command(tag, arguments)

    def _anything(self, tag: str, arguments: str) -> None:
        self.answer(f"{tag} OK done")

    def _capability(self, tag: str, arguments: str) -> None:
        self.answer(f"* CAPABILITY {CAPABILITIES}", f"{tag} OK done")

    def _login(self, tag: str, arguments: str) -> None:
        self._box = self._boxes.of(_words(arguments)[0])
        self.answer(f"{tag} OK [CAPABILITY {CAPABILITIES}] signed in")

    def _list(self, tag: str, arguments: str) -> None:
        self.answer('* LIST () "/" INBOX', '* LIST (\\Sent) "/" Sent', f"{tag} OK done")

    def _status(self, tag: str, arguments: str) -> None:
        letters, modseq = self._counts(folder := _words(arguments)[0])
        values = f"MESSAGES {letters} UIDNEXT {letters + 1} UIDVALIDITY {UIDVALIDITY} HIGHESTMODSEQ {modseq}"
        self.answer(f"* STATUS {folder} ({values})", f"{tag} OK done")

    def _examine(self, tag: str, arguments: str) -> None:
        folder = _words(arguments)[0]
        self._is_inbox = folder.upper() == "INBOX"
        letters, modseq = self._counts(folder)
        codes = [f"UIDVALIDITY {UIDVALIDITY}", f"UIDNEXT {letters + 1}", f"HIGHESTMODSEQ {modseq}"]
        lines = [f"* {letters} EXISTS", "* 0 RECENT", "* FLAGS ()", *(f"* OK [{code}]" for code in codes)]
        self.answer(*lines, f"{tag} OK [READ-ONLY]")

    _select = _examine

    def _counts(self, folder: str) -> tuple[int, int]:
        return (len(self._box.letters), self._box.modseq) if folder.upper() == "INBOX" else (0, 1)

    def _search(self, tag: str, arguments: str) -> None:
        found = _SET.search(arguments)
        self.answer(
            f"* SEARCH {' '.join(map(str, self._uids(found[1] if found else '1:*')))}".strip(), f"{tag} OK done"
        )

    def _fetch(self, tag: str, arguments: str) -> None:
        wanted, _, items = arguments.partition(" ")
        since = _CHANGED.search(items)
        uids = [uid for uid in self._uids(wanted) if since is None or uid + 1 > int(since[1])]
        self.answer(*(self._fetched(uid, items) for uid in uids), f"{tag} OK done")

    def _uids(self, wanted: str) -> list[int]:
        last = len(self._box.letters) if self._is_inbox else 0
        return [uid for uid in _numbers(wanted, last) if 1 <= uid <= last]

    def _fetched(self, uid: int, items: str) -> bytes:
        letter = self._box.letters[uid - 1]
        cells = [f"UID {uid} FLAGS () MODSEQ ({uid + 1})", f'INTERNALDATE "{INTERNALDATE}"']
        cells.append(f"RFC822.SIZE {len(letter.raw)}")
        head = f"* {uid} FETCH ({' '.join(cells)}".encode()
        return head + b"".join(_literal(section, letter.raw) for section in _SECTION.findall(items)) + b")"

    def _idle(self, tag: str, arguments: str) -> None:
        self._idle_tag = tag
        self._box.watchers.add(self)
        self.answer("+ idling")

    def _logout(self, tag: str, arguments: str) -> None:
        self.answer("* BYE", f"{tag} OK done")
        self._later(self._transport.close)


_SET = re.compile(r"UID ([\d:,*]+)")
_CHANGED = re.compile(r"CHANGEDSINCE (\d+)")


def _words(arguments: str) -> list[str]:
    return [quoted or plain for quoted, plain in _QUOTED.findall(arguments)]


def _numbers(wanted: str, last: int) -> Iterator[int]:
    for part in wanted.split(","):
        first, _, end = part.partition(":")
        ends = sorted(last if number == "*" else int(number) for number in (first, end or first))
        yield from range(ends[0], min(ends[1], last) + 1)


def _literal(section: str, raw: bytes) -> bytes:
    head, _, text = raw.partition(b"\r\n\r\n")
    content = raw if not section else text if section == "TEXT" else head + b"\r\n\r\n"
    return f" BODY[{section}] {{{len(content)}}}\r\n".encode() + content


def _obey_control(boxes: Boxes, words: list[str]) -> int:
    if words == ["count"]:
        return boxes.count_watchers()
    if words[0] == "round-trip":
        boxes.round_trip = float(words[1])
        return 1
    user, number = words
    boxes.deliver(user, int(number))
    return 1


async def _control(boxes: Boxes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        writer.write(f"{_obey_control(boxes, line.decode().split())}\n".encode())
    writer.close()


async def _serve(options: argparse.Namespace) -> None:
    boxes = Boxes()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(options.certificate)
    loop = asyncio.get_running_loop()
    await asyncio.start_server(lambda reader, writer: _control(boxes, reader, writer), "127.0.0.1", options.control)
    server = await loop.create_server(lambda: Connection(boxes), "127.0.0.1", options.port, ssl=tls, backlog=BACKLOG)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--certificate", required=True, help="a PEM file with key and certificate")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
