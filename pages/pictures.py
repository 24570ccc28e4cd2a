"""Pictures that stand in a page itself, as data: addresses: they are kept out of what looks for merge fields."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]{64,}={0,2}")
_PLACE = re.compile(r"data:image/png;base64,picture([0-9]{1,6})(?![A-Za-z0-9+/=])")


def put_aside(html: str) -> tuple[str, Sequence[str]]:
    """The text with a short address in the place of each, and the pictures."""
    pictures: list[str] = []

    def place(found: re.Match[str]) -> str:
        pictures.append(found[0])
        return f"data:image/png;base64,picture{len(pictures) - 1}"

    return _PICTURE.sub(place, html), pictures


def put_back(html: str, pictures: Sequence[str]) -> str:
    """What looks like such an address and is none of ours stays as it is."""

    def picture(found: re.Match[str]) -> str:
        number = int(found[1])
        return pictures[number] if number < len(pictures) else found[0]

    return _PLACE.sub(picture, html)
