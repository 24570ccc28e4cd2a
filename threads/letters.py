"""A letter made ready to be filed: everything that costs time and needs no lock."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from mailkit.addresses import email_key
from mailkit.html_cleaner import POLICY_VERSION, clean_html
from mailkit.quoted_text import strip_quotes
from mailkit.types import Address, ParsedMessage
from threads.grouping import Client, Direction, Letter, answered_ids, client_of, direction_of, group_key
from threads.models import Attachment, Message, Participant
from threads.raw_store import store_raw
from threads.search_text import body_text, people_text, split_joints

SEEN = "\\Seen"


@dataclass(frozen=True, slots=True)
class IncomingLetter:
    """A letter as sync fetched it. `raw` has markers in the place of attachment bodies (K62)."""

    uid: int
    received_at: datetime  # INTERNALDATE
    flags: frozenset[str]
    parsed: ParsedMessage
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PreparedLetter:
    """What the rows of a letter are made of."""

    parsed: ParsedMessage
    received_at: datetime
    is_seen: bool
    is_ours: bool
    client: Client
    direction: Direction
    group_key: bytes
    raw_name: str
    text: str  # without what it quotes
    html: str
    has_remote_images: bool

    @property
    def is_read(self) -> bool:
        return self.is_seen or self.direction == Direction.OUTGOING

    @property
    def has_attachments(self) -> bool:
        return any(not part.is_inline for part in self.parsed.attachments)

    def for_grouping(self, ref: int) -> Letter:
        return Letter(
            ref=ref,
            received_at=self.received_at,
            message_id=self.parsed.message_id,
            reference_ids=answered_ids(self.parsed.in_reply_to, self.parsed.references),
            client_key=self.client.key,
            group_key=self.group_key,
        )


def prepare_letter(
    letter: IncomingLetter, *, own_keys: Collection[str], is_from_sent: bool, is_ours: bool = False
) -> PreparedLetter:
    """Store the raw letter, clean its HTML, decide whose it is."""
    parsed = letter.parsed
    client = client_of(parsed, own_keys=own_keys, is_from_sent=is_from_sent)
    cleaned = clean_html(parsed.html)
    return PreparedLetter(
        parsed=parsed,
        received_at=letter.received_at,
        is_seen=SEEN in letter.flags,
        is_ours=is_ours,
        client=client,
        direction=direction_of(parsed, own_keys=own_keys, is_from_sent=is_from_sent),
        group_key=group_key(client.key, parsed.subject),
        raw_name=store_raw(letter.raw),
        text=strip_quotes(parsed.text),
        html=cleaned.html,
        has_remote_images=cleaned.has_remote_images,
    )


MESSAGE_COLUMNS = """account_id, mailbox_id, thread_id, thread_reason, identity, group_key, message_id_header,
  in_reply_to, reference_ids, direction, subject, from_address, from_name, snippet, received_at, sent_at, size, is_ours,
  is_read, has_attachments, on_server, filed_at"""
PARTICIPANT_COLUMNS = "account_id, message_id, role, position, email, email_key, name"
ATTACHMENT_COLUMNS = """account_id, message_id, section, filename, content_type, size, content_id, is_inline,
  stored_name"""

Cells = tuple[object, ...]


def message_cells(letter: PreparedLetter) -> Cells:
    """MESSAGE_COLUMNS from `identity` to `has_attachments`."""
    parsed = letter.parsed
    sender = parsed.sender or Address("")
    return (
        parsed.identity,
        letter.group_key,
        _fit(parsed.message_id),
        _fit(parsed.in_reply_to),
        [_fit(reference) for reference in parsed.references],
        letter.direction.value,
        _fit(parsed.subject),
        _fit(sender.email, _limit(Message, "from_address")),
        _fit(sender.name, _limit(Message, "from_name")),
        make_snippet(letter.text),
        letter.received_at,
        parsed.sent_at,
        parsed.size,
        letter.is_ours,
        letter.is_read,
        letter.has_attachments,
    )


def client_cells(client: Client) -> Cells:
    """counterpart_address, counterpart_key and counterpart_name of a thread."""
    limit = _limit(Participant, "email")
    return _fit(client.address, limit), _fit(client.key, limit), _fit(client.name, _limit(Participant, "name"))


def body_cells(letter: PreparedLetter) -> Cells:
    """The columns of a body from `received_at` on; the last three are the arguments of threads_search_vector."""
    return (
        letter.received_at,
        _fit(letter.parsed.text),
        _fit(letter.html),
        POLICY_VERSION,
        letter.has_remote_images,
        letter.raw_name,
        False,
        split_joints(_fit(letter.parsed.subject)),
        _fit(people_text(letter.parsed)),
        _fit(body_text(letter.text)),
    )


def participant_cells(parsed: ParsedMessage) -> Iterator[Cells]:
    """PARTICIPANT_COLUMNS from `role` on."""
    headers = {
        Participant.Role.FROM: (parsed.sender,) if parsed.sender else (),
        Participant.Role.REPLY_TO: parsed.reply_to,
        Participant.Role.TO: parsed.to,
        Participant.Role.CC: parsed.cc,
        Participant.Role.BCC: parsed.bcc,
    }
    email_limit, name_limit = _limit(Participant, "email"), _limit(Participant, "name")
    for role, addresses in headers.items():
        for position, address in enumerate(addresses):
            key = _fit(email_key(address.email), email_limit)
            yield role.value, position, _fit(address.email, email_limit), key, _fit(address.name, name_limit)


def attachment_cells(parsed: ParsedMessage) -> Iterator[Cells]:
    """ATTACHMENT_COLUMNS from `section` on."""
    for section, part in {part.section: part for part in parsed.attachments}.items():
        yield (
            section,
            _fit(part.filename, _limit(Attachment, "filename")),
            _fit(part.content_type, _limit(Attachment, "content_type")),
            part.size,
            _fit(part.content_id, _limit(Attachment, "content_id")),
            part.is_inline,
            "",
        )


def make_snippet(text: str) -> str:
    """The first words of what the writer wrote himself."""
    limit = _limit(Message, "snippet")
    return _fit(" ".join(text[: 10 * limit].split()), limit)


def _fit(text: str, limit: int | None = None) -> str:
    """What PostgreSQL takes: no NUL, no half surrogate pairs, no more than fits. One odd letter fails no batch."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")[:limit]


def _limit(model: type[Message] | type[Participant] | type[Attachment], field_name: str) -> int:
    return model._meta.get_field(field_name).max_length or 0  # type: ignore[union-attr]
