"""How large a file is that was not fetched."""

from __future__ import annotations

from mailkit.mime_headers import BASE64_ALPHABET

_BLANKS = b"\r\n\t "


def regular_base64_size(begin: bytes, end: bytes, total: int) -> int | None:
    """The decoded size of base64 of which the first and the last bytes are known, and how many there are in all.

    None when its lines are not all of one length, as far as that can be seen. The samples must not overlap.
    """
    length, break_length = _line(begin)
    if not length or not _is_regular(begin, 0, length, break_length):
        return None
    if not _is_regular(end.rstrip(_BLANKS + b"="), total - len(end), length, break_length):
        return None
    written = total - (len(end) - len(end.rstrip(_BLANKS)))
    lines, rest = divmod(written, length + break_length)
    count = lines * length + min(rest, length) - end.count(b"=")
    return (count - (count % 4 == 1)) * 3 // 4


def _line(begin: bytes) -> tuple[int, int]:
    """The length of the first line and of the break after it; (0, 0) when there is none."""
    newline = begin.find(b"\n")
    length = len(begin[: max(newline, 0)].rstrip(b"\r"))
    return (length, newline + 1 - length) if length else (0, 0)


def _is_regular(sample: bytes, place: int, length: int, break_length: int) -> bool:
    """Whether breaks stand where they must, and nowhere else, in a sample that begins at `place` of the file."""
    step = length + break_length
    return all((char in b"\r\n") == ((place + index) % step >= length) for index, char in enumerate(sample)) and (
        not sample.translate(None, BASE64_ALPHABET + b"\r\n")
    )
