"""Which files of letters a browser may show by itself, and as what: by the type a sender says, or the file's ending."""

from __future__ import annotations

from threads.models import Attachment

PDF = "application/pdf"
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")  # not SVG, which is a document
_OTHER_NAMES = {
    "application/x-pdf": PDF,
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
}
_UNSAID = "application/octet-stream"
_BY_ENDING = {
    "pdf": PDF,
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}


def shown_type(file: Attachment) -> str:
    """The media type to show it as, "" when it can only be saved."""
    if file.content_type in (PDF, *PICTURES):
        return file.content_type
    if file.content_type == _UNSAID:
        return _BY_ENDING.get(file.filename.rpartition(".")[2].lower(), "")
    return _OTHER_NAMES.get(file.content_type, "")


def stands_in_text(file: Attachment) -> bool:
    """Whether it is seen where the letter names it, and is not listed with the files."""
    return bool(file.is_inline and file.content_id) and shown_type(file) in PICTURES
