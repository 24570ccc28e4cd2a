"""A letter on its way in: what the listener gathers of it, who decides about it, and how much it takes."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol, TypeVar

MAX_ADDRESS_CHARS = 320  # RFC 5321 section 4.5.3.1: 64 + 1 + 255
MAX_HELO_CHARS = 255
SMALL_BYTES = 64 * 1024  # letters up to here stay in memory until they are stored


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one connection, where nothing else is said."""

    line_seconds: float = 30  # until the next line is there
    letter_seconds: float = 300  # from the first command, or the letter before, to the last dot
    command_bytes: int = 1000
    line_bytes: int = 64 * 1024  # of the text: RFC 5321 says 1,000, and many do not keep to it
    letter_bytes: int = 35 * 1024 * 1024
    recipients: int = 100  # RFC 5321 section 4.5.3.1.8
    errors: int = 10  # then the connection ends
    connections: int = 500  # of all peers together
    peer_connections: int = 20  # of one address, or one network of IPv6 (/64)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What was said before the letter."""

    mail_from: str  # "": a bounce
    peer: str  # an IP address, "" by a socket of this machine
    helo: str


@dataclass(frozen=True, slots=True)
class ArrivingLetter:
    """A letter whole, and not yet safe."""

    envelope: Envelope
    size: int
    file: BinaryIO = field(repr=False)  # seekable; closed when the listener has answered, or the peer has gone


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a letter is not taken. `code` is for those who keep a record, `reply` for the peer."""

    code: str
    reply: str


TOO_LARGE = Fault("too_large", "552 5.3.4 The letter is too large")
LINE_TOO_LONG = Fault("line_too_long", "554 5.6.0 A line of the letter is too long")
# RFC 5321 section 2.3.8. Whoever takes a lone LF for a line end sees another letter than who does not ("smuggling").
BARE_LINE_END = Fault("bare_line_end", "554 5.6.0 CR or LF alone in the letter")
NO_SPACE = Fault("no_space", "452 4.3.1 No space for the letter now, try again later")
UNKNOWN_RECIPIENT = "550 5.1.1 There is no such address"
NO_SUCH_ADDRESS = Fault("no_such_address", UNKNOWN_RECIPIENT)
TRY_LATER = "451 4.3.0 The letter cannot be kept now, try again later"


class TryLater(Exception):
    """Nothing is wrong with the letter: disk, database or network are."""


Admitted = TypeVar("Admitted")


class Desk(Protocol[Admitted]):
    """Who decides about letters and keeps them. Every method may raise TryLater. Equal recipients are one."""

    async def admit(self, recipient: str, envelope: Envelope) -> Admitted | None:
        """None: there is no such address."""

    async def keep(self, letter: ArrivingLetter, recipient: Admitted) -> Fault | None:
        """When it returns None the letter is safe: on disk, and committed."""

    async def note_fault(self, fault: Fault, envelope: Envelope, recipient: Admitted) -> None:
        """A letter to this recipient was not taken."""

    def note_unknown(self, recipient: str, envelope: Envelope) -> None:
        """It was not admitted. Returns at once, or the time of the answer would tell what is found out about it."""


def ip_of(peername: Any) -> str:  # noqa: ANN401  # what a socket calls its peer
    """ "" for a socket of this machine, and for what is no address."""
    try:
        address = ipaddress.ip_address(peername[0].partition("%")[0])
    except (ValueError, TypeError, IndexError, AttributeError):
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def household_of(address: str) -> str:
    """Whom a connection counts for: everybody with IPv6 has 2^64 addresses of their own."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network((address, 64), strict=False))
