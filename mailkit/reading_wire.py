"""What goes through the pipes between reading_pool and reading_child: a read letter as plain words and bytes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from types import MappingProxyType
from typing import Any

from mailkit.types import Address, AttachmentPart, DeliveryReport, ParsedMessage, ReadLetter


def letter_to_words(letter: ReadLetter) -> dict[str, Any]:
    """Everything but `raw`."""
    parsed = letter.parsed
    # Not asdict for the whole: it cannot copy a MappingProxyType.
    fields = {name: getattr(parsed, name) for name in _PLAIN_FIELDS}
    return {
        "parsed": {
            **fields,
            "sender": asdict(parsed.sender) if parsed.sender else None,
            **{name: [asdict(address) for address in getattr(parsed, name)] for name in _ADDRESS_FIELDS},
            "sent_at": parsed.sent_at.isoformat() if parsed.sent_at else None,
            "attachments": [asdict(part) for part in parsed.attachments],
            "headers": dict(parsed.headers),
            "identity": parsed.identity.hex(),
        },
        "text": letter.text,
        "html": letter.html,
        "has_remote_images": letter.has_remote_images,
        "reports": [asdict(report) for report in letter.reports],
    }


def words_to_letter(words: dict[str, Any], raw: bytes) -> ReadLetter:
    """The inverse. Raises KeyError, TypeError or ValueError when a child sends something else."""
    parsed: dict[str, Any] = words["parsed"]
    sender, sent_at = parsed["sender"], parsed["sent_at"]
    fields: dict[str, Any] = {
        **parsed,
        **{name: tuple(parsed[name]) for name in _TUPLES},
        **{name: tuple(Address(**one) for one in parsed[name]) for name in _ADDRESS_FIELDS},
        "sender": Address(**sender) if sender else None,
        "sent_at": datetime.fromisoformat(sent_at) if sent_at else None,
        "attachments": tuple(AttachmentPart(**part) for part in parsed["attachments"]),
        "headers": MappingProxyType(dict(parsed["headers"])),
        "identity": bytes.fromhex(parsed["identity"]),
    }
    return ReadLetter(
        parsed=ParsedMessage(**fields),
        raw=raw,
        text=words["text"],
        html=words["html"],
        has_remote_images=words["has_remote_images"],
        reports=tuple(DeliveryReport(**report) for report in words["reports"]),
    )


_PLAIN_FIELDS = ("message_id", "in_reply_to", "references", "subject", "text", "html", "size", "defects")
_TUPLES = ("references", "defects")
_ADDRESS_FIELDS = ("reply_to", "to", "cc", "bcc")
