"""What a server says of a folder's state: to STATUS, and to SELECT and EXAMINE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from imapclient.imap_utf7 import decode as decode_utf7

from mailkit.errors import ProtocolViolated
from mailkit.imap_fetch import Word, number_of, read_words
from mailkit.types import FolderStatus

MAX_LETTERS = 2**31 - 1  # what our columns count


def read_statuses(answers: Sequence[Sequence[bytes]], folders: Sequence[str]) -> list[FolderStatus]:
    """The status of each folder. Answers are told apart by name; where a server writes names in a way of its own, by
    their order, in which servers answer commands. Raises ProtocolViolated.
    """
    read = [_read(pieces) for pieces in answers]
    by_name = dict(read)
    if all(_key(folder) in by_name for folder in folders):
        return [by_name[_key(folder)] for folder in folders]
    if len(read) == len(folders):
        return [status for _, status in read]
    raise ProtocolViolated("The server does not say the folder's state", step="folders")


def read_selected(told: Mapping[str, Sequence[object]]) -> FolderStatus | None:
    """From the answers to SELECT and EXAMINE by name; None when they lack UIDNEXT, as RFC 3501 lets them."""
    if "UIDNEXT" not in told:
        return None
    return _status({name.encode(): values[-1] for name, values in told.items() if values}, count=b"EXISTS")


def _read(pieces: Sequence[bytes]) -> tuple[str, FolderStatus]:
    words = read_words(pieces)
    if len(words) != 2 or not isinstance(words[0], bytes) or not isinstance(words[1], list):
        raise ProtocolViolated("The server's answer is no folder's state", step="folders")
    items = iter(words[1])
    pairs = {name.upper(): value for name, value in zip(items, items, strict=False) if isinstance(name, bytes)}
    return _key(str(decode_utf7(words[0]))), _status(pairs, count=b"MESSAGES")


def _status(told: Mapping[bytes, Word], *, count: bytes) -> FolderStatus:
    try:
        uidvalidity, uidnext, messages = told[b"UIDVALIDITY"], told[b"UIDNEXT"], told[count]
    except KeyError as error:
        raise ProtocolViolated("The server does not say the folder's state", step="folders") from error
    if number_of(messages) > MAX_LETTERS:
        raise ProtocolViolated("The server counts more letters than there can be", step="folders")
    modseq = number_of(told.get(b"HIGHESTMODSEQ") or b"0")  # 0: this folder keeps none (RFC 7162 section 3.1.2.2)
    return FolderStatus(number_of(uidvalidity), number_of(uidnext), number_of(messages), modseq or None)


def _key(name: str) -> str:
    return "INBOX" if name.upper() == "INBOX" else name  # the only name that has no case (RFC 3501 section 5.1)
