"""Everything that is made of a letter by computing alone, with its MIME tree built once."""

from __future__ import annotations

from collections.abc import Iterator

from mailkit.bounces import read_reports
from mailkit.html_cleaner import clean_html
from mailkit.mime_parts import decode_transfer, parse_tree
from mailkit.mime_reader import is_attachment, is_listed, read_tree, strip_tree
from mailkit.quoted_text import strip_quotes
from mailkit.types import ReadLetter


def read_letter(raw: bytes, *, size: int | None = None) -> ReadLetter:
    """Any bytes give a letter. `size` is RFC822.SIZE when `raw` is a skeleton (see mailkit.large_letter).

    Letters of strangers may take long or hit a bug: reading_pool.read_safely guards against both.
    """
    tree = parse_tree(raw)
    parsed = read_tree(tree, size=len(raw) if size is None else size)
    cleaned = clean_html(parsed.html)
    return ReadLetter(
        parsed=parsed,
        raw=strip_tree(tree),
        text=strip_quotes(parsed.text),
        html=cleaned.html,
        has_remote_images=cleaned.has_remote_images,
        reports=read_reports(tree, parsed),
    )


def list_files(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Section and decoded bytes of each attachment of a whole letter, one at a time."""
    tree = parse_tree(raw)
    for part in tree.root.walk():
        if is_attachment(part) and is_listed(part):
            yield part.section, decode_transfer(raw[part.start : part.end], part.encoding)
