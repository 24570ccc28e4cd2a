"""The values that cross the wire: frozen, typed, and free of any library's objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Security(StrEnum):
    """How a connection is protected. `NONE` is for loopback servers in development only."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a mail server listens."""

    host: str
    port: int
    security: Security


@dataclass(frozen=True, slots=True)
class Secret:
    """A password or token that never shows itself in a log, a repr or a traceback."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        return "***"


class Mechanism(StrEnum):
    """What the secret of a login is."""

    PASSWORD = "password"  # noqa: S105  (a name, not a password)
    BEARER = "bearer"  # an access token of OAuth 2: XOAUTH2 or OAUTHBEARER (RFC 7628), as the server offers


@dataclass(frozen=True, slots=True)
class Login:
    """What a session signs in with."""

    username: str
    secret: Secret
    mechanism: Mechanism = Mechanism.PASSWORD


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of a header: display name (decoded) and addr-spec as written (RFC 5322 section 3.4)."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class AttachmentPart:
    """A part of a letter that is shown as a file.

    `section` is the IMAP part number (RFC 9051 section 6.4.5: "2", "1.3"); `size` is in bytes, decoded.
    """

    section: str
    filename: str
    content_type: str
    size: int
    content_id: str = ""
    is_inline: bool = False


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """A letter as we understood it. Odd mail gives `defects`, never an exception."""

    message_id: str  # with the angle brackets taken off, "" when absent
    in_reply_to: str
    references: tuple[str, ...]
    subject: str
    sender: Address | None  # the first address of From
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    sent_at: datetime | None  # the Date header, aware; None when absent or unreadable
    text: str  # plain text, made from the HTML when the letter has no text part
    html: str  # as received, NOT cleaned; "" when the letter has none
    attachments: tuple[AttachmentPart, ...]
    headers: Mapping[str, str]  # the few that later decisions read, lower-cased names: auto-submitted, list-id, ...
    size: int  # of the raw letter in bytes
    identity: bytes  # SHA-256, 32 bytes: see mime_reader.identity_of
    defects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarItem:
    """An event as a letter tells of it. Times are UTC; of a whole day: midnight, and the end is the day after."""

    method: str  # REQUEST, CANCEL, REPLY, PUBLISH ... (RFC 5546 section 1.4)
    uid: str
    sequence: int  # of changes of the event
    summary: str
    location: str
    organizer: Address | None
    starts_at: datetime | None
    ends_at: datetime | None
    is_all_day: bool
    is_repeating: bool
    status: str  # CONFIRMED, TENTATIVE, CANCELLED


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a letter says of the delivery of another one to one address (RFC 3464): see mailkit.bounces."""

    original_message_id: str  # of the letter that it is about, "" when the report does not tell
    recipient: str
    action: str  # failed, delayed, delivered, relayed, expanded
    status: str  # such as 5.1.1 (RFC 3463), "" when not said
    diagnostic: str  # the other server's own words


@dataclass(frozen=True, slots=True)
class ReadLetter:
    """All that is made of a letter by computing alone: see letter_reader.read_letter."""

    parsed: ParsedMessage
    raw: bytes = field(repr=False)  # with a marker in the place of each attachment's bytes (rule K62)
    text: str  # without what it quotes: for search and for the first words in a list
    html: str  # cleaned: may be shown
    has_remote_images: bool
    reports: tuple[DeliveryReport, ...] = ()
    events: tuple[CalendarItem, ...] = ()  # by reading_pool.read_safely alone


@dataclass(frozen=True, slots=True)
class OutgoingAttachment:
    """A file that goes out with a letter."""

    filename: str
    content_type: str
    content: bytes = field(repr=False)
    content_id: str = ""  # set: shown inside the HTML by `cid:`


@dataclass(frozen=True, slots=True)
class OutgoingLetter:
    """All that is needed to build the bytes of a letter. Bcc is not here: it lives in the envelope only."""

    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    text: str
    html: str
    message_id: str  # without angle brackets
    date: datetime
    reply_to: Address | None = None  # where answers shall go, when not to the sender
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    attachments: tuple[OutgoingAttachment, ...] = ()
    extra_headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RemoteFolder:
    """A folder as LIST shows it: name decoded, flags such as "\\Sent" (RFC 6154)."""

    name: str
    flags: frozenset[str]
    delimiter: str


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """The answer to STATUS (RFC 9051 section 6.3.11). `highestmodseq` is None without CONDSTORE (RFC 7162)."""

    uidvalidity: int
    uidnext: int
    messages: int
    highestmodseq: int | None = None


@dataclass(frozen=True, slots=True)
class FolderChanges:
    """What changed in a folder since a HIGHESTMODSEQ (RFC 7162).

    `vanished` are UIDs that are gone; None when the server cannot tell, or would not end: list the UIDs then.
    """

    flags: Mapping[int, frozenset[str]]  # of new letters too
    vanished: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class RemotePart:
    """A part as BODYSTRUCTURE describes it (RFC 9051 section 7.5.2). Words are lower-cased, values as sent."""

    section: str  # as fetch_section takes it; "" for a multipart that is the whole letter
    content_type: str  # "text/plain"
    parameters: Mapping[str, str] = field(default_factory=dict)  # of Content-Type: charset, name, boundary
    encoding: str = ""  # Content-Transfer-Encoding
    size: int = 0  # octets as encoded, as the server counts (some count the part's header too); 0 for a multipart
    disposition: str = ""  # "attachment", "inline", or not said
    disposition_parameters: Mapping[str, str] = field(default_factory=dict)
    content_id: str = ""
    children: tuple[RemotePart, ...] = ()  # of a multipart; of message/rfc822 the letter inside

    def walk(self) -> Iterator[RemotePart]:
        """This part and all below it, in the order of the letter."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class RemoteMessage:
    """A letter on the server, without its bytes."""

    uid: int
    size: int
    received_at: datetime  # INTERNALDATE, aware
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class RemoteHead:
    """A letter on the server with its header only."""

    uid: int
    size: int
    received_at: datetime
    flags: frozenset[str]
    head: bytes = field(repr=False)  # to the empty line, with it


@dataclass(frozen=True, slots=True)
class FetchedMessage:
    """A letter on the server with its bytes."""

    uid: int
    received_at: datetime
    flags: frozenset[str]
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecipientResult:
    """What the SMTP server said about one recipient."""

    email: str
    is_accepted: bool
    code: int
    reply: str


@dataclass(frozen=True, slots=True)
class SmtpResult:
    """The server accepted the letter for at least one recipient."""

    code: int
    reply: str
    recipients: Sequence[RecipientResult]
