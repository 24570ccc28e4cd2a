"""The cells of the rows that a letter becomes, in the order of their columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailkit.addresses import email_key
from mailkit.html_cleaner import POLICY_VERSION
from mailkit.types import Address
from threads.grouping import Client, Direction
from threads.letters import Cells, FailedLetter, ParticipantCells, PreparedLetter
from threads.models import Attachment, BounceReport, Message, Participant, QuarantinedLetter
from threads.search_text import body_text, marks_text, people_text, split_joints


def _limit(model: type[Message | Participant | Attachment | BounceReport | QuarantinedLetter], field_name: str) -> int:
    return model._meta.get_field(field_name).max_length or 0  # type: ignore[union-attr]


SENDER_CHARS, SENDER_NAME_CHARS = _limit(Message, "from_address"), _limit(Message, "from_name")
SNIPPET_CHARS = _limit(Message, "snippet")
EMAIL_CHARS, NAME_CHARS = _limit(Participant, "email"), _limit(Participant, "name")
FILENAME_CHARS, CONTENT_ID_CHARS = _limit(Attachment, "filename"), _limit(Attachment, "content_id")
CONTENT_TYPE_CHARS, STATUS_CHARS = _limit(Attachment, "content_type"), _limit(BounceReport, "status")
DETAIL_CHARS, QUARANTINED_SUBJECT_CHARS = _limit(QuarantinedLetter, "detail"), _limit(QuarantinedLetter, "subject")

MESSAGE_COLUMNS = """account_id, mailbox_id, id, thread_id, thread_reason, on_server, filed_at, identity, client_key,
  group_key, message_id_header, in_reply_to, reference_ids, direction, subject, from_address, from_name, snippet,
  received_at, sent_at, size, is_automatic, is_ours, is_read, has_attachments"""
BODY_COLUMNS = """account_id, mailbox_id, message_id, raw_name, received_at, text, html, policy_version,
  has_remote_images, raw_is_whole, is_cut, search"""
PARTICIPANT_COLUMNS = "account_id, message_id, role, position, email, email_key, name"
ATTACHMENT_COLUMNS = """account_id, message_id, section, filename, content_type, size, content_id, is_inline,
  stored_name"""
BOUNCE_COLUMNS = """account_id, message_id, position, original_message_id, recipient, recipient_key, action, status,
  diagnostic"""
EVENT_COLUMNS = """account_id, message_id, position, method, uid, sequence, summary, location, organizer_address,
  organizer_name, starts_at, ends_at, is_all_day, is_repeating, status"""


def message_cells(letter: PreparedLetter) -> Cells:
    """MESSAGE_COLUMNS from `identity` on."""
    parsed = letter.parsed
    sender = parsed.sender or Address("")
    return (
        parsed.identity,
        fit(letter.client.key, EMAIL_CHARS),
        letter.group_key,
        fit(parsed.message_id),
        fit(parsed.in_reply_to),
        [fit(reference) for reference in parsed.references],
        letter.direction.value,
        fit(parsed.subject),
        fit(sender.email, SENDER_CHARS),
        fit(sender.name, SENDER_NAME_CHARS),
        make_snippet(letter.incoming.letter.text),
        letter.incoming.received_at,
        parsed.sent_at,
        parsed.size,
        letter.is_automatic,
        letter.is_ours,
        letter.is_read,
        letter.has_attachments,
    )


def client_cells(client: Client) -> Cells:
    """counterpart_address, counterpart_key and counterpart_name of a thread."""
    return fit(client.address, EMAIL_CHARS), fit(client.key, EMAIL_CHARS), fit(client.name, NAME_CHARS)


def body_cells(letter: PreparedLetter, people: Sequence[ParticipantCells]) -> Cells:
    """BODY_COLUMNS from `received_at` on; the last four are the arguments of threads_search_vector."""
    read = letter.incoming.letter
    return (
        letter.incoming.received_at,
        fit(read.parsed.text),
        fit(read.html),
        POLICY_VERSION,
        read.has_remote_images,
        letter.incoming.raw_is_whole,
        letter.is_cut,
        split_joints(fit(read.parsed.subject)),
        fit(people_text(read.parsed)),
        fit(body_text(read.text)),
        marks_text(
            [(role, key, name) for role, _position, _email, key, name in people],
            has_attachments=letter.has_attachments,
            is_outgoing=letter.direction == Direction.OUTGOING,
        ),
    )


def participant_cells(letter: PreparedLetter) -> Iterator[ParticipantCells]:
    """PARTICIPANT_COLUMNS from `role` on. Beside a collector in From stands who really wrote (K15)."""
    parsed = letter.parsed
    headers = (
        (Participant.Role.FROM.value, [who for who in (parsed.sender, letter.collected_from) if who]),
        (Participant.Role.REPLY_TO.value, parsed.reply_to),
        (Participant.Role.TO.value, parsed.to),
        (Participant.Role.CC.value, parsed.cc),
        (Participant.Role.BCC.value, parsed.bcc),
    )
    for role, addresses in headers:
        for position, address in enumerate(addresses):
            email = fit(address.email, EMAIL_CHARS)
            yield role, position, email, fit(email_key(address.email), EMAIL_CHARS), fit(address.name, NAME_CHARS)


def attachment_cells(letter: PreparedLetter) -> Iterator[Cells]:
    """ATTACHMENT_COLUMNS from `section` on."""
    for section, part in {part.section: part for part in letter.parsed.attachments}.items():
        yield (
            section,
            fit(part.filename, FILENAME_CHARS),
            fit(part.content_type, CONTENT_TYPE_CHARS),
            part.size,
            fit(part.content_id, CONTENT_ID_CHARS),
            part.is_inline,
            letter.incoming.stored_files.get(section, ""),
        )


def bounce_cells(letter: PreparedLetter) -> Iterator[Cells]:
    """BOUNCE_COLUMNS from `position` on. What we sent ourselves reports nothing to us."""
    if letter.direction == Direction.OUTGOING:
        return
    for position, report in enumerate(letter.incoming.letter.reports):
        yield (
            position,
            fit(report.original_message_id),
            fit(report.recipient, EMAIL_CHARS),
            fit(email_key(report.recipient), EMAIL_CHARS),
            report.action,
            fit(report.status, STATUS_CHARS),
            fit(report.diagnostic),
        )


def event_cells(letter: PreparedLetter) -> Iterator[Cells]:
    """EVENT_COLUMNS from `position` on."""
    for position, event in enumerate(letter.incoming.letter.events):
        organizer = event.organizer or Address("")
        yield (
            position,
            fit(event.method),
            fit(event.uid),
            event.sequence,
            fit(event.summary),
            fit(event.location),
            fit(organizer.email, EMAIL_CHARS),
            fit(organizer.name, NAME_CHARS),
            event.starts_at,
            event.ends_at,
            event.is_all_day,
            event.is_repeating,
            fit(event.status),
        )


def quarantine_cells(letter: FailedLetter) -> Cells:
    """The columns of a QuarantinedLetter from `reason` to `subject`."""
    return (
        letter.reason,
        fit(letter.detail, DETAIL_CHARS),
        letter.raw_name,
        letter.size,
        letter.received_at,
        fit(letter.message_id_header),
        fit(letter.from_address, SENDER_CHARS),
        fit(letter.subject, QUARANTINED_SUBJECT_CHARS),
    )


def make_snippet(text: str) -> str:
    """The first words of what the writer wrote himself."""
    return fit(" ".join(text[: 10 * SNIPPET_CHARS].split()), SNIPPET_CHARS)


def fit(text: str, limit: int | None = None) -> str:
    """What PostgreSQL takes: no NUL, no half surrogate pairs, no more than fits. One odd letter fails no batch."""
    if not text.isascii() or "\0" in text:
        text = text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
    return text if limit is None else text[:limit]
