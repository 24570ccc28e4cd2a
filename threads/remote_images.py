"""The remote images of a letter, fetched by us for a reader who wants to see them: its sender learns that, and when,
but neither who nor where. What is handed on is drawn anew (mailkit.image_child).
"""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.core.cache import cache
from selectolax.lexbor import LexborHTMLParser

from accounts.tenancy import current_account_id
from mailboxes.lookups import fetch_file
from mailkit.errors import ConnectionFailed
from mailkit.image_pool import MAX_IMAGE_BYTES, CleanImage, clean_image
from mailkit.remote_images import list_sources
from threads.errors import ImageNotFound
from threads.models import MessageBody

FETCH_SECONDS = 8
KEPT_SECONDS = 24 * 3600
SLOW_SECONDS = 300  # a server that did not answer is not asked again so soon: a letter may name it a hundred times
MAX_KEPT_BYTES = 512 * 1024  # in Valkey: the few that are larger are fetched again


def open_remote_image(body: MessageBody, number: int) -> CleanImage:
    """An image of a letter by its number, see mailkit.remote_images. Raises ImageNotFound, MailError."""
    sources = list_sources(LexborHTMLParser(body.html))
    if number >= len(sources):
        raise ImageNotFound
    return open_image_at(sources[number])


def open_image_at(url: str) -> CleanImage:
    """Raises ImageNotFound, MailError."""
    # Nothing of our own host for strangers: a pixel of ours would take us for the reader of the letter.
    if url.startswith(f"{settings.PUBLIC_URL}/"):
        raise ImageNotFound
    return _kept(url)


def _kept(url: str) -> CleanImage:
    key = f"image:{current_account_id()}:{hashlib.sha256(url.encode()).hexdigest()}"
    kept: tuple[str, bytes] | None = cache.get(key)
    if kept:
        return CleanImage(*kept)
    image = clean_image(_fetch(url))
    if len(image.content) <= MAX_KEPT_BYTES:
        cache.set(key, (image.content_type, image.content), KEPT_SECONDS)
    return image


def _fetch(url: str) -> bytes:
    key = f"image-host-slow:{current_account_id()}:{hashlib.sha256(url.split('/')[2].encode()).hexdigest()}"
    if cache.get(key):
        raise ConnectionFailed("The server did not answer a moment ago", step="connect")
    try:
        return fetch_file(url, most_bytes=MAX_IMAGE_BYTES, seconds=FETCH_SECONDS).content
    except ConnectionFailed:
        cache.set(key, True, SLOW_SECONDS)
        raise
