"""Large letters: their headers and texts without their files, and their files by chunks. Memory is bounded throughout.

A skeleton is the letter with a marker in the place of each file, as mime_reader.strip_attachments would make it of the
whole letter: reading it gives the same, but for what stands before the first part and after the last, which nobody
sees, and for texts of more than MAX_TEXT_BYTES, which are cut. Of a letter that has no usable structure and more texts
than MAX_SKELETON_BYTES it is the begin of all its bytes, and says so in a header of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from tempfile import TemporaryFile
from typing import cast

from mailkit.bounces import STATUS_PARTS
from mailkit.errors import MessageGone, ProtocolViolated
from mailkit.imap_protocol import ImapSession
from mailkit.mime_headers import MAX_HEAD_BYTES, parse_headers
from mailkit.mime_parts import MAX_TEXT_BYTES, Part, parse_tree, read_part
from mailkit.mime_reader import INCOMPLETE, attachment_marker, is_attachment, strip_tree
from mailkit.mime_sizes import regular_base64_size
from mailkit.mime_streams import decode_stream
from mailkit.types import RemotePart

logger = logging.getLogger(__name__)

LARGE_LETTER_BYTES = 1024 * 1024
CHUNK_BYTES = 1024 * 1024
MAX_STREAM_BYTES = 512 * 1024 * 1024  # no provider takes letters half as large: this one has no end
MAX_SKELETON_BYTES = 4 * MAX_TEXT_BYTES
SAMPLE_BYTES = 2048  # of the begin and the end of a file: two lines at least
MAX_COUNTED_BYTES = 32 * 1024 * 1024  # fetched of files only to know their sizes; beyond, sizes are estimated
# Files that the reader reads, all small: what a bounce says (mailkit.bounces).
KEPT_PARTS = STATUS_PARTS | {"text/rfc822-headers", "message/global-headers"}


def fetch_skeleton(session: ImapSession, uid: int, *, size: int) -> bytes:
    """The letter without its files. `size` is RFC822.SIZE. Raises MessageGone."""
    try:
        structure = session.fetch_structure(uid)
        skeleton = _Skeleton(session, uid).build(structure)
    except (ProtocolViolated, MessageGone) as error:  # also when the server has no part of which it told
        logger.warning("structure of a large letter is not usable", extra={"uid": uid, "error": type(error).__name__})
        return _strip_whole(session, uid, size)
    if _sections(parse_tree(skeleton).root) != list(_remote_sections(structure)):
        logger.warning("structure of a large letter is not what its headers say", extra={"uid": uid, "size": size})
        return _strip_whole(session, uid, size)
    return skeleton


def stream_whole(session: ImapSession, uid: int) -> Iterator[bytes]:
    """The letter as it is on the server. Raises MessageGone."""
    return _stream(session, uid, "")


def stream_file(session: ImapSession, uid: int, section: str, encoding: str | None = None) -> Iterator[bytes]:
    """The decoded bytes of a part. Without `encoding` the server is asked for it. Raises MessageGone."""
    if encoding is None:
        headers, _ = parse_headers(head := session.fetch_section(uid, f"{section}.MIME"), 0, len(head))
        encoding = headers.get("content-transfer-encoding")
    return decode_stream(_stream(session, uid, section), encoding)


def _stream(session: ImapSession, uid: int, section: str, *, most: int = MAX_STREAM_BYTES) -> Iterator[bytes]:
    start = 0
    while True:
        if start > most:
            raise ProtocolViolated("The server sends more than a letter can hold", step="folders")
        chunk = session.fetch_section(uid, section, start=start, count=CHUNK_BYTES)
        if chunk:
            yield chunk
        if len(chunk) < CHUNK_BYTES:
            return
        start += len(chunk)


def _strip_whole(session: ImapSession, uid: int, size: int) -> bytes:
    """By our own reading of all of it, on the disk: what the server tells of its parts is of no use. Raises
    MessageGone.
    """
    with TemporaryFile() as file:
        try:
            file.writelines(_stream(session, uid, "", most=min(2 * size + CHUNK_BYTES, MAX_STREAM_BYTES)))
        except ProtocolViolated:  # it has no end
            return _begin(session.fetch_section(uid, "", count=LARGE_LETTER_BYTES))
        file.flush()
        if not file.tell():
            return b""
        with mmap(file.fileno(), 0, access=ACCESS_READ) as raw:
            return _strip_mapped(cast("bytes", raw))  # it has what the reader uses of bytes


def _strip_mapped(raw: bytes) -> bytes:
    tree = parse_tree(raw)
    kept = len(raw) - sum(part.end - part.start for part in tree.root.walk() if is_attachment(part))
    if kept > MAX_SKELETON_BYTES:
        logger.warning("only the begin of an endless text is read", extra={"size": len(raw)})
        return _begin(raw[:MAX_TEXT_BYTES])
    return strip_tree(tree)


def _begin(raw: bytes) -> bytes:
    return INCOMPLETE.encode() + b": yes\r\n" + raw


def may_be_begin(skeleton: bytes) -> bool:
    """Whether texts of the letter may be missing in it."""
    return len(skeleton) > MAX_TEXT_BYTES or skeleton.startswith(INCOMPLETE.encode())


class _Skeleton:
    """Puts the letter together from what is fetched of it."""

    def __init__(self, session: ImapSession, uid: int) -> None:
        self._session = session
        self._uid = uid
        self._text_left = MAX_TEXT_BYTES
        self._count_left = MAX_COUNTED_BYTES

    def build(self, root: RemotePart) -> bytes:
        head = self._fetch("HEADER", MAX_HEAD_BYTES + 1)
        body = self._body(root, read_part(head, root.section), "TEXT")
        return b"".join([_closed(head), *body, b"\r\n" if root.children else b""])

    def _body(self, remote: RemotePart, part: Part, section: str) -> Iterator[bytes]:
        boundary = part.parameters.get("boundary", "").encode()
        if part.is_multipart and boundary and remote.children:
            for child in remote.children:
                yield from [b"--", boundary, b"\r\n", *self._child(child), b"\r\n"]
            yield from [b"--", boundary, b"--"]
        elif is_attachment(part) and not part.is_multipart and part.content_type not in KEPT_PARTS:
            yield attachment_marker(self._file_size(remote, part, section))
        else:
            text = self._fetch(section, self._text_left + 1)  # one more tells the reader that it is cut
            self._text_left -= min(len(text), self._text_left)
            yield text

    def _child(self, remote: RemotePart) -> Iterator[bytes]:
        head = self._fetch(f"{remote.section}.MIME", MAX_HEAD_BYTES + 1)
        yield _closed(head)
        yield from self._body(remote, read_part(head, remote.section), remote.section)

    def _fetch(self, section: str, count: int) -> bytes:
        return self._session.fetch_section(self._uid, section, count=count)

    def _file_size(self, remote: RemotePart, part: Part, section: str) -> int:
        """Decoded. Of base64 with lines of one length, as all programs write it, two samples tell."""
        if part.encoding not in {"base64", "quoted-printable", "uuencode"}:
            return remote.size
        if part.encoding == "base64" and remote.size > 2 * SAMPLE_BYTES:
            begin = self._fetch(section, SAMPLE_BYTES)
            end = self._session.fetch_section(self._uid, section, start=remote.size - SAMPLE_BYTES, count=SAMPLE_BYTES)
            if (size := regular_base64_size(begin, end, remote.size)) is not None:
                return size
        if remote.size > self._count_left:
            return remote.size * 3 // 4
        self._count_left -= remote.size
        encoded = _stream(self._session, self._uid, section, most=remote.size + CHUNK_BYTES)
        return sum(map(len, decode_stream(encoded, part.encoding)))


def _closed(head: bytes) -> bytes:
    """A header block that ends: it may have been cut, and servers differ in what they count as its end."""
    if head.endswith((b"\n\r\n", b"\n\n")) or head in {b"\r\n", b"\n"}:
        return head
    return head + (b"\r\n" if head.endswith(b"\n") or not head else b"\r\n\r\n")


def _sections(root: Part) -> list[str]:
    return [part.section for part in root.walk()]


def _remote_sections(part: RemotePart) -> Iterator[str]:
    """The leaves, as our own reader counts them: a letter inside is one."""
    if not part.content_type.startswith("multipart/") or not part.children:
        yield part.section
        return
    for child in part.children:
        yield from _remote_sections(child)
