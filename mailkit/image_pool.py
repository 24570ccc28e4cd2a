"""Images of strangers, drawn anew in a process that may be killed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from mailkit.child_pool import ChildFailed, ChildPool
from mailkit.child_process import pack
from mailkit.errors import ImageUnreadable

MAX_IMAGE_BYTES = 5 * 1024 * 1024
SECONDS = 12.0  # the child's own alarm comes first
MAX_ANSWER_BYTES = 64 * 1024 * 1024  # 4096 times 4096 pixels, in the worst case
CONTENT_TYPES = frozenset(["image/png", "image/jpeg"])


@dataclass(frozen=True, slots=True)
class CleanImage:
    """An image of our own making."""

    content_type: str  # one of CONTENT_TYPES
    content: bytes = field(repr=False)


def clean_image(raw: bytes) -> CleanImage:
    """The same picture, and nothing else that was in the file. Raises ImageUnreadable."""
    if len(raw) > MAX_IMAGE_BYTES:
        raise ImageUnreadable("The image is too large")
    try:
        return _pool.ask(pack({}, raw), _read_answer, seconds=SECONDS, most_bytes=MAX_ANSWER_BYTES)
    except (ChildFailed, LookupError, TypeError, ValueError) as error:
        raise ImageUnreadable("This is no image that can be shown") from error


def _read_answer(words: bytes, content: bytes) -> CleanImage:
    """Raises KeyError or ValueError when the child could not, or sends something else."""
    content_type = json.loads(words)["content_type"]
    if content_type not in CONTENT_TYPES:
        raise ValueError(content_type)
    return CleanImage(content_type, content)


_pool = ChildPool("mailkit.image_child")
