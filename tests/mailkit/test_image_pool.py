"""Images of strangers are drawn anew, within limits."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from mailkit.errors import ImageUnreadable
from mailkit.image_pool import MAX_IMAGE_BYTES, clean_image


def image(kind: str, *, size: tuple[int, int] = (20, 10), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else None).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "expected"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/png"), ("WEBP", "image/png")]
)
def test_raster_images_keep_their_looks_and_nothing_else(kind: str, expected: str) -> None:
    cleaned = clean_image(image(kind) + b"<script>alert(1)</script>")
    assert cleaned.content_type == expected
    assert b"script" not in cleaned.content
    with Image.open(io.BytesIO(cleaned.content)) as shown:
        assert shown.size == (20, 10)


def test_large_ones_become_smaller() -> None:
    with Image.open(io.BytesIO(clean_image(image("PNG", size=(5000, 10))).content)) as shown:
        assert shown.size == (4096, 8)


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def bomb(side: int) -> bytes:
    """A PNG of a few bytes that says it is `side` squared."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(10**6))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"<html>",
        image("PNG")[:40],
        image("TIFF"),
        bomb(40_000),
        bomb(2**31 - 1),
        bytes(MAX_IMAGE_BYTES + 1),
    ],
)
def test_what_is_no_raster_image_or_too_much_of_one_is_refused(raw: bytes) -> None:
    with pytest.raises(ImageUnreadable):
        clean_image(raw)


def test_after_a_bomb_the_next_image_is_drawn() -> None:
    with pytest.raises(ImageUnreadable):
        clean_image(bomb(12_000))
    assert clean_image(image("PNG", mode="P")).content_type == "image/png"
