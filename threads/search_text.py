"""What of a letter is searched, and how words are cut: the same way for letters and for what a person types.

PostgreSQL's parser makes one token of "shop.example.com", "INV-2024-17" and "a/b"; people search for parts of them. So
everything that joins letters and digits becomes a space on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailkit.types import Address, ParsedMessage

MAX_BODY_BYTES = 100_000  # the rest of a longer text is not searched
MAX_PEOPLE_CHARS = 20_000
_JOINT = re.compile(r"[^\w\s](?<=\w[^\w\s])[^\w\s]*\b")  # between letters; it begins with what is rare: fast


def split_joints(text: str) -> str:
    """Words as we index them: "Anna@shop.example" is "Anna shop example"."""
    return _JOINT.sub(" ", text)


def people_text(parsed: ParsedMessage) -> str:
    """Names and addresses of all that take part, and the names of the files."""
    sender = (parsed.sender,) if parsed.sender else ()
    people = (*sender, *parsed.reply_to, *parsed.to, *parsed.cc, *parsed.bcc)
    words = [*_names(people), *(part.filename for part in parsed.attachments)]
    return split_joints(" ".join(words)[:MAX_PEOPLE_CHARS])


def _names(people: Iterable[Address]) -> Iterable[str]:
    return (f"{person.name} {person.email}" for person in people)


def body_text(text: str) -> str:
    return split_joints(text.encode("utf-8", "ignore")[:MAX_BODY_BYTES].decode("utf-8", "ignore"))
