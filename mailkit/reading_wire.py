"""What goes through the pipes between reading_pool and reading_child: frames of JSON and bytes.

No pickle: a child that a hostile letter has taken over must not be able to run anything in its parent.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict
from datetime import datetime
from types import MappingProxyType
from typing import Any

from mailkit.types import Address, AttachmentPart, ParsedMessage, ReadLetter

# To the child: RFC822.SIZE and the length of the bytes that follow. From it: the lengths of the JSON and of the bytes.
HEADER = struct.Struct(">QQ")


def pack(words: dict[str, Any], data: bytes) -> list[bytes]:
    """A frame, in pieces: letters are large, and joining copies them."""
    encoded = json.dumps(words).encode("ascii")
    return [HEADER.pack(len(encoded), len(data)), encoded, data]


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
    )


_PLAIN_FIELDS = ("message_id", "in_reply_to", "references", "subject", "text", "html", "size", "defects")
_TUPLES = ("references", "defects")
_ADDRESS_FIELDS = ("reply_to", "to", "cc", "bcc")
