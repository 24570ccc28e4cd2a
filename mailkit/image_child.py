"""The process in which images of strangers are drawn anew: `python -m mailkit.image_child`, started by image_pool.

What comes out is made of pixels: no script, no comment, no second file behind the first, and its size is bounded.
"""

from __future__ import annotations

import io
import warnings
from typing import Any

from PIL import Image, ImageOps

from mailkit.child_process import Limits, serve

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")  # raster only: SVG is a document
MAX_SIDE = 4096
JPEG_QUALITY = 88
WALL_SECONDS = 10.0
LIMITS = Limits(cpu_seconds=8, wall_seconds=WALL_SECONDS, memory_bytes=768 * 1024 * 1024)


def answer(_words: dict[str, Any], raw: bytes) -> tuple[dict[str, Any], bytes]:
    content_type, content = redraw(raw)
    return {"content_type": content_type}, content


def redraw(raw: bytes) -> tuple[str, bytes]:
    """(content type, bytes) of the image as it looks; of a moving one the first picture. Raises what Pillow raises."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(io.BytesIO(raw), formats=FORMATS) as image:
        image.draft("RGB", (MAX_SIDE, MAX_SIDE))  # of a large JPEG only as much is decoded as is needed
        is_photo = image.format == "JPEG"
        shown = ImageOps.exif_transpose(image)
    shown.thumbnail((MAX_SIDE, MAX_SIDE))
    out = io.BytesIO()
    if is_photo:
        shown.convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY)
        return "image/jpeg", out.getvalue()
    shown.convert("RGBA" if shown.has_transparency_data else "RGB").save(out, "PNG")
    return "image/png", out.getvalue()


if __name__ == "__main__":
    serve(LIMITS, answer)
