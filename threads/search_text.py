"""What of a letter is searched, and how words are cut: the same way for letters and for what a person types.

PostgreSQL's parser makes one token of "shop.example.com", "INV-2024-17" and "a/b"; people search for parts of them. So
everything that joins letters and digits becomes a space on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from crm.near_words import words_of
from mailkit.types import Address, ParsedMessage

MAX_BODY_BYTES = 100_000  # the rest of a longer text is not searched
MAX_PEOPLE_CHARS = 20_000
MAX_WORD_CHARS = 100  # of a person's name or address
MAX_MARKED_PEOPLE = 200  # of one letter: more are a mailing list
ROLE_MARKS = {"from": "from", "to": "to", "bcc": "to", "cc": "cc"}  # Participant.Role; a Reply-To is nobody's sender
_JOINT = re.compile(r"[^\w\s](?<=\w[^\w\s])[^\w\s]*\b")  # between letters; it begins with what is rare: fast


def split_joints(text: str) -> str:
    """Words as we index them: "Anna@shop.example" is "Anna shop example". What looks like a tag would be left out."""
    return _JOINT.sub(" ", text.replace("<", " ").replace(">", " "))


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


def _words(text: str) -> list[str]:
    return [word[:MAX_WORD_CHARS] for word in words_of(text)]


def sought_text(email_key: str, name: str) -> str:
    """Of a correspondent: a space before each word, so that `LIKE '% ann%'` finds a word's beginning."""
    return "".join(f" {word}" for word in _words(f"{name} {email_key}"))


def marks_text(people: Sequence[tuple[str, str, str]], *, has_attachments: bool, is_outgoing: bool) -> str:
    """Words that no letter contains, separated by spaces: what operators look for (threads.search_query).

    `people` are (role, email key, name). "from:anna" is a word of the sender's name or address, and the whole address
    stands there too; "in:sent" and "has:attachment" say what they say.
    """
    marks = {"in:sent" if is_outgoing else "in:inbox"}
    if has_attachments:
        marks.add("has:attachment")
    marks.update(_people_marks(people[:MAX_MARKED_PEOPLE]))
    return " ".join(sorted(marks))


def _people_marks(people: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    for role, email_key, name in people:
        if mark := ROLE_MARKS.get(role):
            yield from (f"{mark}:{word}" for word in _words(f"{name} {email_key}"))
            if not any(char.isspace() for char in email_key):  # between quotes a space may stand in an address
                yield f"{mark}:{email_key}"
